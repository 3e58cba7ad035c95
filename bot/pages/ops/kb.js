// The editors' page: publish and go back, test a question, see what is missing, read the articles.
import { ApiError } from "/static/desk/api.js";
import { moment } from "/static/desk/format.js";
import { announce, badge, button, byId, el, every, showProblem } from "/static/desk/parts.js";
import { agentName, keepAgentName, refused, signOut, signedIn } from "/static/desk/session.js";
import { word } from "/static/desk/words.js";
import { drawArticle, drawArticles } from "./kb_articles.js";
import { editing } from "./kb_editor.js";
import { ACTION, CHANGE, REASON, SIGNAL, WORK } from "./kb_words.js";
import { fill } from "./tables.js";

const KB = "/api/v1/kb/";
const api = await signedIn("电答 · 知识库", `${KB}status`);
let lastWork = "";

/** Do a step; what the server refuses is told beside it. */
async function step(place, work) {
  try {
    await work();
    showProblem(byId(place), "");
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.refused) refused();
    // Said again it would be read out again, at every look.
    if (byId(place).textContent !== error.message) showProblem(byId(place), error.message);
  }
}

const status = () => step("served-problem", async () => drawStatus(await api.get(`${KB}status`)));

function drawStatus({ version, articles, problem, work }) {
  byId("served").textContent = `${version ? `正在服务：版本 ${version.number}` : "还没有发布过，服务的是文件夹"} · ${articles} 篇`;
  byId("work").textContent = work.state === "idle" ? "" : `${word(ACTION, work.action)}：${word(WORK, work.state)}`;
  const running = work.state === "running";
  for (const node of document.querySelectorAll("#publish .act, #history .act")) node.disabled = running;
  const faults = byId("faults");
  faults.hidden = work.problems.length === 0;
  faults.replaceChildren(...work.problems.map((line) => el("li", "", line)));
  const now = `${work.state}/${version?.name}`;
  if (lastWork && lastWork !== now && !running) {
    announce(byId("work").textContent);
    Promise.all([history(), changes(), articlesFound()]);
  }
  lastWork = now;
  const wrong = [problem, work.error].filter(Boolean).join("\n");
  if (wrong) throw new Told(wrong);
}

/** A reason the server gave that is shown like a refusal. */
class Told extends ApiError {
  constructor(detail) {
    super(200, { detail });
  }
}

const changes = () => step("changes-problem", async () => {
  const found = (await api.get(`${KB}diff`)).changes;
  byId("changes-lead").textContent = found.length ? `还没有发布的改动：${found.length} 个文件` : "没有还没发布的改动。";
  byId("changes").replaceChildren(...found.slice(0, 200).map(drawChange));
});

function drawChange({ path, kind, diff }) {
  const lines = diff.split("\n").map((line) => {
    const mark = /^[+-](?![+-]{2} )/.test(line) ? { "+": "add", "-": "del" }[line[0]] : "";
    return el("div", mark, line || " ");
  });
  return el("details", "", "", el("summary", "", "", badge("plain", word(CHANGE, kind)), ` ${path}`), el("div", "diff", "", ...lines));
}

async function order(action, more = {}) {
  const [author, reason] = [byId("author").value.trim(), byId("reason").value.trim()];
  if (!author || !reason) {
    showProblem(byId("publish-problem"), "请先写上您的名字和原因。");
    byId(author ? "reason" : "author").focus();
    return;
  }
  keepAgentName(author);
  await step("publish-problem", () => api.post(`${KB}${action}`, { author, reason, ...more }));
  await status();
}

const history = () => step("history-problem", async () => {
  const [{ versions, events }, { version: served }] = await Promise.all([api.get(`${KB}history`), api.get(`${KB}status`)]);
  const known = new Map(versions.map((version) => [version.name, version]));
  const began = events.findIndex((event) => event.version === served?.name);
  fill(byId("history"), {
    caption: "最近的在前",
    heads: ["版本", "时间", "做了什么", "谁", "为什么", { num: "文章" }, "校验", ""],
    rows: events.map(({ action, version: name, author, reason, at }, place) => {
      const version = known.get(name);
      const back = button("act", "回退到此", () => order("rollback", { version: name }));
      return [String(version.number), moment(at, api.now()), word(ACTION, action), author, reason, { num: String(version.articles) },
        version.lint, place === began ? badge("", "正在服务") : served?.name === name ? "" : back];
    }),
    none: "还没有发布过。",
  });
});

const gaps = () => step("gaps-problem", async () => {
  fill(byId("gaps"), {
    caption: "意思相近的合在一起，问得多的在前；个人信息已隐去",
    heads: ["次数", "客户这样问", "原因", "渠道", "最后一次", "现在最近的文章", ""],
    rows: (await api.get(`${KB}gaps`, { days: 30 })).gaps.map((gap) => [
      String(gap.count),
      el("span", "", [...gap.examples, ...(gap.wordings > gap.examples.length ? [`…共 ${gap.wordings} 种说法`] : [])].join("；")),
      gap.reasons.map((reason) => word(REASON, reason)).join("、"),
      gap.channels.join("、"),
      moment(gap.last_at, api.now()),
      gap.nearest ? `${gap.nearest_title}（把握 ${gap.confidence.toFixed(2)}${gap.answered_now ? "，现在已能回答" : ""}）` : "—",
      button("act", "测试", () => test(gap.examples[0])),
    ]),
    none: "没有答不上来的问题。",
  });
});

async function test(question) {
  byId("question").value = question;
  byId("question").scrollIntoView({ block: "center" });
  await step("test-problem", async () => {
    const found = await api.get(`${KB}hit-test`, { q: question, k: 10 });
    const verdict = found.answerable ? "会回答" : "不会回答";
    byId("test-lead").textContent = `${verdict}（把握 ${found.confidence.toFixed(2)}，门槛 ${found.threshold.toFixed(2)}）${found.doubt ? "，前两篇相近，会给客户两个选择" : ""}`;
    const names = Object.keys(SIGNAL);
    fill(byId("ranks"), {
      caption: "各路名次",
      heads: ["主题", { num: "融合" }, ...names.map((name) => ({ num: SIGNAL[name] }))],
      rows: found.topics.map(({ topic, title, fused, signals }) => [
        `${title}（${topic}）`, rank(fused), ...names.map((name) => rank(signals[name])),
      ]),
      none: "没有可比的文章。",
    });
  });
}

const rank = ({ rank: place, score }) => el("span", place === 1 ? "nums first" : "nums", `${place}（${score.toFixed(2)}）`);

const articlesFound = () => step("articles-problem", async () => {
  const found = (await api.get(`${KB}articles`, { q: byId("wanted").value.trim() })).articles;
  byId("articles-count").textContent = `${found.length} 篇`;
  drawArticles(byId("articles"), found, (topic) => step("articles-problem", async () => {
    drawArticle(byId("preview"), await api.get(`${KB}articles/${encodeURIComponent(topic)}`));
    byId("preview").prepend(button("act change", "修改", () => step("articles-problem", () => edit(topic))));
  }));
});

const edit = editing(api, step, () => changes());

const onSubmit = (form, work) => byId(form).addEventListener("submit", (event) => {
  event.preventDefault();
  work();
});

byId("author").value = agentName();
byId("sign-out").addEventListener("click", signOut);
onSubmit("publish", () => order("publish"));
onSubmit("test", () => test(byId("question").value.trim()));
onSubmit("find", articlesFound);
await Promise.all([history(), changes(), gaps(), articlesFound()]);
every(3000, async () => { if (!document.hidden) await status(); });
