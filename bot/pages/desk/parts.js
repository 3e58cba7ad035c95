// Pieces of the staff pages, as DOM. Every word goes in as textContent: what a customer or a server sends is never markup.
import { standing } from "./format.js";
import { PRIORITY, word } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";

const SHAPES = {
  alert: "M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.1",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7v5.2l3.4 2",
  back: "M15 5l-7 7 7 7",
  refresh: "M19.5 12a7.5 7.5 0 1 1-2.2-5.3M19.5 3.5v4h-4",
  ticket: "M6 3.5h12v17l-2.4-1.6-2.4 1.6-2.4-1.6-2.4 1.6L6 20.5zM9 8.5h6M9 12.5h6",
  check: "M5 12.5l4.5 4.5L19 7.5",
  cross: "M6 6l12 12M18 6 6 18",
};

export const byId = (id) => document.getElementById(id);

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
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
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

/** A word and a shape beside the colour: colour alone tells a colour-blind reader nothing. */
export function badge(kind, text, iconName) {
  const node = el("span", `badge ${kind}`);
  if (iconName) node.append(icon(iconName));
  node.append(text);
  return node;
}

export function priorityBadge(priority) {
  const pressing = priority !== "normal";
  return badge(pressing ? priority : "plain", word(PRIORITY, priority), pressing ? "alert" : "");
}

/** How a clock stands, `label` first. */
export function clockBadge(clock, now, label = "") {
  const kind = ["breached", "warned"].includes(clock.state) ? clock.state : "plain";
  return badge(kind, [label, standing(clock, now)].filter(Boolean).join(" "), "clock");
}

/** A red line of Chinese, announced when it appears. An empty text takes it away. */
export function showProblem(place, text) {
  place.replaceChildren();
  place.hidden = !text;
  if (text) place.append(icon("alert"), el("span", "", text));
}

/** Tell those who cannot see the page what has just happened. */
export function announce(text) {
  byId("announce").replaceChildren(el("p", "", text));
}

/**
 * Bring the children of `list` in line with `items`, keeping the nodes that stay: a list that is polled must not
 * throw the reader's focus away. `fill(node, item)` is called only when what `look(item)` says has changed.
 */
export function reconcile(list, items, { key, make, fill, look = JSON.stringify }) {
  const focused = document.activeElement;
  const old = new Map([...list.children].map((node) => [node.dataset.key, node]));
  let next = list.firstChild;
  for (const item of items) {
    const id = String(key(item));
    let node = old.get(id);
    old.delete(id);
    if (!node) {
      node = make(item);
      node.dataset.key = id;
    }
    const seen = look(item);
    if (node.look !== seen) {
      fill(node, item);
      node.look = seen;
    }
    if (node === next) next = next.nextSibling;
    else list.insertBefore(node, next);
  }
  for (const node of old.values()) node.remove();
  // A node that moved up the list has lost the focus on the way.
  if (focused !== document.activeElement && list.contains(focused)) focused.focus();
}

/** Up, Down, Home and End walk through the buttons of a list. */
export function walkable(list) {
  list.addEventListener("keydown", (event) => {
    const rows = [...list.querySelectorAll(":scope > li > button")];
    const at = rows.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    rows[Math.min(Math.max(to, 0), rows.length - 1)].focus();
  });
}

/** Enter sends, Shift+Enter makes a line; Enter that ends a word of an input method does neither. */
export function sendsOnEnter(field, send) {
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  });
}

/** Run `work` now and again `ms` after it has ended; returns a function that runs it at once. */
export function every(ms, work) {
  let timer;
  let running;
  async function run() {
    clearTimeout(timer);
    try {
      await work();
    } finally {
      running = undefined;
      timer = setTimeout(again, ms);
    }
  }
  function again() {
    running ??= run();
    return running;
  }
  again();
  return async () => {
    // What is under way may have read before the change the caller wants to see.
    await running;
    return again();
  };
}
