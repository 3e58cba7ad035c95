// Who sits here: the staff token and the agent's name, both in sessionStorage only: they end with the tab.
import { Api, ApiError } from "./api.js";
import { byId, el, showProblem } from "./parts.js";
import { FAILED, WORDS } from "./words.js";

const TOKEN = "dianda.staff.token";
const AGENT = "dianda.staff.agent";

export const agentName = () => sessionStorage.getItem(AGENT) ?? "";
export const keepAgentName = (name) => sessionStorage.setItem(AGENT, name);

/** Forget everything and show the sign-in again. */
export function signOut() {
  sessionStorage.removeItem(TOKEN);
  sessionStorage.removeItem(AGENT);
  location.reload();
}

/** The token is no longer taken: ask for it again, and say so. The agent's name stays. */
export function refused() {
  sessionStorage.removeItem(TOKEN);
  location.hash = "refused";
  location.reload();
}

/**
 * Show the sign-in until a token is taken, then the page.
 * @param {string} title heading of the sign-in
 * @param {string} probe a cheap staff-only address to try the token on
 * @returns {Promise<Api>}
 */
export async function signedIn(title, probe) {
  const gate = byId("gate");
  const kept = sessionStorage.getItem(TOKEN);
  if (kept) return open(gate, new Api(kept));
  return new Promise((resolve) => {
    const { form, field, send, problem } = signInForm(title);
    gate.replaceChildren(form);
    gate.hidden = false;
    field.focus();
    if (location.hash === "#refused") {
      showProblem(problem, FAILED[403]);
      history.replaceState(null, "", location.pathname);
    }
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const token = field.value.trim();
      if (!token) return showProblem(problem, WORDS.tokenMissing);
      send.disabled = true;
      send.textContent = WORDS.signingIn;
      try {
        const api = await tried(token, probe);
        sessionStorage.setItem(TOKEN, token);
        return resolve(open(gate, api));
      } catch (error) {
        showProblem(problem, error.message);
        field.select();
        field.focus();
      } finally {
        send.disabled = false;
        send.textContent = WORDS.signIn;
      }
      return undefined;
    });
  });
}

async function tried(token, probe) {
  // A header holds ASCII only; a pasted "令牌：…" would make fetch throw and look like a broken network.
  if (!/^[\x21-\x7e]+$/.test(token)) throw new ApiError(403);
  const api = new Api(token);
  await api.get(probe);
  return api;
}

function open(gate, api) {
  gate.hidden = true;
  gate.replaceChildren();
  byId("app").hidden = false;
  return api;
}

function signInForm(title) {
  const mark = el("img", "mark");
  mark.src = "/static/chat/icon.svg";
  mark.alt = "";
  const label = el("label", "", WORDS.token);
  label.htmlFor = "token";
  const field = el("input", "field");
  Object.assign(field, { id: "token", type: "password", autocomplete: "off", spellcheck: false });
  field.setAttribute("aria-describedby", "token-hint");
  const hint = el("p", "muted", WORDS.tokenHint);
  hint.id = "token-hint";
  const problem = el("p", "problem");
  problem.setAttribute("role", "alert");
  problem.hidden = true;
  const send = el("button", "act primary", WORDS.signIn);
  send.type = "submit";
  const form = el("form", "", "", mark, el("h1", "", title), label, field, problem, send, hint);
  // The field has no name: nothing of it can ever stand in an address.
  form.method = "post";
  form.noValidate = true;
  return { form, field, send, problem };
}
