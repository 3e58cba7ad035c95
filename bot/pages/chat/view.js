// What the customer sees of the conversation. Knows nothing of sockets or storage.
import { uploadOf, uploadPicture } from "./attach.js";
import { chartCard } from "./chart.js";
import { clockTime, day } from "./format.js";
import { button, citations, el, emergencyCalls, icon, ticketCard } from "./parts.js";
import { BANNER, HANDOFF, STATE, UPLOAD, WHO, WORDS } from "./words.js";

const TYPING_MS = 60000; // dots must not dance for ever when the word "off" is lost
const NEAR_PX = 120;

const byId = (id) => document.getElementById(id);

export class View {
  /** @param {{onButton: Function, onRetry: Function, onRemove: Function, speaker: object, conversationId: () => string}} options */
  constructor({ onButton, onRetry, onRemove, speaker, conversationId }) {
    Object.assign(this, { onButton, onRetry, onRemove, speaker, conversationId });
    this.log = byId("log");
    this.pending = byId("pending");
    this.scroll = byId("scroll");
    this.typingDots = byId("typing");
    this.latest = byId("latest");
    this.latest.addEventListener("click", () => this.toBottom());
    this.scroll.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    // A banner, the phone's keyboard or bigger letters take room away: what was in sight at the bottom stays in sight.
    const keep = new ResizeObserver(() => { if (this.atBottom && !this.empty) this.toBottom(); });
    for (const node of [this.scroll, this.log, this.pending]) keep.observe(node);
    this.reset();
  }

  /** An empty page for a fresh conversation. */
  reset() {
    this.bubbles = new Map(); // message_id → the customer's bubble
    this.titles = new Map(); // payload → the title the customer read on the button
    this.open = []; // buttons that can still be pressed
    this.lastDay = "";
    this.atBottom = true;
    for (const list of [this.log, this.pending]) list.replaceChildren();
    this.typing(false);
    this.handoff("none");
    this.latest.hidden = true;
  }

  get empty() {
    return !this.log.children.length && !this.pending.children.length;
  }

  /** The tiles belong to an empty page; afterwards they become the chip row. */
  showEntry() {
    byId("hero").hidden = !this.empty;
    byId("quick").hidden = this.empty;
  }

  /** The customer's own words, at the bottom with the unsent until the server has them. */
  addUser({ message_id: id, text, payload, title, at, failed }, state = "sending") {
    if (this.bubbles.has(id)) return;
    this.closeButtons(payload);
    const upload = uploadOf(payload);
    const bubble = upload === undefined ? el("div", "bubble", title ?? text)
      : el("div", "bubble upload", "", uploadPicture(upload, this.conversationId()), el("span", "upload-name", title ?? text));
    const mark = el("div", "mark-line");
    const item = el("li", "turn user", "", bubble, mark);
    item.dataset.at = at ?? "";
    this.bubbles.set(id, item);
    this.pending.append(item);
    this.setState(id, failed ? "failed" : state);
    this.showEntry();
    this.toBottom();
  }

  /** A file on its way: at the bottom with the unsent, until it has become a message. */
  addUpload(item) {
    this.pending.append(item);
    this.showEntry();
    this.toBottom();
  }

  /** Something the customer should hear of at once. */
  warn(words) {
    byId("alarm").replaceChildren(el("p", "", words));
  }

  setState(id, state, reason = "") {
    const item = this.bubbles.get(id);
    if (!item || item.dataset.state === "answered") return;
    item.dataset.state = state;
    const mark = item.querySelector(".mark-line");
    const time = clockTime(item.dataset.at);
    mark.replaceChildren();
    if (state === "failed") {
      mark.append(el("span", "reason", "", icon("alert"), reason || STATE.failed),
        button("small", WORDS.retry, () => this.onRetry(id)), button("small quiet", WORDS.remove, () => this.onRemove(id)));
    } else {
      mark.append(el("span", "", [STATE[state], time].filter(Boolean).join(" ")));
    }
    if (state === "accepted" || state === "answered") this.#intoLog(item);
  }

  removeUser(id) {
    this.bubbles.get(id)?.remove();
    this.bubbles.delete(id);
    this.showEntry();
  }

