// The papers of an application: what has come, to be looked at, and what is still owed by when.
import { ApiError } from "./api.js";
import { moment } from "./format.js";
import { button, el, showProblem } from "./parts.js";

const MATERIALS = { title: "材料", owed: "未交", come: "已收", atCheck: "核对材料时要用", by: "前补交", look: "查看", pages: "页" };

export class Materials {
  /** @param {import("./api.js").Api} api @param {HTMLElement} problem where a refusal is told */
  constructor(api, problem) {
    Object.assign(this, { api, problem });
    this.list = el("ul", "papers");
    this.box = el("section", "box", "", el("h3", "", MATERIALS.title), this.list);
    this.box.hidden = true;
    this.seen = "";
  }

  /** Show those of a ticket; asked for again only when something has happened to it. */
  async show(ticket) {
    const seen = `${ticket.ticket_no} ${ticket.events.length}`;
    if (seen === this.seen) return;
    this.seen = seen;
    this.box.hidden = true;
    if (ticket.kind !== "service_request") return;
    try {
      const { ticket_no: no, materials, uploads } = await this.api.get(`/api/v1/tickets/${ticket.ticket_no}/materials`);
      if (!this.seen.startsWith(no)) return;
      this.list.replaceChildren(...uploads.map((upload) => this.#upload(upload)),
        ...materials.filter(({ owed }) => owed).map((material) => this.#owed(material)));
      this.box.hidden = !this.list.children.length;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.seen = "";
    }
  }

  #upload({ upload_id: id, material, name, pages, added_at: at }) {
    const about = [name, pages > 1 ? `${pages} ${MATERIALS.pages}` : "", moment(at, this.api.now())].filter(Boolean).join(" · ");
    const look = button("act quiet small", MATERIALS.look, () => this.#look(id));
    look.setAttribute("aria-label", `${MATERIALS.look} ${material} ${name}`);
    return el("li", "", "", el("strong", "", `${MATERIALS.come} ${material}`), el("span", "muted", ` ${about} `), look);
  }

  #owed({ material, due_at: due }) {
    const when = due ? `${moment(due, this.api.now())} ${MATERIALS.by}` : MATERIALS.atCheck;
    return el("li", "", "", el("strong", "bad", `${MATERIALS.owed} ${material}`), el("span", "muted", ` ${when}`));
  }

  async #look(id) {
    try {
      const url = URL.createObjectURL(await this.api.file(`/api/v1/uploads/${id}`));
      open(url, "_blank", "noopener");
      setTimeout(() => URL.revokeObjectURL(url), 60000);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      showProblem(this.problem, error.message);
    }
  }
}
