// The dashboard: asks readiness, metrics, hand-offs and open tickets every ten seconds, each for itself, and draws them.
import { ApiError } from "/static/desk/api.js";
import { seconds } from "/static/desk/format.js";
import { byId, el, every, icon, showProblem } from "/static/desk/parts.js";
import { refused, signOut, signedIn } from "/static/desk/session.js";
import { word } from "/static/desk/words.js";
import { drawMetrics } from "./metrics.js";
import { drawNotices, noticesOf, toggleCalls } from "./notices.js";
import { drawOpenTickets, openTickets } from "./open_tickets.js";
import { PART, asOf, staleSince } from "./words.js";

const EVERY_MS = 10000;

const api = await signedIn("电答 · 运行看板", "/api/v1/handoffs");
const lastGood = new Map(); // section → when it was last read

/**
 * Read one section and draw it. When that fails its old figures stay and are marked as old, unless `forget` takes them away.
 */
async function section(name, marks, read, draw, forget = () => {}) {
  const stamp = (text, stale) => {
    for (const mark of marks) {
      mark.textContent = text;
      mark.classList.toggle("stale", stale);
    }
  };
  try {
    draw(await read());
    lastGood.set(name, seconds(api.now()));
    stamp(asOf(lastGood.get(name)), false);
    showProblem(byId(`${name}-problem`), "");
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.refused) refused();
    showProblem(byId(`${name}-problem`), error.message);
    forget();
    if (lastGood.has(name)) stamp(staleSince(lastGood.get(name)), true);
  }
}

/** 503 is an answer too: it names the parts that do not work. */
async function readiness() {
  try {
    return (await api.get("/readyz")).parts;
  } catch (error) {
    if (error instanceof ApiError && error.problem.parts) return error.problem.parts;
    throw error;
  }
}

function drawReadiness(parts) {
  byId("ready").replaceChildren(...Object.entries(parts).map(([name, works]) =>
    el("li", works ? "part" : "part down", "", icon(works ? "check" : "cross"),
      el("span", "", `${word(PART, name)}：${works ? "正常" : "不可用"}`))));
}

function drawHandoffs({ handoffs }) {
  const waiting = handoffs.filter(({ state }) => state === "queued");
  const pressing = waiting.filter(({ priority }) => priority === "emergency").length;
  const lead = byId("handoffs-lead");
  lead.replaceChildren(`现在等待 ${waiting.length} 人，接待中 ${handoffs.length - waiting.length} 人`);
  if (pressing) lead.append(el("span", "bad", `，其中特急 ${pressing} 人等待`));
}

const lookNow = every(EVERY_MS, async () => {
  if (document.hidden) return;
  await Promise.all([
    // What was said about the parts before must not look like the present.
    section("ready", [byId("ready-at")], readiness, drawReadiness, () => byId("ready").replaceChildren()),
    section("metrics", document.querySelectorAll("[data-metrics-at]"), () => api.text("/metrics"), drawMetrics),
    section("handoffs", [], () => api.get("/api/v1/handoffs"), drawHandoffs),
    section("notices", [byId("notices-at")], () => noticesOf(api), (found) => drawNotices(found, api, lookAgain)),
    section("open", [byId("open-at")], () => openTickets(api), (found) => drawOpenTickets(found, api.now())),
  ]);
});

async function lookAgain() {
  await lookNow();
}

byId("calls-open").addEventListener("click", () => toggleCalls(api, lookAgain));
byId("refresh").addEventListener("click", lookNow);
byId("sign-out").addEventListener("click", signOut);
document.addEventListener("visibilitychange", () => { if (!document.hidden) lookNow(); });