  /** One item of the server's history, in its order. */
  addHistory(item) {
    if (item.role !== "user") return this.addMessages({ ...item, retire: item.role === "bot" });
    const id = item.message_id ?? `${item.at}|${item.text}`;
    const payload = item.payload ?? (/^\/[a-z_]+(\{|$)/.test(item.text ?? "") ? item.text : undefined);
    const title = payload === undefined ? undefined : this.titles.get(payload) ?? (uploadOf(payload) ? UPLOAD.sent : WORDS.chosen);
    this.addUser({ message_id: id, text: item.text ?? "", payload, title, at: item.at });
    return this.setState(id, "accepted");
  }

  /**
   * Bubbles of one reply or push.
   * `live` announces them; `retire` closes the buttons above, which a notice that merely drops in must not do.
   */
  addMessages({ role, messages, text, at, live = false, retire = false }) {
    const list = (messages ?? (text ? [{ text }] : [])).filter((message) => message.text || message.card || message.buttons?.length);
    if (role === "bot") this.typing(false);
    if (retire) this.closeButtons();
    if (!list.length) return;
    const stay = this.atBottom;
    const who = Object.hasOwn(WHO, role) ? role : "system";
    const item = el("li", `turn ${who}`);
    const name = el("div", "who", "", icon(who === "agent" ? "human" : "bolt"), el("span", "who-name", WHO[who]));
    const time = clockTime(at ?? new Date());
    if (time) name.append(el("span", "who-time", time));
    name.append(this.#readButton(list));
    item.append(name, ...list.map((message) => this.#message(message)));
    this.#dayMark(at);
    this.log.append(item);
    this.showEntry();
    if (live) this.#announce(WHO[who], list);
    if (stay) this.#showFrom(item);
    else if (live) this.latest.hidden = false;
  }

  typing(on) {
    clearTimeout(this.typingTimer);
    this.typingDots.hidden = !on;
    if (!on) return;
    this.typingTimer = setTimeout(() => this.typing(false), TYPING_MS);
    if (this.atBottom) this.toBottom();
  }

  connection(state) {
    const text = BANNER[state] ?? "";
    byId("banner").hidden = !text;
    byId("banner-text").textContent = text;
    byId("reconnect").hidden = state !== "offline";
    if (state !== "online") this.typing(false);
    for (const [id, item] of this.bubbles) {
      if (state === "offline" && item.dataset.state === "sending") this.setState(id, "waiting");
      if (state === "online" && item.dataset.state === "waiting") this.setState(id, "sending");
    }
  }

  handoff(state) {
    const text = HANDOFF[state] ?? "";
    const strip = byId("handoff");
    strip.hidden = !text;
    strip.textContent = text;
  }

  toBottom() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
    this.atBottom = true;
    this.latest.hidden = true;
  }

  #message(message) {
    const danger = message.priority === "emergency";
    const box = el("div", danger ? "message danger" : "message");
    const bubble = el("div", "bubble");
    if (danger) bubble.append(el("p", "danger-title", "", icon("alert"), el("span", "", WORDS.emergency)));
    if (message.text) bubble.append(el("p", "text", message.text));
    if (danger) bubble.append(emergencyCalls());
    if (message.card?.type === "ticket") bubble.append(ticketCard(message.card));
    if (message.card?.type === "chart") bubble.append(chartCard(message.card));
    if (message.citations?.length) bubble.append(citations(message.citations));
    box.append(bubble);
    if (message.buttons?.length) box.append(this.#buttons(message.buttons));
    return box;
  }

  #buttons(list) {
    const row = el("div", "choices");
    for (const { title, payload } of list) {
      this.titles.set(payload, title);
      const node = button("choice", title, () => this.onButton({ title, payload }));
      node.dataset.payload = payload;
      this.open.push(node);
      row.append(node);
    }
    return row;
  }

  /** Old questions are closed once the talk has moved on; the one chosen stays marked. */
  closeButtons(chosen) {
    for (const node of this.open) {
      node.disabled = true;
      if (chosen !== undefined && node.dataset.payload === chosen) node.setAttribute("aria-pressed", "true");
    }
    this.open = [];
  }

  #readButton(messages) {
    const words = messages.map(({ speech, text }) => speech || text || "").join("\n");
    const show = (on) => {
      node.replaceChildren(icon(on ? "stop" : "speaker"), el("span", "", on ? WORDS.stop : WORDS.read));
      node.dataset.speaking = on ? "yes" : "";
    };
    const node = button("read", WORDS.read, () => {
      if (node.dataset.speaking) return this.speaker.stop();
      this.speaker.speak(words, () => show(false));
      return show(true);
    }, "speaker");
    return node;
  }

  #intoLog(item) {
    if (item.parentNode === this.log) return;
    this.#dayMark(item.dataset.at);
    this.log.append(item);
  }

  #dayMark(at) {
    const today = day(at || new Date());
    if (today === this.lastDay) return;
    this.lastDay = today;
    this.log.append(el("li", "day", today));
  }

  #announce(who, list) {
    const urgent = list.some((message) => message.priority === "emergency");
    const region = byId(urgent ? "alarm" : "announce");
    const choices = list.flatMap((message) => message.buttons ?? []).map(({ title }) => title);
    const words = list.map(({ text, card }) => [text, card?.ticket_no].filter(Boolean).join(" "));
    if (choices.length) words.push(WORDS.choose + choices.join("、"));
    region.replaceChildren(...[`${who}：`, ...words].map((line) => el("p", "", line)));
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroll;
    this.atBottom = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    if (this.atBottom) this.latest.hidden = true;
  }

  /** A long answer is shown from its beginning: nobody wants to scroll up to start reading. */
  #showFrom(item) {
    this.scroll.scrollTop = item.offsetTop - 8; // the browser stops at the end by itself
    this.#scrolled();
  }
}
