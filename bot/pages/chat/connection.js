// The WebSocket of the page: keeps one conversation going over drops, reloads and half-dead links.
//
// Nothing lost, nothing doubled, by two rules of the protocol: a message keeps its `message_id` and stays in the outbox
// until its reply has come; every reply and push has a `seq`, shown once. A number left out means something was missed
// (another tab's turn, say): we ask for everything after the last one we have, instead of guessing.

const BACKOFF_MS = [300, 1000, 2000, 4000, 8000, 15000];
const WELCOME_MS = 10000;
const PING_MS = 25000;
const ANSWER_MS = 8000; // any frame within this time proves the link alive

export class Connection {
  /**
   * @param {{url: string, conversationId: string, outbox: import("./store.js").Outbox, on: object}} options
   * `on` takes: state(name), history(item), welcome(), accepted(id), typing(on), settled(id), reply(frame),
   * push(frame), failed(id, problem), problem(problem).
   */
  constructor({ url, conversationId, outbox, on }) {
    Object.assign(this, { url, conversationId, outbox, on });
    this.state = "connecting"; // what the customer is told; `ready` is what this socket can do
    this.ready = false;
    this.after = 0;
    this.seen = new Set();
    this.known = new Set(outbox.list().map((entry) => entry.message_id));
    this.dense = true; // until the server is seen to leave numbers out
    this.attempts = 0;
    this.socket = null;
    this.stopped = false;
  }

  start() {
    this.heartbeat = setInterval(() => this.#ping(), PING_MS);
    this.#open();
  }

  stop() {
    this.stopped = true;
    clearInterval(this.heartbeat);
    this.#hangUp();
  }

  /** Store first, send second: what the customer sees as said must survive the next instant. */
  say(entry) {
    this.known.add(entry.message_id);
    this.outbox.add(entry);
    if (this.ready) this.#transmit(entry);
    else this.reconnectNow();
  }

  retry(messageId) {
    this.outbox.update(messageId, { failed: undefined });
    const entry = this.outbox.get(messageId);
    if (entry) this.say(entry);
  }

  /** The customer or the browser says the network is back: do not sit out the waiting time. */
  reconnectNow() {
    if (this.stopped || this.socket) return;
    this.#open();
  }

  /** The page came to the front or the network changed: find out at once whether the link still lives. */
  check() {
    if (this.socket) this.#ping();
    else this.reconnectNow();
  }

  /** The browser reports no network. The socket would not notice for minutes. */
  lost() {
    if (this.stopped) return;
    this.#hangUp();
    this.#setState("offline");
    const wait = BACKOFF_MS[Math.min(this.attempts, BACKOFF_MS.length - 1)];
    this.attempts += 1;
    // Spread out, so that a restarted service is not met by every page in the same instant.
    this.timer = setTimeout(() => this.#open(), wait * (0.75 + Math.random() / 2));
  }

  #open() {
    this.#hangUp();
    const socket = new WebSocket(this.url);
    this.socket = socket;
    const current = () => this.socket === socket; // a replaced socket may still speak: ignore it
    socket.onopen = () => {
      if (current()) this.#send({ type: "hello", conversation_id: this.conversationId, after: this.after });
    };
    socket.onmessage = ({ data }) => {
      if (current()) this.#receive(data);
    };
    socket.onclose = () => {
      if (current()) this.lost();
    };
    this.#expectAnswer(WELCOME_MS);
  }

  #hangUp() {
    clearTimeout(this.timer);
    clearTimeout(this.deadline);
    this.deadline = null;
    this.ready = false;
    const socket = this.socket;
    this.socket = null;
    if (socket) socket.close();
  }

  #setState(name) {
    this.state = name;
    this.on.state(name);
  }

  #send(frame) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  #transmit({ message_id, text, payload, elder }) {
    const said = payload === undefined ? { text } : { payload };
    this.#send({ type: "say", message_id, ...said, ...(elder ? { elder: true } : {}) });
    this.#expectAnswer(ANSWER_MS);
  }

  #ping() {
    if (!this.ready) return;
    this.#send({ type: "ping" });
    this.#expectAnswer(ANSWER_MS);
  }

  #expectAnswer(ms) {
    this.deadline ??= setTimeout(() => this.lost(), ms);
  }

  #receive(data) {
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      return;
    }
    if (this.ready || frame.type === "welcome") {
      clearTimeout(this.deadline);
      this.deadline = null;
    }
    switch (frame.type) {
      case "welcome": return this.#welcome(frame);
      case "accepted": return this.on.accepted(frame.message_id);
      case "typing": return this.on.typing(Boolean(frame.on));
      case "reply": return this.#reply(frame);
      case "push": return this.#push(frame);
      case "error": return this.#error(frame);
      default: return undefined; // pong, and whatever a newer server may say
    }
  }

  #welcome({ history = [] }) {
    this.attempts = 0;
    const before = this.after;
    const filled = history.some(({ role, seq }) => role !== "user" && seq > before && seq < this.missing);
    // We came back for a missing number, and it does not exist: from now on take the numbers as they come.
    if (this.missing && !filled) this.dense = false;
    this.missing = null;
    for (const item of history) this.#takeHistory(item);
    this.on.welcome();
    this.ready = true;
    this.#setState("online");
    for (const entry of this.outbox.list()) if (!entry.failed) this.#transmit(entry);
  }

  #takeHistory(item) {
    if (item.role === "user") {
      // Our own words are passed on too: they may still stand among the unsent.
      const id = item.message_id ?? `${item.at}|${item.text}`;
      if (this.seen.has(id)) return;
      this.seen.add(id);
      this.known.add(id);
      // Refused once and stored after all: asking again is safe and brings the reply.
      if (this.outbox.get(id)?.failed) this.outbox.update(id, { failed: undefined });
      this.on.history(item);
      return;
    }
    if (item.message_id) this.#answered(item.message_id);
    if (this.#takeSeq(item.seq)) this.on.history(item);
  }

  /** True when nothing with this number has been shown. */
  #takeSeq(seq) {
    if (!seq) return true;
    if (this.seen.has(seq)) return false;
    this.seen.add(seq);
    this.after = Math.max(this.after, seq);
    return true;
  }

  #answered(messageId) {
    this.outbox.remove(messageId);
    this.on.settled(messageId);
  }

  #reply(frame) {
    const stranger = !this.known.has(frame.message_id); // said in another tab: its question must be fetched too
    if (this.#catchUp(frame.seq, stranger)) return;
    this.#answered(frame.message_id);
    if (this.#takeSeq(frame.seq)) this.on.reply(frame);
  }

  #push(frame) {
    if (this.#catchUp(frame.seq, false)) return;
    if (this.#takeSeq(frame.seq)) this.on.push(frame);
  }

  /** Reconnects and returns true when what lies before `seq` is missing; the history will bring it, and `seq` too. */
  #catchUp(seq, stranger) {
    if (!seq || this.seen.has(seq) || this.fetched === seq) return false;
    const gap = this.dense && seq > this.after + 1;
    if (!gap && !stranger) return false;
    this.fetched = seq;
    this.missing = gap ? seq : null;
    this.#open();
    return true;
  }

  #error({ message_id: id, problem = {} }) {
    if (!id) return this.on.problem(problem);
    // Kept, but not sent again by itself: a refused message would be refused at every reconnect.
    this.outbox.update(id, { failed: true });
    return this.on.failed(id, problem);
  }
}
