// One ticket: its rows, its clocks, its log, and what can be done with it now.
import { ApiError } from "./api.js";
import { maskPhone, moment } from "./format.js";
import { Materials } from "./materials.js";
import { FINAL, NEEDS_NOTE, OFF_ROAD, REMARKS, offered } from "./moves.js";
import { announce, badge, button, byId, clockBadge, el, priorityBadge, showProblem } from "./parts.js";
import { confirmed, named } from "./questions.js";
import { ACTOR, AREA, CHANNEL, EVENT, KIND, STATUS, STEP, WORDS, word } from "./words.js";

export class TicketView {
  /** @param {import("./api.js").Api} api @param {{onBack: Function, onMoved: Function, onOpen: Function}} on */
  constructor(api, on) {
    this.api = api;
    this.on = on;
    this.ticketNo = "";
    this.shown = "";
    this.#build();
  }

  /** Load and show a ticket. Raises ApiError. */
  async open(ticketNo) {
    const ticket = await this.api.get(`/api/v1/tickets/${encodeURIComponent(ticketNo)}`);
    const another = ticket.ticket_no !== this.ticketNo;
    this.ticketNo = ticket.ticket_no;
    this.shown = ticket.ticket_no;
    this.choosing = false;
    if (another) {
      this.note.value = "";
      this.revealed = false;
    }
    showProblem(this.problemLine, "");
    byId("ticket").hidden = false;
    this.#render(ticket);
    this.title.focus();
    byId("ticket").closest(".pane").scrollTop = 0;
  }

  hide() {
    this.shown = "";
    byId("ticket").hidden = true;
  }

  /** Look again, quietly; a failure is shown by the page's banner. */
  async refresh() {
    const wanted = this.shown;
    try {
      const ticket = await this.api.get(`/api/v1/tickets/${wanted}`);
      // Whoever is choosing a class must not have the list taken from under the finger.
      if (this.shown === wanted && !this.moving && !this.choosing) this.#render(ticket);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  #build() {
    this.title = el("h2", "ticket-title");
    this.title.tabIndex = -1;
    const head = el("div", "pane-head", "", button("act quiet", "返回列表", () => this.on.onBack(), "back"), this.title);
    this.problemLine = el("p", "problem");
    this.problemLine.setAttribute("role", "alert");
    this.problemLine.hidden = true;
    this.marks = el("p", "marks");
    const label = el("label", "", "说明（写进工单记录）");
    label.htmlFor = "ticket-note";
    this.note = el("textarea", "field");
    Object.assign(this.note, { id: "ticket-note", rows: 2, maxLength: 2000 });
    this.buttons = el("div", "moves");
    this.buttons.setAttribute("role", "group");
    this.buttons.setAttribute("aria-label", "可以进行的操作");
    const acts = el("section", "box", "", el("h3", "", "处理"), label, this.note, this.buttons, this.problemLine);
    this.rows = el("dl", "pairs");
    this.clocks = el("tbody");
    const heads = ["环节", "状态", "期限"].map((text) => Object.assign(el("th", "", text), { scope: "col" }));
    this.clockTable = el("table", "clocks", "", el("thead", "", "", el("tr", "", "", ...heads)), this.clocks);
    this.clockTable.prepend(el("caption", "sr-only", "时限"));
    this.noClocks = el("p", "muted", "这类工单没有时限。");
    this.events = el("ol", "events");
    this.materials = new Materials(this.api, this.problemLine);
    byId("ticket").append(head, el("div", "ticket-body", "", this.marks, acts,
      el("section", "box", "", el("h3", "", "时限"), this.clockTable, this.noClocks),
      el("section", "box", "", el("h3", "", "详情"), this.rows),
      this.materials.box,
      el("section", "box", "", el("h3", "", "记录"), this.events)));
  }

  #render(ticket) {
    this.ticket = ticket;
    const now = this.api.now();
    this.title.textContent = ticket.ticket_no;
    this.marks.replaceChildren(badge("", word(KIND, ticket.kind)), priorityBadge(ticket.priority), badge("agent", word(STATUS, ticket.status)));
    if (ticket.review) this.marks.append(badge("warned", WORDS.review));
    this.#renderMoves(ticket);
    this.#renderRows(ticket, now);
    this.materials.show(ticket);
    this.clockTable.hidden = ticket.clocks.length === 0;
    this.noClocks.hidden = ticket.clocks.length > 0;
    this.clocks.replaceChildren(...ticket.clocks.map((clock) => this.#clock(clock, now)));
    this.events.replaceChildren(...[...ticket.events].reverse().map((event) => this.#event(event, now)));
  }

  #renderMoves(ticket) {
    const types = offered(ticket);
    const look = types.join(" ");
    // Rebuilding the buttons under somebody's finger or focus for nothing would be unkind.
    if (this.buttons.dataset.look === look && this.buttons.dataset.no === ticket.ticket_no) return;
    Object.assign(this.buttons.dataset, { look, no: ticket.ticket_no });
    const held = this.buttons.contains(document.activeElement);
    const [next] = types.filter((type) => !REMARKS.includes(type) && !OFF_ROAD.includes(type));
    this.buttons.replaceChildren(...types.map((type) => {
      const kind = type === next ? "primary" : FINAL.includes(type) ? "danger" : "";
      const node = button(`act ${kind}`, word(EVENT, type), () => this.#move(type));
      node.dataset.move = type;
      return node;
    }));
    if (held) this.title.focus();
  }

  #renderRows(ticket, now) {
    const row = (label, ...value) => [el("dt", "", label), el("dd", "", "", ...value.filter(Boolean))];
    const parent = ticket.parent_ticket_no;
    this.rows.replaceChildren(
      ...row("描述", el("span", "pre", ticket.description)),
      ...row("分类", el("span", "", ticket.category.join(" · ") || WORDS.none), this.#correction(ticket)),
      ...row("联系人", ticket.contact_name ?? WORDS.none),
      ...row("电话", ...this.#phone(ticket.contact_phone)),
      ...row("地址", [ticket.address, word(AREA, ticket.area)].filter(Boolean).join(" · ")),
      ...row("户号", el("span", "nums", ticket.account_no ?? WORDS.none)),
      ...row("受理", `${moment(ticket.created_at, now)} · ${word(CHANNEL, ticket.channel)}`),
      ...(parent ? row("上级工单", button("chip", parent, () => this.on.onOpen(parent), "ticket")) : []),
    );
  }

  /** For a complaint or a repair: its class, to be corrected or confirmed by somebody who has read it. */
  #correction(ticket) {
    if (!["complaint", "repair"].includes(ticket.kind)) return null;
    return button("act quiet small", ticket.review ? WORDS.confirmClass : WORDS.changeClass, async (event) => {
      const place = event.currentTarget.parentElement;
      try {
        const { classes } = await this.api.get("/api/v1/classes");
        place.append(this.#classForm(ticket, classes[ticket.kind]));
        place.querySelector("select").focus();
        event.target.closest("button").remove();
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        showProblem(this.problemLine, error.message);
      }
    });
  }

  #classForm(ticket, classes) {
    const select = el("select", "field");
    select.setAttribute("aria-label", WORDS.changeClass);
    for (const [first, seconds] of Object.entries(classes)) {
      const group = el("optgroup");
      group.label = first;
      group.append(...seconds.map((second) => Object.assign(el("option", "", second), { value: `${first}/${second}` })));
      select.append(group);
    }
    select.value = ticket.category.join("/");
    const form = el("form", "ask-line", "", select, Object.assign(el("button", "act small", WORDS.keepClass), { type: "submit" }));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const actor = await named();
      if (!actor || !select.value) return;
      const [first, second] = select.value.split("/");
      try {
        const after = await this.api.post(`/api/v1/tickets/${ticket.ticket_no}/category`, { first, second, actor });
        this.choosing = false;
        if (this.shown === after.ticket_no) this.#render(after);
        announce(`${WORDS.classKept} ${second}`);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        showProblem(this.problemLine, error.message);
      }
    });
    this.choosing = true;
    return form;
  }

  /** Masked until it is wanted: a number on a screen is read by whoever walks past. */
  #phone(phone) {
    if (!phone) return [WORDS.none];
    const shown = el("span", "nums", this.revealed ? phone : maskPhone(phone));
    const toggle = button("act quiet small", this.revealed ? WORDS.conceal : WORDS.reveal, () => {
      this.revealed = !this.revealed;
      shown.textContent = this.revealed ? phone : maskPhone(phone);
      toggle.lastChild.textContent = this.revealed ? WORDS.conceal : WORDS.reveal;
    });
    return [shown, toggle];
  }

  #clock(clock, now) {
    const end = el("td", "nums", moment(clock.due_at, now));
    if (clock.finished_at) end.append(el("span", "done", `${moment(clock.finished_at, now)} ${clock.state === "cancelled" ? "取消" : "完成"}`));
    const step = el("th", "", word(STEP, clock.step));
    step.scope = "row";
    return el("tr", "", "", step, el("td", "", "", clockBadge(clock, now)), end);
  }

