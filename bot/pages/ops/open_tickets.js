// Tickets that still need work: how many of which kind stand where, and whose clocks are nearest, breached ones first.
import { moment, pressing, standing } from "/static/desk/format.js";
import { byId, clockBadge, el, priorityBadge, reconcile } from "/static/desk/parts.js";
import { ENDED, KIND, STATUS, STEP, word } from "/static/desk/words.js";
import { fill } from "./tables.js";

const PAGE = 200;
const MOST_PAGES = 5;
const MOST_ROWS = 50;
const OPEN = Object.keys(STATUS).filter((status) => !ENDED.includes(status));

/** Every open ticket, status by status: {tickets, cut}, `cut` when a status holds more than is read. Raises ApiError. */
export async function openTickets(api) {
  const found = await Promise.all(OPEN.map((status) => ofStatus(api, status)));
  return { tickets: found.flatMap(({ tickets }) => tickets), cut: found.some(({ cut }) => cut) };
}

async function ofStatus(api, status) {
  const tickets = [];
  let cursor = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const read = await api.get("/api/v1/tickets", { status, limit: PAGE, cursor });
    tickets.push(...read.tickets);
    cursor = read.next_cursor;
    if (!cursor) break;
  }
  return { tickets, cut: Boolean(cursor) };
}

export function drawOpenTickets({ tickets, cut }, now) {
  const clocked = tickets.map((ticket) => ({ ticket, clock: pressing(ticket) })).filter(({ clock }) => clock);
  // Whatever is breached came due before whatever is not: the order of the deadlines is the order of the need.
  clocked.sort((a, b) => Date.parse(a.clock.due_at) - Date.parse(b.clock.due_at));
  const inState = (state) => clocked.filter(({ clock }) => clock.state === state).length;
  drawLead(tickets.length, inState("breached"), inState("warned"), cut);
  drawCounts(tickets);
  drawClocks(clocked.slice(0, MOST_ROWS), now);
  const rest = clocked.length - MOST_ROWS;
  byId("open-rest").textContent = rest > 0 ? `另有 ${rest} 张工单的时限更晚，没有列出。` : "";
}

function drawLead(total, breached, warned, cut) {
  const lead = byId("open-lead");
  lead.replaceChildren(`共 ${total} 张${cut ? "以上（工单过多，只统计了每个状态最新的一部分）" : ""}，`);
  lead.append(breached ? el("span", "bad", `已超时 ${breached} 张`) : "没有超时", `，即将超时 ${warned} 张`);
}

function drawCounts(tickets) {
  const count = (kind, status) => tickets.filter((one) => (!kind || one.kind === kind) && (!status || one.status === status)).length;
  const statuses = OPEN.filter((status) => count("", status));
  const kinds = Object.keys(KIND).filter((kind) => count(kind, ""));
  const cells = (kind) => [...statuses, ""].map((status) => ({ num: String(count(kind, status)) }));
  fill(byId("open-counts"), {
    caption: "按类型和状态",
    heads: ["类型", ...statuses.map((status) => ({ num: STATUS[status] })), { num: "合计" }],
    rows: kinds.map((kind) => [KIND[kind], ...cells(kind)]),
    foot: kinds.length ? ["合计", ...cells("")] : undefined,
    none: "没有未办结的工单。",
  });
}

function drawClocks(clocked, now) {
  const table = byId("open-clocks");
  table.hidden = clocked.length === 0;
  if (!table.tBodies.length) {
    const heads = ["工单", "优先级", "时限", "期限", "类型和进度"].map((text) => Object.assign(el("th", "", text), { scope: "col" }));
    table.append(el("caption", "", "时限最紧的工单，超时在前"), el("thead", "", "", el("tr", "", "", ...heads)), el("tbody"));
  }
  // Kept row by row: somebody may be about to follow a link.
  reconcile(table.tBodies[0], clocked, {
    key: ({ ticket }) => ticket.ticket_no,
    make: () => el("tr"),
    fill: (row, one) => fillClock(row, one, now),
    look: ({ ticket, clock }) => JSON.stringify([ticket, standing(clock, now)]),
  });
}

function fillClock(row, { ticket, clock }, now) {
  const held = row.contains(document.activeElement);
  const link = el("a", "no", ticket.ticket_no);
  link.href = `/desk#ticket=${ticket.ticket_no}`;
  row.replaceChildren(
    Object.assign(el("th", "", "", link), { scope: "row" }),
    el("td", "", "", priorityBadge(ticket.priority)),
    el("td", "", "", clockBadge(clock, now, word(STEP, clock.step))),
    el("td", "nowrap", moment(clock.due_at, now)),
    el("td", "", [word(KIND, ticket.kind), ticket.category.at(-1), word(STATUS, ticket.status)].filter(Boolean).join(" · ")),
  );
  if (held) link.focus();
}
