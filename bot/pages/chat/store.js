// What survives a reload: the conversation's id, unsent messages, and a few settings. Never the conversation itself,
// which the server sends again: on a shared computer nothing of it stays behind.

const memory = new Map(); // stands in where storage is switched off (private windows)

export function read(key) {
  if (memory.has(key)) return memory.get(key);
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function write(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
    memory.delete(key);
  } catch {
    memory.set(key, value);
  }
}

/** A random UUID. `crypto.randomUUID` exists only on https and localhost, and not in older phones. */
export function uuid() {
  if (globalThis.crypto?.randomUUID) return crypto.randomUUID();
  const bytes = new Uint8Array(16);
  if (globalThis.crypto?.getRandomValues) crypto.getRandomValues(bytes);
  else bytes.forEach((_, i) => { bytes[i] = Math.floor(Math.random() * 256); });
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

export const CONVERSATION_KEY = "dianda.conversation_id";

/** The conversation this browser is in, or null before the first visit. */
export const conversation = () => read(CONVERSATION_KEY);

export function startConversation() {
  const id = uuid();
  write(CONVERSATION_KEY, id);
  return id;
}

/**
 * Messages whose reply has not come, oldest first: `{message_id, text | payload, title?, elder?, at, failed?}`.
 * In localStorage, not sessionStorage: phones close tabs behind the customer's back. Each change reads the stored list
 * afresh, so that two tabs of one conversation do not overwrite each other.
 */
export class Outbox {
  constructor(conversationId) {
    this.key = `dianda.outbox.${conversationId}`;
  }

  list() {
    try {
      const entries = JSON.parse(read(this.key) ?? "[]");
      return Array.isArray(entries) ? entries : [];
    } catch {
      return [];
    }
  }

  get(messageId) {
    return this.list().find((entry) => entry.message_id === messageId);
  }

  add(entry) {
    this.#save([...this.list().filter((old) => old.message_id !== entry.message_id), entry]);
  }

  update(messageId, change) {
    this.#save(this.list().map((entry) => (entry.message_id === messageId ? { ...entry, ...change } : entry)));
  }

  remove(messageId) {
    this.#save(this.list().filter((entry) => entry.message_id !== messageId));
  }

  clear() {
    write(this.key, null);
  }

  #save(entries) {
    write(this.key, entries.length ? JSON.stringify(entries) : null);
  }
}
