// The list of hand-offs on the left: who waits, the most pressing first, then who is being looked after.
import { maskNumbers, span } from "./format.js";
import { badge, button, byId, el, priorityBadge, reconcile, walkable } from "./parts.js";
import { HANDOFF, REASON, WORDS, word } from "./words.js";

const RANK = { emergency: 0, urgent: 1, normal: 2 };

/** Waiting before active; waiting by priority and age; of the active ones one's own first. */
export function sorted(handoffs, me) {
  const place = (one) => (one.state === "queued" ? RANK[one.priority] ?? 2 : one.agent === me ? 3 : 4);
  return [...handoffs].sort((a, b) => place(a) - place(b) || Date.parse(a.opened_at) - Date.parse(b.opened_at));
}

export class Queue {
  constructor({ onOpen }) {
    this.onOpen = onOpen;
    this.list = byId("queue");
    walkable(this.list);
  }

  /** @param {{handoffs: object[], selected: string, me: string, now: number, unread: (id: string) => number}} shown */
  render({ handoffs, selected, me, now, unread }) {
    const waiting = handoffs.filter(({ state }) => state === "queued").length;
    byId("queue-count").textContent = `等待 ${waiting} · 接待中 ${handoffs.length - waiting}`;
    byId("queue-none").hidden = handoffs.length > 0;
    const rows = sorted(handoffs, me).map((handoff) => ({
      handoff,
      current: handoff.handoff_id === selected,
      own: handoff.state === "active" && handoff.agent === me,
      age: span(now - Date.parse(handoff.opened_at)),
      unread: unread(handoff.handoff_id),
    }));
    reconcile(this.list, rows, {
      key: ({ handoff }) => handoff.handoff_id,
      make: ({ handoff }) => el("li", "", "", button("row", "", () => this.onOpen(handoff.handoff_id))),
      fill: (node, row) => this.#fill(node.firstChild, row),
    });
  }

  #fill(node, { handoff, current, own, age, unread }) {
    const queued = handoff.state === "queued";
    node.className = `row${queued ? ` waiting ${handoff.priority}` : ""}${current ? " current" : ""}`;
    node.setAttribute("aria-current", String(current));
    const head = el("span", "row-head", "", priorityBadge(handoff.priority));
    if (unread) head.append(badge("warned", `${WORDS.unread} ${unread}`));
    head.append(el("span", "row-end", queued ? `${WORDS.waited}${age}` : word(HANDOFF, handoff.state)));
    node.replaceChildren(head, el("span", "row-title", maskNumbers(word(REASON, handoff.reason))));
    const hint = queued ? (handoff.summary || "").split("\n")[0] : own ? WORDS.mine : handoff.agent ?? "";
    if (queued && hint) node.append(el("span", "row-hint", maskNumbers(hint)));
    if (!queued) node.append(el("span", "row-hint", `坐席：${hint}`));
  }
}
