// The buttons of the first screen and of the chip row, in the order that fits who is talking.
import { el, icon } from "./parts.js";

const ICONS = new Set(["bolt", "pay", "bill", "outage", "progress", "complaint", "human", "copy", "plus"]);

/** Puts `tiles` ({title, say, icon}) in the place of those shown; what is no list of tiles changes nothing. */
export function arrange(tiles) {
  const good = Array.isArray(tiles) ? tiles.filter((tile) => tile?.title && tile?.say) : [];
  if (!good.length) return;
  const fill = (place, className, withIcon) => {
    for (const old of place.querySelectorAll(`:scope > .${className}[data-tile]`)) old.remove();
    place.prepend(...good.map((tile) => {
      const parts = withIcon ? [icon(ICONS.has(tile.icon) ? tile.icon : "bolt"), el("span", "", tile.title)] : [tile.title];
      const node = document.createElement("button");
      node.type = "button";
      node.className = className;
      node.dataset.say = tile.say;
      node.dataset.tile = "";
      node.append(...parts);
      return node;
    }));
  };
  fill(document.querySelector(".tiles"), "tile", true);
  fill(document.getElementById("quick"), "chip", false);
}

/** What the service knows of this conversation's customer, for a page that was loaded again. */
export async function arrangeFor(conversationId) {
  try {
    const answer = await fetch(`/api/v1/conversations/${encodeURIComponent(conversationId)}/profile`);
    if (answer.ok) arrange((await answer.json()).tiles);
  } catch {
    // The tiles that are there stay: they are good for everybody.
  }
}