  #event({ at, type, actor, note }, now) {
    const line = el("p", "", "", el("strong", type === "breached" ? "bad" : "", word(EVENT, type)),
      el("span", "muted nums", ` ${moment(at, now)} · ${word(ACTOR, actor)}`));
    const item = el("li", "", "", line);
    if (note) item.append(el("p", "pre", note));
    return item;
  }

  async #move(type) {
    if (this.moving) return;
    showProblem(this.problemLine, "");
    const { ticket } = this;
    const note = this.note.value.trim();
    if (NEEDS_NOTE.includes(type) && !note) {
      showProblem(this.problemLine, WORDS.noNote);
      this.note.focus();
      return;
    }
    if (FINAL.includes(type) && !(await confirmed(`撤销工单 ${ticket.ticket_no}？`, "撤销后不能恢复，时限全部取消。", "撤销"))) return;
    const actor = await named();
    if (!actor) return;
    this.moving = true;
    for (const node of this.buttons.children) node.disabled = true;
    try {
      const moved = await this.api.post(`/api/v1/tickets/${ticket.ticket_no}/events`, { type, note, actor });
      this.note.value = "";
      if (this.shown === moved.ticket_no) this.#render(moved);
      announce(`${moved.ticket_no} ${word(EVENT, type)}`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      showProblem(this.problemLine, this.#refusal(error));
    } finally {
      this.moving = false;
      for (const node of this.buttons.children) node.disabled = false;
      if (document.activeElement === document.body) this.title.focus();
    }
    this.on.onMoved();
  }

  /** The desk's words, and what it would take instead. */
  #refusal(error) {
    const { allowed } = error.problem;
    if (!Array.isArray(allowed)) return error.message;
    const words = allowed.filter((type) => type !== "merged").map((type) => word(EVENT, type));
    return `${error.message}\n${words.length ? WORDS.possible + words.join("、") : WORDS.nothingPossible}`;
  }
}
