// The page of the reports: asks for one, draws its tables and pictures, and fetches it as a workbook.
import { ApiError } from "/static/desk/api.js";
import { announce, byId, el, showProblem } from "/static/desk/parts.js";
import { refused, signOut, signedIn } from "/static/desk/session.js";
import { KIND } from "/static/desk/words.js";
import { fill } from "./tables.js";

const REPORTS = "/api/v1/reports/";
const api = await signedIn("电答 · 报表", "/api/v1/handoffs");

byId("kind").append(...Object.entries(KIND).map(([value, text]) => Object.assign(el("option", "", text), { value })));

const report = () => byId("report").value;

function wanted() {
  const period = byId("period").value.trim();
  return report() === "orders" ? { period, kind: byId("kind").value, days: byId("days").value } : { period };
}

/** Do a step; what the server refuses is told below the form. */
async function step(work) {
  const buttons = document.querySelectorAll("#ask button");
  for (const one of buttons) one.disabled = true;
  byId("work").textContent = "正在统计…";
  try {
    await work();
    showProblem(byId("problem"), "");
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.refused) refused();
    showProblem(byId("problem"), error.message);
  } finally {
    for (const one of buttons) one.disabled = false;
    byId("work").textContent = "";
  }
}

const show = () => step(async () => {
  const { period, made_at: madeAt, tables } = await api.get(REPORTS + report(), wanted());
  byId("made").textContent = `${period} · 统计于 ${madeAt.slice(0, 16).replace("T", " ")}`;
  byId("tables").replaceChildren(...tables.map(card));
  if (!tables.length) byId("tables").append(el("p", "muted", "这段时间没有数据。"));
  announce(`统计完成，共 ${tables.length} 张表`);
});

function card(table) {
  const title = el("h2", "", table.title);
  title.id = `table-${table.key}`;
  const grid = el("table");
  const numbers = table.heads.map((_, at) => table.rows.length > 0 && table.rows.every((row) => typeof row[at] === "number" || /^[\d.]+ %$/.test(row[at])));
  fill(grid, {
    caption: table.title,
    heads: table.heads.map((head, at) => (numbers[at] ? { num: head } : head)),
    rows: table.rows.map((row) => row.map((cell, at) => (at && numbers[at] ? { num: String(cell) } : String(cell)))),
  });
  grid.caption.className = "sr-only"; // the heading says it already
  const wide = el("div", "sideways", "", grid);
  Object.assign(wide, { tabIndex: 0, role: "region", ariaLabel: table.title });
  const parts = [el("header", "", "", title), drawn(table), wide, table.note ? el("p", "muted", table.note) : null];
  const node = el("section", "card", "", ...parts.filter(Boolean));
  node.setAttribute("aria-labelledby", title.id);
  return node;
}

/** The picture of a table, which is the server's own SVG; what it shows stands in the table too. */
function drawn({ picture }) {
  if (!picture) return null;
  const svg = new DOMParser().parseFromString(picture, "image/svg+xml").documentElement;
  svg.setAttribute("aria-hidden", "true");
  return el("div", "picture", "", document.importNode(svg, true));
}

const workbook = () => step(async () => {
  const query = new URLSearchParams(Object.entries(wanted()).filter(([, value]) => value)).toString();
  const url = URL.createObjectURL(await api.file(`${REPORTS}${report()}.xlsx?${query}`));
  const link = Object.assign(el("a"), { href: url, download: `dianda-${report()}.xlsx` });
  link.click();
  URL.revokeObjectURL(url);
});

byId("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  show();
});
byId("workbook").addEventListener("click", workbook);
byId("report").addEventListener("change", () => {
  for (const id of ["kind", "days"]) byId(id).disabled = report() !== "orders";
});
byId("sign-out").addEventListener("click", signOut);
show();
