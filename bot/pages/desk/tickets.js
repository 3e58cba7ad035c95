// The tickets on the right: a filtered list; a row opens the ticket in its place.
import { ApiError } from "./api.js";
import { maskName, maskNumbers, maskPhone, moment, pressing, standing } from "./format.js";
import { button, byId, clockBadge, el, priorityBadge, reconcile, showProblem, walkable } from "./parts.js";
import { TicketView } from "./ticket.js";
import { KIND, STATUS, STEP, WORDS, word } from "./words.js";

const PAGE = 50;

export class Tickets {
  /** @param {import("./api.js").Api} api @param {{onShow: Function}} on what to do when a ticket comes into view */
  constructor(api, { onShow }) {
    this.api = api;
    this.onShow = onShow;
    this.conversationId = "";
    this.list = byId("tickets");
    this.view = new TicketView(api, { onBack: () => this.#back(), onMoved: () => this.refresh(), onOpen: (no) => this.open(no) });
    this.asked = 0;
    this.#fillFilters();
    walkable(this.list);
  }

  /** The conversation in the middle changed: "只看本会话" now means that one. */
  about(conversationId) {
    if (conversationId === this.conversationId) return;
    this.conversationId = conversationId;
    byId("filter-own").disabled = !conversationId;
    if (!conversationId) byId("filter-own").checked = false;
    if (byId("filter-own").checked) this.reload();
  }

  /** Load the first page with the filters as they stand. */
  async reload() {
    this.tickets = [];
    this.cursor = null;
    this.pages = 0;
    await this.#load();
  }

  /** Look again, as far as one has read on; quietly, for this is done by itself every few seconds. */
  async refresh() {
    if (this.view.shown) return this.view.refresh();
    return this.pages > 1 ? undefined : this.#load({ first: true });
  }

  /** Show one ticket; words of refusal stay in the list. */
  async open(ticketNo) {
    this.problem("");
    this.onShow();
    try {
      await this.view.open(ticketNo);
    } catch (error) {
      this.view.hide();
      this.problem(error.message);
    }
    byId("ticket-list").hidden = this.view.shown !== "";
  }

  problem(text) {
    showProblem(byId("tickets-problem"), text);
  }

  #fillFilters() {
    for (const [id, table] of [["filter-kind", KIND], ["filter-status", STATUS]]) {
      byId(id).append(...Object.entries(table).map(([value, text]) => Object.assign(el("option", "", text), { value })));
    }
    for (const id of ["filters", "filter-own"]) byId(id).addEventListener("change", () => this.reload());
    byId("tickets-refresh").addEventListener("click", () => this.reload());
    byId("find").addEventListener("submit", (event) => {
      event.preventDefault();
      const no = byId("find-no").value.trim();
      if (no) this.open(no);
    });
    byId("tickets-more").append(button("act", WORDS.more, () => this.#load()));
  }

  async #load({ first = false } = {}) {
    const asked = ++this.asked;
    const query = {
      kind: byId("filter-kind").value,
      status: byId("filter-status").value,
      review: byId("filter-review").checked || null,
      conversation_id: byId("filter-own").checked ? this.conversationId : "",
      limit: PAGE,
      cursor: first ? null : this.cursor,
    };
    try {
      const page = await this.api.get("/api/v1/tickets", query);
      // An answer to filters that have changed since is no longer wanted.
      if (asked !== this.asked) return;
      this.tickets = first ? page.tickets : [...(this.tickets ?? []), ...page.tickets];
      this.pages = first ? 1 : this.pages + 1;
      this.cursor = page.next_cursor;
      this.problem("");
      this.render();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (asked === this.asked) this.problem(error.message);
    }
  }

  render() {
    const now = this.api.now();
    byId("tickets-none").hidden = this.tickets.length > 0;
    byId("tickets-more").hidden = !this.cursor;
    const rows = this.tickets.map((ticket) => ({ ticket, clock: pressing(ticket) }));
    reconcile(this.list, rows, {
      key: ({ ticket }) => ticket.ticket_no,
      make: ({ ticket }) => el("li", "", "", button("row", "", () => this.open(ticket.ticket_no))),
      fill: (node, row) => this.#fill(node.firstChild, row, now),
      // What a row says depends on the time, too.
      look: ({ ticket, clock }) => JSON.stringify([ticket, clock && standing(clock, now)]),
    });
  }

  #fill(node, { ticket, clock }, now) {
    const head = el("span", "row-head", "", priorityBadge(ticket.priority), el("span", "row-title", word(KIND, ticket.kind)),
      el("span", "row-end", word(STATUS, ticket.status)));
    const category = ticket.review ? `${ticket.category.at(-1)}（${WORDS.review}）` : ticket.category.at(-1);
    const what = el("span", "row-what", [category, maskNumbers(ticket.description)].filter(Boolean).join(" · "));
    const who = [maskName(ticket.contact_name), ticket.contact_phone ? maskPhone(ticket.contact_phone) : "", moment(ticket.created_at, now)];
    node.replaceChildren(head, what, el("span", "row-hint nums", `${ticket.ticket_no} · ${who.filter(Boolean).join(" · ")}`));
    if (clock) node.append(el("span", "row-clock", "", clockBadge(clock, now, word(STEP, clock.step))));
  }

  #back() {
    const { ticketNo } = this.view;
    this.view.hide();
    byId("ticket-list").hidden = false;
    (this.list.querySelector(`[data-key="${CSS.escape(ticketNo)}"] > button`) ?? byId("tickets-title")).focus();
    this.refresh();
  }
}
