// One article's file in a dialog: changed on the left, seen as a customer will see it on the right. Saved is not published.
import { byId, el, showProblem } from "/static/desk/parts.js";
import { drawArticle } from "./kb_articles.js";

const LEAVE = "有没保存的改动，确定关闭吗？";
let file;

const changed = () => Boolean(file) && byId("editor-text").value !== file.text;

/** Open the editor on a topic. `step` tells what the server refuses, `saved` is called after each saving. */
export function editing(api, step, saved) {
  const [dialog, text] = [byId("editor"), byId("editor-text")];
  const address = (topic, what) => `/api/v1/kb/articles/${encodeURIComponent(topic)}/${what}`;
  const tell = (words) => { byId("editor-state").textContent = words; };
  const trying = (work) => step("editor-problem", work);

  async function look() {
    tell("正在检查…");
    const { problems, article } = await api.post(address(file.topic, "check"), { text: text.value }).finally(() => tell(""));
    drawFaults(problems);
    if (article) drawArticle(byId("editor-preview"), article);
    else byId("editor-preview").replaceChildren(el("p", "muted", "改正上面的问题以后才能预览。"));
    tell(problems.length ? `有 ${problems.length} 处要改正` : "没有问题");
    return problems.length === 0;
  }

  function drawFaults(problems) {
    const list = byId("editor-faults");
    list.hidden = problems.length === 0;
    list.replaceChildren(...problems.map(({ line, reason }) => {
      const go = el("button", "link", `第 ${line} 行：${reason}`);
      go.type = "button";
      go.addEventListener("click", () => select(line));
      return el("li", "", "", go);
    }));
  }

  function select(line) {
    const lines = text.value.split("\n");
    const from = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(from, from + (lines[line - 1] ?? "").length);
  }

  async function save() {
    if (!await look()) return;
    file = await api.post(address(file.topic, "file"), { text: text.value, stamp: file.stamp });
    text.value = file.text;
    tell("已保存，发布以后客户才会看到");
    saved();
  }

  function close() {
    if (changed() && !window.confirm(LEAVE)) return;
    file = undefined;
    dialog.close();
  }

  byId("editor-check").addEventListener("click", () => trying(look));
  byId("editor-save").addEventListener("click", () => trying(save));
  byId("editor-close").addEventListener("click", close);
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); close(); });
  window.addEventListener("beforeunload", (event) => { if (changed()) event.preventDefault(); });

  return async function open(topic) {
    file = await api.get(address(topic, "file"));
    byId("editor-path").textContent = file.path;
    text.value = file.text;
    showProblem(byId("editor-problem"), "");
    dialog.showModal();
    text.setSelectionRange(0, 0);
    text.scrollTop = 0;
    await trying(look);
  };
}
