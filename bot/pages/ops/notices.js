// Outage plans and how many customers were told, letters that wait and why, letters that were given up, calls to be made.
import { ApiError } from "/static/desk/api.js";
import { moment } from "/static/desk/format.js";
import { announce, badge, button, byId, el, reconcile, showProblem } from "/static/desk/parts.js";
import { word } from "/static/desk/words.js";
import { whole } from "./tables.js";
import { NOTICE, PLAN_TYPE, ROUND, WAITS, letterWords } from "./words.js";

const MOST = 50;

/** Plans and the two kinds of letters somebody may want to look after. Raises ApiError. */
export async function noticesOf(api) {
  const letters = (state) => api.get("/api/v1/outbox", { state, limit: MOST });
  const [{ plans, quiet_hours: quiet, open_calls: calls }, pending, dead] = await Promise.all([
    // A gateway that gives no notice has no plans, but letters all the same.
    api.get("/api/v1/outage-plans").catch((error) => {
      if (error instanceof ApiError && error.status === 404) return { plans: [], quiet_hours: "off", open_calls: 0 };
      throw error;
    }),
    letters("pending"), letters("dead"),
  ]);
  return { plans, quiet, calls, pending: pending.letters, dead: dead.letters, counts: dead.counts };
}

/** Draw them; `again` reads everything anew after something was done. */
export function drawNotices(found, api, again) {
  const now = api.now();
  drawLead(found);
  table("plans", "停电计划，按开始时间", found.plans, ["计划", "停电时间", "范围和原因", { num: "已通知" }, { num: "待发" }, { num: "失败" }, "情况"], {
    key: (plan) => plan.outage_no, make: () => el("tr"), fill: (row, plan) => fillPlan(row, plan, now),
  });
  table("letters-waiting", "待发的消息", found.pending, ["消息", "事由", "在等什么", "下次发送"], {
    key: ({ key }) => key, make: () => el("tr"), fill: (row, letter) => fillWaiting(row, letter, now),
  });
  table("letters-dead", "没有送达的消息", found.dead, ["消息", "事由", "原因", { num: "次数" }, "处理"], {
    key: ({ key }) => key, make: () => el("tr"), fill: (row, letter) => fillDead(row, letter, api, again),
  });
  const more = found.counts.pending - found.pending.length;
  byId("letters-more").textContent = more > 0 ? `另有 ${whole(more)} 条待发，没有列出。` : "";
}

function drawLead({ plans, quiet, calls, counts }) {
  const sum = (name) => plans.reduce((total, plan) => total + plan[name], 0);
  const late = plans.filter((plan) => plan.late && !plan.cancelled_at).length;
  const lead = byId("notices-lead");
  lead.replaceChildren(`停电计划 ${plans.length} 个，已通知 ${whole(sum("told"))} 户（电话 ${whole(sum("calls"))} 户）`);
  if (late) lead.append("，", el("span", "bad", `晚报 ${late} 个`));
  lead.append(`；待发 ${whole(counts.pending)} 条，`, counts.dead ? el("span", "bad", `没有送达 ${whole(counts.dead)} 条`) : "没有送不出的消息");
  byId("notices-quiet").textContent = quiet === "off" ? "没有设安静时段。" : `安静时段 ${quiet.replace("-", "–")}：可以等的通知早上再发，抢修到场和来电不等。`;
  const open = byId("calls-open");
  open.hidden = calls === 0;
  open.querySelector("span").textContent = `查看或收起待打的电话（${calls} 个）`;
}

function table(id, caption, items, heads, how) {
  const node = byId(id);
  node.hidden = items.length === 0;
  if (!node.tBodies.length) {
    const cells = heads.map((text) => Object.assign(text.num ? el("th", "num", text.num) : el("th", "", text), { scope: "col" }));
    node.append(el("caption", "", caption), el("thead", "", "", el("tr", "", "", ...cells)), el("tbody"));
  }
  // Kept row by row: somebody may be about to press a button.
  reconcile(node.tBodies[0], items, how);
}

const rowHead = (...children) => Object.assign(el("th", "", "", ...children), { scope: "row" });

