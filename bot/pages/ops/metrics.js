// What /metrics says, as tables. Nothing is shown that is not in it or a sum of it.
import { moment } from "/static/desk/format.js";
import { byId } from "/static/desk/parts.js";
import { CHANNEL, KIND, word } from "/static/desk/words.js";
import { bound, histogram, parse, single, sums } from "./prometheus.js";
import { barRows, duration, fill, whole } from "./tables.js";
import { ANSWERS, ELAPSED, HANDOFF_EVENT, INTENT, LIMIT, OUTCOME, SOCKET, UNANSWERED } from "./words.js";

export function drawMetrics(text) {
  const metrics = parse(text);
  drawTurns(metrics);
  drawLatency(metrics);
  drawPeople(metrics);
  drawWire(metrics);
}

const named = (table, pairs) => pairs.map(([code, value]) => [word(table, code), value]);

/** When counting began: the library notes it for every series; the one without labels is there from the start. */
function since(metrics) {
  const began = single(metrics.get("dianda_assistant_restarts_created"));
  return began ? `自 ${moment(began * 1000)} 启动` : "自服务启动";
}

function drawTurns(metrics) {
  const turns = metrics.get("dianda_turns_total") ?? [];
  const total = turns.reduce((sum, { value }) => sum + value, 0);
  byId("turns-lead").textContent = `${since(metrics)}以来答复 ${whole(total)} 次`;
  const heads = ["", { num: "次数" }, ""];
  fill(byId("turns-outcome"), { caption: "按结果", heads: ["结果", ...heads.slice(1)], rows: barRows(named(OUTCOME, sums(turns, "outcome"))) });
  fill(byId("turns-channel"), { caption: "按渠道", heads: ["渠道", ...heads.slice(1)], rows: barRows(named(CHANNEL, sums(turns, "channel"))) });
  const intents = sums(turns, "intent");
  const unanswered = new Map(sums(turns.filter(({ labels }) => UNANSWERED.includes(labels.outcome)), "intent"));
  fill(byId("turns-intent"), {
    caption: "各意图的答复次数",
    heads: ["意图", { num: "次数" }, { num: "其中未当场答复" }, ""],
    rows: barRows(named(INTENT, intents), (index) => [{ num: whole(unanswered.get(intents[index][0]) ?? 0) }]),
  });
}

function drawLatency(metrics) {
  const row = (name, found) => [name, { num: whole(found.count) }, { num: duration(found.sum / found.count) },
    { num: upTo(bound(found, 0.5)) }, { num: upTo(bound(found, 0.95)) }];
  const byLabel = (series, label, table) => sums(metrics.get(`${series}_count`), label).map(([value]) =>
    row(word(table, value), histogram(metrics, series, (labels) => labels[label] === value)));
  fill(byId("latency"), {
    caption: "从收到到答复，及其中各步",
    heads: ["", { num: "次数" }, { num: "平均" }, { num: "半数不超过" }, { num: "95% 不超过" }],
    rows: [
      ...byLabel("dianda_turn_seconds", "channel", CHANNEL).map(([name, ...cells]) => [`${name}渠道`, ...cells]),
      ...byLabel("dianda_turn_part_seconds", "part", ELAPSED).map(([name, ...cells]) => [`其中${name}`, ...cells]),
    ],
  });
  const all = histogram(metrics, "dianda_turn_seconds");
  const ranges = all.buckets.map(({ le, count }, index) => [range(all.buckets[index - 1]?.le, le), count]);
  const filled = ranges.map(([, count]) => count > 0);
  // From the first to the last that holds anything: the rest would be a page of zeroes.
  const spread = ranges.slice(filled.indexOf(true), filled.lastIndexOf(true) + 1);
  fill(byId("latency-spread"), {
    caption: "全部渠道的分布",
    heads: ["耗时", { num: "次数" }, ""],
    rows: all.count ? barRows(spread) : [],
  });
}

const upTo = (le) => (le === undefined ? "—" : le === Infinity ? "超出统计范围" : duration(le));
const range = (from, to) => (to === Infinity ? `超过 ${duration(from)}` : from === undefined ? `不超过 ${duration(to)}` : `${duration(from)} – ${duration(to)}`);

function drawPeople(metrics) {
  const counts = new Map(sums(metrics.get("dianda_handoffs_total"), "event"));
  const events = Object.keys(HANDOFF_EVENT).filter((event) => counts.has(event)).map((event) => [event, counts.get(event)]);
  fill(byId("handoffs"), { caption: "转人工累计", heads: ["事件", { num: "次数" }, ""], rows: barRows(named(HANDOFF_EVENT, events)), none: "启动以来没有转人工。" });
  fill(byId("turn-tickets"), {
    caption: "对话中新建或办理的工单累计",
    heads: ["类型", { num: "次数" }, ""],
    rows: barRows(named(KIND, sums(metrics.get("dianda_turn_tickets_total"), "kind"))),
    none: "启动以来没有。",
  });
}

function drawWire(metrics) {
  const rows = [];
  const add = (name, value) => { if (value !== undefined) rows.push([name, { num: whole(value) }]); };
  add("待补答的消息", single(metrics.get("dianda_turns_deferred")));
  add("助手重启次数", single(metrics.get("dianda_assistant_restarts_total")));
  for (const { labels, value } of metrics.get("dianda_websockets") ?? []) add(word(SOCKET, labels.role), value);
  for (const { labels, value } of metrics.get("dianda_rate_limited_total") ?? []) add(`${word(LIMIT, labels.limit)}次数`, value);
  fill(byId("wire"), { caption: "现在与累计", heads: ["项目", { num: "数量" }], rows });
  const classes = new Map();
  for (const [status, value] of sums(metrics.get("dianda_http_requests_total"), "status")) {
    classes.set(status[0], (classes.get(status[0]) ?? 0) + value);
  }
  const pairs = [...classes].sort(([a], [b]) => a.localeCompare(b));
  fill(byId("requests"), { caption: "HTTP 请求累计", heads: ["结果", { num: "次数" }, ""], rows: barRows(named(ANSWERS, pairs)) });
}
