// The businesses as pictures: choose one, see what is asked, refused and done, and on which rule it rests.
import { ApiError } from "/static/desk/api.js";
import { byId, el, showProblem } from "/static/desk/parts.js";
import { refused, signOut, signedIn } from "/static/desk/session.js";

const FLOWS = "/api/v1/flows";
const api = await signedIn("电答 · 业务流程", FLOWS);
byId("sign-out").addEventListener("click", signOut);

/** Do a step; what the server refuses is told beside it. */
async function step(place, work) {
  try {
    await work();
    showProblem(byId(place), "");
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.refused) refused();
    showProblem(byId(place), error.message);
  }
}

const narrow = matchMedia("(max-width: 599px)");
let shown = null;
narrow.addEventListener("change", () => { if (shown) drawFlow(shown); });

function drawFlow(view) {
  shown = view;
  const { title, flow, about, basis } = view;
  byId("flow-title").textContent = `${title}（${flow}）`;
  byId("about").textContent = about ? `说明文章：${about}` : "";
  const drawing = new DOMParser().parseFromString(narrow.matches ? view.picture_narrow : view.picture, "image/svg+xml").documentElement;
  byId("drawing").replaceChildren(document.importNode(drawing, true));
  byId("basis").replaceChildren(...basis.map((rule) => el("li", "",
    `${rule.source} ${rule.article}（${[rule.edition, rule.certainty].filter(Boolean).join("，")}）：${rule.says}`)));
  history.replaceState(null, "", `#${flow}`);
}

const show = (name) => step("flow-problem", async () => drawFlow(await api.get(`${FLOWS}/${encodeURIComponent(name)}`)));

await step("list-problem", async () => {
  const { flows } = await api.get(FLOWS);
  byId("which").replaceChildren(...flows.map(({ flow, title }) =>
    Object.assign(el("option", "", `${title}（${flow}）`), { value: flow })));
  const wanted = decodeURIComponent(location.hash.slice(1));
  byId("which").value = flows.some(({ flow }) => flow === wanted) ? wanted : flows[0]?.flow ?? "";
});
byId("which").addEventListener("change", (event) => show(event.target.value));
if (byId("which").value) await show(byId("which").value);
