// The pieces of a message, as DOM. Every word goes in as textContent: what a customer or a server sends is never markup.
import { citationLine, deadline } from "./format.js";
import { EMERGENCY_CALLS, PRIORITY, TICKET_KIND, WORDS, citationCount } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";

/** An element with a class, a text, and children. */
export function el(tag, className = "", text = "", ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  node.append(...children);
  return node;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

export function button(className, text, onClick, iconName) {
  const node = el("button", className);
  node.type = "button";
  if (iconName) node.append(icon(iconName));
  node.append(el("span", "", text));
  node.addEventListener("click", onClick);
  return node;
}

/** The four numbers that save a life, as one-tap calls. All four, always: the bot may have misjudged the danger. */
export function emergencyCalls() {
  const row = el("div", "calls");
  for (const { number, label } of EMERGENCY_CALLS) {
    const link = el("a", "call", "", icon("phone"), el("span", "", `${label} ${number}`));
    link.href = `tel:${number}`;
    row.append(link);
  }
  return row;
}

/** "▸ 依据 2 条", which unfolds to source, article and edition. */
export function citations(list) {
  const box = el("details", "citations");
  box.append(el("summary", "", citationCount(list.length)));
  const items = el("ul");
  for (const citation of list) {
    const item = el("li", "", "", el("span", "cite-source", citationLine(citation)));
    if (citation.title) item.append(el("span", "cite-title", citation.title));
    items.append(item);
  }
  box.append(items);
  return box;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Plain http has no clipboard API; the old way still works there.
    const field = el("textarea", "sr-only");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

function copyButton(number) {
  const node = button("copy", WORDS.copy, async () => {
    await copy(number);
    show(WORDS.copied, WORDS.copied);
    setTimeout(reset, 2000);
  }, "copy");
  const show = (text, label) => {
    node.lastChild.textContent = text;
    node.setAttribute("aria-label", label);
  };
  const reset = () => show(WORDS.copy, `${WORDS.copyNumber} ${number}`);
  reset();
  return node;
}

function priorityMark(priority) {
  const known = Object.hasOwn(PRIORITY, priority) ? priority : "normal";
  // A word and a shape beside the colour: colour alone tells a colour-blind reader nothing.
  const mark = el("span", `priority ${known}`, "");
  if (known !== "normal") mark.append(icon("alert"));
  mark.append(el("span", "", PRIORITY[priority] ?? priority));
  return mark;
}

export function ticketCard(card) {
  const kind = TICKET_KIND[card.kind] ?? card.kind ?? "";
  const box = el("section", "card");
  box.setAttribute("aria-label", `${kind} ${card.ticket_no ?? ""}`);
  const head = el("div", "card-head", "", el("span", "card-kind", kind));
  if (card.status) head.append(el("span", "status", card.status));
  if (card.priority) head.append(priorityMark(card.priority));
  box.append(head);
  if (card.title) box.append(el("p", "card-title", card.title));
  if (card.ticket_no) {
    box.append(el("div", "card-no", "",
      el("span", "card-label", WORDS.ticketNo), el("strong", "ticket-no", card.ticket_no), copyButton(card.ticket_no)));
  }
  if (card.rows?.length) {
    const rows = el("dl", "card-rows");
    for (const [label, value] of card.rows) rows.append(el("dt", "", String(label)), el("dd", "", String(value)));
    box.append(rows);
  }
  if (card.clocks?.length) {
    const clocks = el("ul", "clocks");
    for (const clock of card.clocks) clocks.append(el("li", "", "", icon("progress"), el("span", "", deadline(clock))));
    box.append(clocks);
  }
  return box;
}
