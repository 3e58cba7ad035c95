// The conversation in the middle: what the assistant summed up, what was said, and the agent's reply.
import { moment, span } from "./format.js";
import { badge, button, byId, el, icon, priorityBadge, sendsOnEnter, showProblem } from "./parts.js";
import { HANDOFF, KIND, REASON, STATUS, WHO, WORDS, word } from "./words.js";

const MOST = 2000; // characters the gateway takes
const NEAR_PX = 80;

export class Talk {
  /** @param {{onTake: Function, onSay: Function, onEnd: Function, onTicket: Function}} on */
  constructor(on) {
    this.on = on;
    this.handoff = null;
    this.conversation = null;
    this.drafts = new Map(); // hand-off → unsent words: what was written to one customer must never go to another
    this.field = byId("say");
    this.scroll = byId("scroll");
    byId("take").addEventListener("click", () => on.onTake(this.handoff));
    byId("end").addEventListener("click", () => on.onEnd(this.handoff));
    byId("latest").addEventListener("click", () => this.#toBottom());
    byId("reply").addEventListener("submit", (event) => { event.preventDefault(); this.#send(); });
    this.field.addEventListener("input", () => this.#count());
    sendsOnEnter(this.field, () => this.#send());
    this.scroll.addEventListener("scroll", () => { if (this.#atBottom()) byId("latest").hidden = true; }, { passive: true });
  }

  /** Show another hand-off, or none. */
  open(handoff, conversation) {
    if (this.handoff) this.drafts.set(this.handoff.handoff_id, this.field.value);
    Object.assign(this, { handoff, conversation, drawn: 0 });
    byId("talk").hidden = !handoff;
    byId("talk-none").hidden = Boolean(handoff);
    byId("log").replaceChildren();
    byId("latest").hidden = true;
    this.problem("");
    if (!handoff) return;
    this.field.value = this.drafts.get(handoff.handoff_id) ?? "";
    this.#count();
    this.tickets([]);
  }

  /** Bring everything in line with what is known now. `me` is the agent's name, "" when not yet told. */
  render(handoff, me, now) {
    this.handoff = handoff;
    this.#head(handoff, now);
    byId("summary").textContent = handoff.summary || "（没有小结）";
    const mine = handoff.state === "active" && handoff.agent === me;
    byId("take").hidden = handoff.state !== "queued";
    byId("end").hidden = !mine;
    byId("reply").hidden = !mine;
    const note = byId("talk-note");
    note.hidden = mine;
    note.textContent = {
      queued: "接入后才能回复客户。",
      active: `由${handoff.agent ?? "同事"}接待中，您可以查看，不能回复。`,
      closed: "这次人工服务已结束，客户已转回智能客服。",
    }[handoff.state] ?? "";
    this.#draw(now);
  }

  /** The tickets of this conversation, as buttons beside the summary. */
  tickets(list) {
    const chips = list.map((ticket) => {
      const words = `${ticket.ticket_no} ${word(KIND, ticket.kind)} · ${word(STATUS, ticket.status)}`;
      return el("li", "", "", button("chip", words, () => this.on.onTicket(ticket.ticket_no), "ticket"));
    });
    byId("talk-tickets").replaceChildren(...chips);
  }

  problem(text) {
    showProblem(byId("talk-problem"), text);
  }

  /** Whether the agent may be writing to the customer now. */
  focusReply() {
    if (!byId("reply").hidden) this.field.focus();
  }

  #head(handoff, now) {
    const title = byId("talk-title");
    const state = badge(handoff.state === "active" ? "agent" : "plain", word(HANDOFF, handoff.state));
    title.replaceChildren(priorityBadge(handoff.priority), state, el("span", "", word(REASON, handoff.reason)));
    const opened = `${moment(handoff.opened_at, now)} 转人工`;
    const waited = handoff.state === "queued" ? `${WORDS.waited}${span(now - Date.parse(handoff.opened_at))}` : "";
    const agent = handoff.agent ? `坐席 ${handoff.agent}` : "";
    byId("talk-meta").textContent = [opened, waited, agent].filter(Boolean).join(" · ");
  }

  #draw(now) {
    const { lines } = this.conversation;
    if (this.drawn === lines.length) return;
    const stay = this.drawn === 0 || this.#atBottom();
    const log = byId("log");
    for (const line of lines.slice(this.drawn)) {
      const item = this.#line(line, now);
      // Beside an agent the bot answers with nothing: that is no line.
      if (item.children.length > 1) log.append(item);
    }
    this.drawn = lines.length;
    if (stay) this.#toBottom();
    else byId("latest").hidden = false;
  }

  #line(line, now) {
    const who = Object.hasOwn(WHO, line.role) ? line.role : "system";
    const head = el("div", "who", "", el("span", "who-name", WHO[who]), el("span", "who-time", moment(line.at, now)));
    const item = el("li", `line ${who}`, "", head);
    if (line.payload) {
      item.append(el("p", "bubble", `${WORDS.chosen}：${this.conversation.title(line.payload) ?? line.payload}`));
    } else if (line.text) {
      item.append(el("p", "bubble", line.text));
    }
    for (const message of line.messages ?? []) item.append(...this.#message(message));
    return item;
  }

  #message(message) {
    const parts = [];
    if (message.text) {
      const bubble = el("p", message.priority === "emergency" ? "bubble alarm" : "bubble", message.text);
      if (message.priority === "emergency") bubble.prepend(icon("alert"));
      parts.push(bubble);
    }
    if (message.card?.ticket_no) {
      const words = `${message.card.title ?? word(KIND, message.card.kind)} ${message.card.ticket_no}`;
      parts.push(button("chip", words, () => this.on.onTicket(message.card.ticket_no), "ticket"));
    }
    const aside = [];
    if (message.buttons?.length) aside.push(`${WORDS.offered}：${message.buttons.map(({ title }) => title).join("、")}`);
    for (const { source, article } of message.citations ?? []) aside.push(`依据：${[source, article].filter(Boolean).join(" ")}`);
    if (aside.length) parts.push(el("p", "aside", aside.join("\n")));
    return parts;
  }

  async #send() {
    const { handoff } = this;
    const text = this.field.value.trim();
    if (!text || [...text].length > MOST || this.sending) return;
    // The same words sent again after a failure are the same message: the customer must not read them twice.
    if (this.unsent?.text !== text || this.unsent.handoff !== handoff.handoff_id) {
      this.unsent = { text, handoff: handoff.handoff_id, id: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` };
    }
    this.sending = true;
    this.#count();
    try {
      await this.on.onSay(handoff, text, this.unsent.id);
      this.unsent = undefined;
      if (this.handoff?.handoff_id === handoff.handoff_id) {
        this.field.value = "";
        this.problem("");
        this.#toBottom();
      } else {
        this.drafts.delete(handoff.handoff_id);
      }
    } catch (error) {
      if (this.handoff?.handoff_id === handoff.handoff_id) this.problem(`没有发出：${error.message}`);
    } finally {
      this.sending = false;
      this.#count();
    }
  }

  #count() {
    const length = [...this.field.value.trim()].length;
    const over = length - MOST;
    const count = byId("say-count");
    count.hidden = length < MOST * 0.9;
    count.textContent = over > 0 ? `${length}/${MOST}，超出 ${over} 字，请删减` : `${length}/${MOST}`;
    count.classList.toggle("over", over > 0);
    byId("send").disabled = over > 0 || Boolean(this.sending);
  }

  #atBottom() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroll;
    return scrollHeight - scrollTop - clientHeight < NEAR_PX;
  }

  #toBottom() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
    byId("latest").hidden = true;
  }
}
