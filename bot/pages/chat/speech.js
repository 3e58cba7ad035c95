// Reading aloud with the browser's own voice. A bonus: where no Chinese voice is installed the buttons stay hidden.

const CHINESE = /^(zh|cmn|yue)\b/i;
const RATE = { standard: 1, elder: 0.75 };

/** Sentences short enough that browsers do not break off (Chrome stops network voices after some 15 s). */
function sentences(text) {
  return text.match(/[^。！？；!?;\n]{1,120}[。！？；!?;]*/g) ?? [];
}

export class Speaker {
  /** @param {"standard"|"elder"} mode  @param {() => void} onVoices called when a Chinese voice turns up */
  constructor(mode, onVoices) {
    this.rate = RATE[mode];
    this.synth = globalThis.speechSynthesis;
    this.voice = null;
    this.finish = null;
    if (!this.synth) return;
    const look = () => {
      this.voice = this.#pick();
      if (this.voice) onVoices();
    };
    look();
    this.synth.addEventListener?.("voiceschanged", look); // Chrome loads its voices late
  }

  get available() {
    return this.voice !== null;
  }

  /** Says the text from the start, whatever was being said before; `done` is called at the end or when cut short. */
  speak(text, done = () => {}) {
    if (!this.available) return;
    this.stop();
    const queue = sentences(text).map((sentence) => this.#utterance(sentence));
    if (!queue.length) return;
    this.finish = done;
    const mine = done;
    queue.at(-1).onend = queue.at(-1).onerror = () => {
      if (this.finish === mine) this.#end();
    };
    for (const utterance of queue) this.synth.speak(utterance);
  }

  stop() {
    this.synth?.cancel();
    this.#end();
  }

  #end() {
    const finish = this.finish;
    this.finish = null;
    finish?.();
  }

  #utterance(sentence) {
    const utterance = new SpeechSynthesisUtterance(sentence);
    utterance.voice = this.voice;
    utterance.lang = this.voice.lang;
    utterance.rate = this.rate;
    return utterance;
  }

  #pick() {
    const voices = this.synth.getVoices().filter((voice) => CHINESE.test(voice.lang));
    const mandarin = voices.filter((voice) => /^(zh[-_]cn|cmn|zh$)/i.test(voice.lang));
    return mandarin.find((voice) => voice.localService) ?? mandarin[0] ?? voices[0] ?? null;
  }
}
