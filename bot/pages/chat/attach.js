// Photos and PDFs: chosen or taken with the phone's camera, sent with their progress in sight, and then told of like a pressed
// button. The attach button is there only while the conversation can use a paper.
import { button, el, icon } from "./parts.js";
import { uuid } from "./store.js";
import { UPLOAD } from "./words.js";

const MOST_BYTES = 10 * 1024 * 1024; // the server's limit, told before minutes of uploading; the server decides
const PATH = "/api/v1/uploads";

/** The id of the upload that a payload tells of, or undefined. */
export const uploadOf = (payload) => /^\/inform\{"choice": ?"upload:([a-z0-9]+)"\}$/.exec(payload ?? "")?.[1];

/** The picture of an upload; a PDF has none and shows its icon. */
export function uploadPicture(id, conversationId) {
  const box = el("span", "upload-picture", "", icon("file"));
  const picture = el("img");
  picture.alt = "";
  picture.addEventListener("load", () => box.replaceChildren(picture));
  picture.src = `${PATH}/${id}?conversation_id=${encodeURIComponent(conversationId)}`;
  return box;
}

/** The server's reason in Chinese, else ours. */
function reasonOf(request) {
  try {
    const { detail } = JSON.parse(request.responseText);
    if (/\p{Script=Han}/u.test(detail ?? "")) return detail;
  } catch {
    // A proxy answered with a page of its own.
  }
  return request.status === 413 ? UPLOAD.tooBig : UPLOAD.failed;
}

export class Attach {
  /**
   * @param {{conversationId: () => string, view: object, onSent: (words: {payload: string, title: string}) => void}} options
   */
  constructor({ conversationId, view, onSent }) {
    Object.assign(this, { conversationId, view, onSent });
    this.button = document.getElementById("attach");
    this.field = document.getElementById("file");
    this.button.addEventListener("click", () => this.field.click());
    this.field.addEventListener("change", () => {
      const files = [...this.field.files];
      this.field.value = ""; // the same file may be chosen again after it was refused
      for (const file of files) this.#send(file, uuid());
    });
  }

  /** What the last reply says may be sent; nothing hides the button. */
  offer(messages) {
    const names = (messages ?? []).flatMap(({ upload }) => upload ?? []);
    this.button.hidden = !names.length;
    this.button.setAttribute("aria-label", names.length ? UPLOAD.label(names.join("、")) : UPLOAD.button);
  }

  hide() {
    this.button.hidden = true;
  }

  #send(file, messageId) {
    const conversation = this.conversationId();
    const bar = el("progress");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", UPLOAD.progress(file.name));
    const state = el("span", "upload-state", UPLOAD.sending);
    const mark = el("div", "mark-line", "", state);
    const bubble = el("div", "bubble upload", "", icon("file"), el("span", "upload-name", file.name), bar);
    const item = el("li", "turn user uploading", "", bubble, mark);
    item.dataset.state = "sending";
    this.view.addUpload(item);
    if (file.size > MOST_BYTES) return this.#refused(item, bar, mark, UPLOAD.tooBig);

    const form = new FormData();
    form.append("conversation_id", conversation);
    form.append("message_id", messageId); // before the file: the server reads in order
    form.append("file", file, file.name);
    const request = new XMLHttpRequest(); // fetch tells nothing of how much has gone out
    request.open("POST", PATH);
    request.upload.addEventListener("progress", ({ loaded, total, lengthComputable }) => {
      if (!lengthComputable) return;
      bar.value = Math.round((loaded / total) * 100);
      state.textContent = loaded < total ? UPLOAD.percent(bar.value) : UPLOAD.checking;
    });
    request.addEventListener("load", () => {
      if (conversation !== this.conversationId()) return item.remove(); // a new conversation was begun meanwhile
      if (request.status !== 200) return this.#refused(item, bar, mark, reasonOf(request));
      const { payload, name } = JSON.parse(request.responseText);
      item.remove();
      return this.onSent({ payload, title: name });
    });
    request.addEventListener("error", () => this.#refused(item, bar, mark, UPLOAD.offline, () => { item.remove(); this.#send(file, messageId); }));
    mark.append(button("small quiet", UPLOAD.stop, () => { request.abort(); item.remove(); }));
    request.send(form);
    return undefined;
  }

  #refused(item, bar, mark, reason, again) {
    item.dataset.state = "failed";
    bar.remove();
    const anew = again ? button("small", UPLOAD.again, again) : button("small", UPLOAD.choose, () => { item.remove(); this.field.click(); });
    mark.replaceChildren(el("span", "reason", "", icon("alert"), reason), anew, button("small quiet", UPLOAD.remove, () => item.remove()));
    this.view.warn(reason);
  }
}
