// The input line: growing field, character count, draft that survives a reload, and keys.
import { counter } from "./words.js";

const LIMIT = 2000;
const SHOW_FROM = 1500;
const DRAFT_KEY = "dianda.draft";

/** Characters as the server counts them: an emoji is one. */
const length = (text) => [...text].length;

function keepDraft(text) {
  try {
    sessionStorage.setItem(DRAFT_KEY, text);
  } catch {
    // A draft is a convenience; without storage it is simply not kept.
  }
}

function draft() {
  try {
    return sessionStorage.getItem(DRAFT_KEY) ?? "";
  } catch {
    return "";
  }
}

export class Composer {
  /** @param {(text: string) => void} onSend */
  constructor(onSend) {
    this.onSend = onSend;
    this.form = document.getElementById("composer");
    this.field = document.getElementById("say");
    this.send = document.getElementById("send");
    this.count = document.getElementById("counter");
    this.field.value = draft();
    this.field.addEventListener("input", () => this.#changed());
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    // Keeps the focus in the field, so that the phone's keyboard does not fold away after each message.
    this.send.addEventListener("mousedown", (event) => event.preventDefault());
    addEventListener("resize", () => this.#grow());
    this.#changed();
  }

  focus() {
    // Only where there is a real keyboard: on a phone it would cover half the answer.
    if (matchMedia("(pointer: fine)").matches) this.field.focus();
  }

  clear() {
    this.field.value = "";
    this.#changed();
  }

  #key(event) {
    if (event.key !== "Enter" || event.shiftKey) return;
    // Enter that picks a word from the pinyin list; 229 is how older browsers say it.
    if (event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const text = this.field.value.trim();
    if (!text || length(text) > LIMIT) return;
    this.clear();
    this.onSend(text);
  }

  #changed() {
    const text = this.field.value;
    const size = length(text.trim());
    keepDraft(text);
    this.count.hidden = size < SHOW_FROM;
    this.count.textContent = this.count.hidden ? "" : counter(size, LIMIT);
    this.form.classList.toggle("too-long", size > LIMIT);
    this.count.setAttribute("aria-live", size > LIMIT ? "polite" : "off"); // not at every key, only once it matters
    // Longer text is not cut off: half a complaint would be sent without the customer noticing.
    this.send.disabled = size > LIMIT;
    this.#grow();
  }

  /** For browsers whose fields do not grow by themselves (`field-sizing`). */
  #grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
  }
}
