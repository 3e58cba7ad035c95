// Tables with an honest number in every cell; a bar beside it is decoration and hidden from screen readers.
import { el } from "/static/desk/parts.js";

/** 12,345 */
export const whole = (value) => Math.round(value).toLocaleString("zh-CN");

/** "3.2 毫秒", "1.25 秒" */
export function duration(seconds) {
  if (seconds === undefined || Number.isNaN(seconds)) return "—";
  return seconds < 1 ? `${Number((seconds * 1000).toPrecision(3))} 毫秒` : `${Number(seconds.toPrecision(3))} 秒`;
}

/** A cell: a string is text, {num} is right-aligned, {bar} is a share from 0 to 1, a node is itself. */
function cell(value) {
  if (value instanceof Node) return el("td", "", "", value);
  if (typeof value === "string") return el("td", "", value);
  if ("bar" in value) {
    const bar = el("span", value.bar > 0 ? "bar" : "");
    // Through the object model, which the content security policy allows; an inline style it would not.
    bar.style.inlineSize = `${(value.bar * 100).toFixed(1)}%`;
    const node = el("td", "bar-cell", "", bar);
    node.setAttribute("aria-hidden", "true");
    return node;
  }
  return el("td", value.num === "0" ? "num zero" : "num", value.num);
}

const head = (text, scope, className = "") => Object.assign(el("th", className, text), { scope });

export function rowOf([name, ...cells]) {
  return el("tr", "", "", head(name, "row"), ...cells.map(cell));
}

/**
 * Fill a table element.
 * @param {{caption: string, heads: (string|{num: string})[], rows: Array[], foot?: Array, none?: string}} content
 */
export function fill(table, { caption, heads, rows, foot, none = "还没有数据。" }) {
  const top = heads.map((text) => (typeof text === "string" ? head(text, "col") : head(text.num, "col", "num")));
  const body = rows.length ? rows.map(rowOf) : [el("tr", "", "", Object.assign(el("td", "muted", none), { colSpan: heads.length }))];
  table.replaceChildren(el("caption", "", caption), el("thead", "", "", el("tr", "", "", ...top)), el("tbody", "", "", ...body));
  if (foot) table.append(el("tfoot", "", "", rowOf(foot)));
}

/** Rows of name, number and bar for [[name, value]]. */
export function barRows(pairs, more = () => []) {
  const most = Math.max(...pairs.map(([, value]) => value), 1);
  return pairs.map(([name, value], index) => [name, { num: whole(value) }, ...more(index), { bar: value / most }]);
}
