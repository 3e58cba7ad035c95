// A card of bars: one row a figure, drawn to scale; the figures themselves are text, so nothing hangs on the drawing.
import { el } from "./parts.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 100, HEIGHT = 12;

function bar(share, marked) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", marked ? "bar this" : "bar");
  svg.setAttribute("aria-hidden", "true");
  const rect = document.createElementNS(SVG, "rect");
  rect.setAttribute("width", String(Math.max(1, share * WIDTH)));
  rect.setAttribute("height", String(HEIGHT));
  svg.append(rect);
  return svg;
}

/** {"type": "chart", "title", "unit", "bars": [{"label", "value", "this"}]} */
export function chartCard(card) {
  const box = el("section", "card");
  box.setAttribute("aria-label", card.title);
  box.append(el("div", "card-head", "", el("span", "card-kind", card.title)));
  const rows = el("dl", "chart-rows");
  const most = Math.max(...card.bars.map(({ value }) => value), 1);
  for (const { label, value, this: marked } of card.bars) {
    rows.append(el("dt", "", label), el("dd", "", "", bar(value / most, marked), el("span", marked ? "figure this" : "figure", `${value}${card.unit}`)));
  }
  box.append(rows);
  return box;
}
