// What is known of one conversation: its lines in the server's order, each once, and how many of them are still unread.

export class Conversation {
  lines = [];
  seq = 0; // the last number seen; what comes next is asked for from here
  unread = 0;
  #known = new Set();
  #opened = false;

  /**
   * Add what the server sent. A customer's line has no number and comes again until something was sent after it,
   * so lines are known by number or by message id. Returns the lines that are new.
   */
  add(history) {
    const fresh = history.filter((line) => !this.#known.has(keyOf(line)));
    for (const line of fresh) {
      this.#known.add(keyOf(line));
      this.lines.push(line);
      if (line.seq > this.seq) this.seq = line.seq;
    }
    // The first load is the past, not news.
    if (this.#opened) this.unread += fresh.filter(({ role }) => role === "user").length;
    this.#opened = true;
    return fresh;
  }

  /** The title the customer read on the button whose payload came back. */
  title(payload) {
    const buttons = this.lines.flatMap(({ messages }) => messages ?? []).flatMap((message) => message.buttons ?? []);
    return buttons.findLast((button) => button.payload === payload)?.title;
  }
}

const keyOf = ({ role, seq, message_id: id, at, text }) => (seq ? `#${seq}` : `${role} ${id ?? `${at} ${text}`}`);