function fillPlan(row, plan, now) {
  const marks = [
    ...(plan.cancelled_at ? [badge("plain", "已取消")] : []),
    ...(plan.late && !plan.cancelled_at ? [badge("warned", "晚报", "clock")] : []),
    ...(plan.open_calls ? [badge("urgent", `待打电话 ${plan.open_calls}`, "alert")] : []),
    ...(plan.revision > 1 ? [badge("plain", `改过 ${plan.revision - 1} 次`)] : []),
  ];
  if (plan.round) marks.push(el("span", "muted", `${word(ROUND, plan.round)} ${moment(plan.next_at, now)}`));
  const told = plan.calls ? `${whole(plan.told)} 户（电话 ${plan.calls}）` : `${whole(plan.told)} 户`;
  row.replaceChildren(
    rowHead(`${plan.outage_no} `, badge("plain", word(PLAN_TYPE, plan.type))),
    el("td", "nowrap", `${moment(plan.starts, now)} 至 ${moment(plan.ends, now)}`),
    el("td", "", `${plan.area}，${plan.reason}`),
    el("td", "num", told),
    el("td", "num", whole(plan.waiting)),
    el("td", plan.dead ? "num bad" : "num", whole(plan.dead)),
    el("td", "", "", el("div", "marks", "", ...marks)),
  );
}

/** What a letter is about: its ticket as a link, or the plan, bill or balance in words. */
function about({ ticket_no: no, subject }) {
  if (!no) {
    const [kind, name] = [subject?.split(":")[0], subject?.slice(subject.indexOf(":") + 1)];
    return kind === "plan" ? `停电计划 ${name}` : kind === "bill" ? `${name} 电费` : "账户余额";
  }
  const link = el("a", "no", no);
  link.href = `/desk#ticket=${no}`;
  return link;
}

function fillWaiting(row, letter, now) {
  row.replaceChildren(
    rowHead(letterWords(letter.topic)),
    el("td", "", "", about(letter)),
    el("td", "", word(WAITS, letter.waits_for ?? "turn")),
    el("td", "nowrap", letter.next_at ? moment(letter.next_at, now) : "—"),
  );
}

function fillDead(row, letter, api, again) {
  const retry = button("act", "重新发送", async () => {
    retry.disabled = true;
    await done(api.post(`/api/v1/outbox/${encodeURIComponent(letter.key)}/retry`), "已重新排队发送", again);
    retry.disabled = false;
  }, "refresh");
  retry.setAttribute("aria-label", `重新发送：${letterWords(letter.topic)} ${letter.ticket_no ?? letter.subject}`);
  row.replaceChildren(
    rowHead(letterWords(letter.topic)),
    el("td", "", "", about(letter)),
    el("td", "", letter.last_error),
    el("td", "num", String(letter.attempts)),
    el("td", "", "", retry),
  );
}

async function done(step, words, again) {
  try {
    await step;
    announce(words);
    await again();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    showProblem(byId("notices-problem"), error.message);
  }
}

/** Show whom to call, or take it off the screen again. */
export async function toggleCalls(api, again) {
  const list = byId("calls");
  if (list.hidden) return showCalls(api, again);
  list.hidden = true;
  list.replaceChildren();
}

/** Whom to call is personal: it is read when somebody asks for it, not every ten seconds. */
async function showCalls(api, again) {
  const list = byId("calls");
  try {
    const { calls } = await api.get("/api/v1/notices/calls");
    list.hidden = false;
    reconcile(list, calls, {
      key: ({ key }) => key, make: () => el("li", "call"), fill: (item, call) => fillCall(item, call, api, again),
    });
    if (!calls.length) list.replaceChildren(el("li", "muted", "没有待打的电话。"));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    showProblem(byId("notices-problem"), error.message);
  }
}

function fillCall(item, call, api, again) {
  const made = button("act", "已致电", async () => {
    made.disabled = true;
    await done(api.post(`/api/v1/notices/calls/${encodeURIComponent(call.key)}/done`, { actor: "运行看板" }), "已记下", async () => {
      await showCalls(api, again);
      await again();
    });
    made.disabled = false;
  }, "check");
  made.setAttribute("aria-label", `已致电 ${call.name}`);
  const why = word(NOTICE, call.step);
  item.replaceChildren(el("span", "", `${call.name} ${call.phone}，户号 ${call.account_no}，${call.address}：${why}（`), el("span", "", "", about({ subject: call.subject })), el("span", "", "）"), made);
}
