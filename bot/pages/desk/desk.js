// The agent's desk: ties queue, conversation and tickets together and keeps them fresh.
import { ApiError } from "./api.js";
import { Conversation } from "./conversation.js";
import { announce, byId, el, every, showProblem } from "./parts.js";
import { confirmed, named } from "./questions.js";
import { Queue, sorted } from "./queue.js";
import { agentName, refused, signOut, signedIn } from "./session.js";
import { Talk } from "./talk.js";
import { Tickets } from "./tickets.js";
import { WORDS } from "./words.js";

const QUEUE_MS = 3000;
const TICKETS_MS = 10000;
const TITLE = document.title;

const api = await signedIn("电答 · 坐席台", "/api/v1/handoffs");

let handoffs = [];
let selected = null; // the hand-off in the middle; it stays there when it leaves the list
let known = null; // ids waiting at the last look, null before the first
const conversations = new Map(); // hand-off id → Conversation

const queue = new Queue({ onOpen: open });
const talk = new Talk({ onTake: take, onSay: say, onEnd: end, onTicket: (no) => tickets.open(no) });
const tickets = new Tickets(api, { onShow: () => show("tickets") });

// ----- what is shown -----

function show(which) {
  byId("desk").dataset.show = which;
  for (const node of document.querySelectorAll("[data-show][aria-pressed]")) {
    node.setAttribute("aria-pressed", String(node.dataset.show === which));
  }
}

function render() {
  const me = agentName();
  byId("agent").textContent = me ? `坐席：${me}` : "填写姓名";
  const unread = (id) => conversations.get(id)?.unread ?? 0;
  queue.render({ handoffs, selected: selected?.handoff_id, me, now: api.now(), unread });
  if (selected) talk.render(selected, me, api.now());
  const waiting = handoffs.filter(({ state }) => state === "queued").length;
  document.title = waiting ? `(${waiting}) ${TITLE}` : TITLE;
}

function tellNewcomers() {
  const waiting = handoffs.filter(({ state }) => state === "queued");
  const fresh = known === null ? [] : waiting.filter(({ handoff_id: id }) => !known.has(id));
  known = new Set(waiting.map(({ handoff_id: id }) => id));
  if (fresh.some(({ priority }) => priority === "emergency")) byId("alarm").replaceChildren(el("p", "", WORDS.emergencyWaiting));
  else if (fresh.length) announce(WORDS.newWaiting);
}

// ----- what is asked of the server -----

async function look() {
  try {
    ({ handoffs } = await api.get("/api/v1/handoffs"));
    const me = agentName();
    const own = handoffs.filter(({ state, agent }) => state === "active" && agent === me);
    const followed = new Set(own.map(({ handoff_id: id }) => id));
    if (selected && selected.state !== "closed") followed.add(selected.handoff_id);
    await Promise.all([...followed].map(follow));
    for (const id of conversations.keys()) {
      if (id !== selected?.handoff_id && !followed.has(id)) conversations.delete(id);
    }
    tellNewcomers();
    render();
    showProblem(byId("banner"), "");
  } catch (error) {
    failed(error);
  }
}

/** What is new in one conversation. */
async function follow(id) {
  const conversation = conversations.get(id) ?? conversations.set(id, new Conversation()).get(id);
  const { history, ...handoff } = await api.get(`/api/v1/handoffs/${encodeURIComponent(id)}`, { after: conversation.seq || null });
  const fresh = conversation.add(history);
  if (id !== selected?.handoff_id) return;
  selected = handoff;
  if (!document.hidden) conversation.unread = 0;
  if (fresh.length) await ticketsOf(handoff);
}

/** A ticket that cannot be listed now must not keep the conversation from being read. */
async function ticketsOf(handoff) {
  try {
    const page = await api.get("/api/v1/tickets", { conversation_id: handoff.conversation_id, limit: 20 });
    if (selected?.handoff_id === handoff.handoff_id) talk.tickets(page.tickets);
  } catch (error) {
    if (!(error instanceof ApiError) || error.refused) throw error;
  }
}

function failed(error) {
  if (!(error instanceof ApiError)) throw error;
  if (error.refused) return refused();
  return showProblem(byId("banner"), error.status ? `${error.message}（正在自动重试）` : WORDS.lost);
}

// ----- what the agent does -----

async function open(id) {
  show("talk");
  const handoff = handoffs.find((one) => one.handoff_id === id);
  if (!handoff || id === selected?.handoff_id) return;
  selected = handoff;
  talk.open(handoff, conversations.get(id) ?? conversations.set(id, new Conversation()).get(id));
  tickets.about(handoff.conversation_id);
  render();
  try {
    await follow(id);
    await ticketsOf(handoff);
    render();
  } catch (error) {
    if (error instanceof ApiError && !error.refused) talk.problem(error.message);
    else failed(error);
  }
}

async function take(handoff) {
  const agent = await named();
  if (!agent) return;
  await done(`/take`, handoff, { agent }, WORDS.taken);
  talk.focusReply();
}

async function end(handoff) {
  if (!(await confirmed("结束人工服务？", "客户会收到通知，并转回智能客服。", "结束"))) return;
  await done(`/close`, handoff, undefined, WORDS.ended);
}

async function done(what, handoff, body, words) {
  talk.problem("");
  try {
    const changed = await api.post(`/api/v1/handoffs/${encodeURIComponent(handoff.handoff_id)}${what}`, body);
    if (selected?.handoff_id === changed.handoff_id) selected = changed;
    handoffs = sorted(handoffs.map((one) => (one.handoff_id === changed.handoff_id ? changed : one)), agentName())
      .filter(({ state }) => state !== "closed");
    announce(words);
    // The last words (the notice to the customer, say) are fetched once more also when the hand-off is over.
    await follow(changed.handoff_id);
  } catch (error) {
    if (!(error instanceof ApiError) || error.refused) failed(error);
    else talk.problem(error.message);
  }
  render();
  lookNow();
}

async function say(handoff, text, messageId) {
  const words = { text, agent: agentName(), message_id: messageId };
  try {
    await api.post(`/api/v1/handoffs/${encodeURIComponent(handoff.handoff_id)}/say`, words);
  } catch (error) {
    if (error instanceof ApiError && error.refused) refused();
    lookNow();
    throw error;
  }
  announce(WORDS.sent);
  await lookNow();
}

// ----- start -----

for (const node of document.querySelectorAll("[data-show][aria-pressed]")) {
  node.addEventListener("click", () => show(node.dataset.show));
}
byId("agent").addEventListener("click", async () => { await named({ change: true }); render(); });
byId("sign-out").addEventListener("click", signOut);
document.addEventListener("visibilitychange", () => { if (!document.hidden) lookNow(); });

const lookNow = every(QUEUE_MS, look);
tickets.reload();
// The dashboard points at a ticket: /desk#ticket=GD…
const pointed = /^#ticket=(\w+)$/.exec(location.hash);
if (pointed) {
  history.replaceState(null, "", location.pathname);
  tickets.open(pointed[1]);
}
every(TICKETS_MS, async () => { if (!document.hidden && tickets.tickets) await tickets.refresh(); });
