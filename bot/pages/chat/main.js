// Ties the parts together: what the customer does → connection, what the server says → view.
import { Attach } from "./attach.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { setUpAutoRead, setUpTextSize } from "./elder.js";
import { Speaker } from "./speech.js";
import { CONVERSATION_KEY, Outbox, conversation, startConversation, uuid } from "./store.js";
import { arrange, arrangeFor } from "./tiles.js";
import { View } from "./view.js";
import { WORDS } from "./words.js";

const DOUBLE_TAP_MS = 1000;
const QUIET_MS = 1200; // a link that comes back this fast is not worth a banner

const elder = document.documentElement.dataset.mode === "elder";
const returning = conversation() !== null;
const byId = (id) => document.getElementById(id);

const speaker = new Speaker(elder ? "elder" : "standard", () => document.body.classList.add("has-voice"));
const autoRead = elder ? setUpAutoRead(speaker) : () => false;
if (elder) setUpTextSize();

const view = new View({
  speaker,
  onButton: ({ title, payload }) => { say({ payload, title }); composer.focus(); },
  onRetry: (id) => { view.setState(id, "sending"); connection.retry(id); },
  onRemove: (id) => { outbox.remove(id); view.removeUser(id); },
  conversationId: () => connection?.conversationId ?? conversation() ?? "",
});
const attach = new Attach({
  view,
  conversationId: view.conversationId,
  onSent: (words) => { say(words); composer.focus(); },
});
const composer = new Composer((text) => say({ text }));

let outbox;
let connection;
let bannerTimer;

function say(words) {
  speaker.stop();
  const entry = { message_id: uuid(), ...words, at: new Date().toISOString(), ...(elder ? { elder: true } : {}) };
  view.addUser(entry, connection.state === "offline" ? "waiting" : "sending");
  connection.say(entry);
}

function readAloud(messages) {
  if (autoRead()) speaker.speak(messages.map(({ speech, text }) => speech || text || "").join("\n"));
}

/** The server's reason when it is written for a customer, else ours: an English stack word helps nobody. */
function reason({ detail, title } = {}) {
  return [detail, title].find((words) => /\p{Script=Han}/u.test(words ?? "")) ?? WORDS.failedReason;
}

function showState(state) {
  if (state === "online") {
    clearTimeout(bannerTimer);
    bannerTimer = undefined;
    view.connection(state);
    return;
  }
  bannerTimer ??= setTimeout(() => {
    bannerTimer = undefined;
    view.connection(connection.state);
    view.showEntry();
  }, QUIET_MS);
}

const on = {
  state: showState,
  history(item) {
    view.addHistory(item);
    if (item.role === "bot") attach.offer(item.messages);
    if (item.role !== "user") view.handoff(item.role === "agent" ? "active" : "none");
  },
  welcome() {
    // What waits to be sent comes after the history: the questions above it are answered or overtaken.
    for (const { payload, failed } of outbox.list()) if (!failed) view.closeButtons(payload);
    view.showEntry();
  },
  accepted: (id) => view.setState(id, "accepted"),
  typing: (active) => view.typing(active),
  settled: (id) => view.setState(id, "answered"),
  reply({ reply }) {
    const messages = reply?.messages ?? [];
    view.addMessages({ role: "bot", messages, live: true, retire: true });
    attach.offer(messages);
    view.typing(false);
    view.handoff(reply?.trace?.handoff ?? "none");
    arrange(reply?.trace?.tiles);
    readAloud(messages);
  },
  push({ role, messages }) {
    view.addMessages({ role, messages, live: true });
    if (role === "agent") { view.typing(false); view.handoff("active"); attach.hide(); }
    if (role === "bot") attach.offer(messages);
    readAloud(messages ?? []);
  },
  failed(id, problem) {
    view.typing(false);
    view.setState(id, "failed", reason(problem));
  },
  problem: () => {}, // the link itself is in trouble: the banner tells, if it breaks
};

function open(conversationId) {
  outbox = new Outbox(conversationId);
  const url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
  connection = new Connection({ url, conversationId, outbox, on });
  for (const entry of outbox.list()) view.addUser(entry);
  showState("connecting");
  connection.start();
}

function startOver() {
  byId("ask").close();
  speaker.stop();
  connection.stop();
  outbox.clear();
  view.reset();
  attach.hide();
  open(startConversation());
  view.showEntry();
  composer.clear();
  composer.focus();
}

let lastTap = { words: "", at: 0 };
document.addEventListener("click", ({ target }) => {
  const node = target.closest?.("[data-say], [data-act]");
  if (!node) return;
  if (node.dataset.act === "fresh") return byId("ask").showModal();
  const tap = { words: node.dataset.say, at: performance.now() };
  // Trembling fingers tap twice; the second one means nothing.
  if (tap.words === lastTap.words && tap.at - lastTap.at < DOUBLE_TAP_MS) return;
  lastTap = tap;
  say({ text: tap.words });
  composer.focus();
});

byId("ask-yes").addEventListener("click", startOver);
byId("ask-no").addEventListener("click", () => byId("ask").close());
byId("reconnect").addEventListener("click", () => connection.reconnectNow());
addEventListener("online", () => connection.check());
addEventListener("offline", () => connection.lost());
document.addEventListener("visibilitychange", () => { if (!document.hidden) connection.check(); });
addEventListener("pageshow", ({ persisted }) => { if (persisted) connection.check(); });
addEventListener("pagehide", () => speaker.stop());
// Another tab began a new conversation: this one must not go on talking in the old one unawares.
addEventListener("storage", ({ key, newValue }) => { if (key === CONVERSATION_KEY && newValue) location.reload(); });

open(conversation() ?? startConversation());
// A returning customer's history is on its way: do not flash the welcome page at him first.
if (!returning) view.showEntry();
else arrangeFor(conversation());
composer.focus();
