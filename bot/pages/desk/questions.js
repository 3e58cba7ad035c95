// The two questions the desk asks: who are you, and are you sure.
import { byId } from "./parts.js";
import { agentName, keepAgentName } from "./session.js";

/** Ask yes or no. Escape is no. */
export function confirmed(title, text, yes) {
  byId("ask-title").textContent = title;
  byId("ask-text").textContent = text;
  byId("ask-yes").textContent = yes;
  return answer(byId("ask"), (dialog, done) => {
    byId("ask-yes").onclick = () => done(true);
    byId("ask-no").onclick = () => done(false);
    dialog.oncancel = () => done(false);
    dialog.showModal();
    byId("ask-no").focus();
  });
}

/** The agent's name; asked when there is none yet, or when it is to change. "" when the question was dismissed. */
export function named({ change = false } = {}) {
  const known = agentName();
  if (known && !change) return Promise.resolve(known);
  const field = byId("name");
  field.value = known;
  return answer(byId("ask-name"), (dialog, done) => {
    byId("name-form").onsubmit = (event) => {
      event.preventDefault();
      const name = field.value.trim();
      if (!name) return;
      keepAgentName(name);
      done(name);
    };
    byId("name-no").onclick = () => done("");
    dialog.oncancel = () => done("");
    dialog.showModal();
    field.select();
  });
}

function answer(dialog, ask) {
  return new Promise((resolve) => {
    ask(dialog, (given) => {
      dialog.close();
      resolve(given);
    });
  });
}
