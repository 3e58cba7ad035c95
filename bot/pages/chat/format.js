// Times are shown in China's time whatever the device is set to: a deadline must not move with a traveller's phone.
import { due } from "./words.js";

const ZONE = "Asia/Shanghai";
const fields = new Intl.DateTimeFormat("en-CA", {
  timeZone: ZONE, hourCycle: "h23",
  year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit",
});

/** Calendar fields of an instant as strings, or null when it cannot be read. */
function parts(at) {
  const date = at instanceof Date ? at : new Date(at ?? NaN);
  if (Number.isNaN(date.getTime())) return null;
  const found = {};
  for (const { type, value } of fields.formatToParts(date)) found[type] = value;
  return { ...found, month: String(Number(found.month)), day: String(Number(found.day)) };
}

/** "16:50", or "" when the instant cannot be read. */
export function clockTime(at) {
  const p = parts(at);
  return p ? `${p.hour}:${p.minute}` : "";
}

/** "11月22日", with the year in front when it is not the present one. */
export function day(at, now = new Date()) {
  const p = parts(at);
  if (!p) return "";
  const year = p.year === parts(now).year ? "" : `${p.year}年`;
  return `${year}${p.month}月${p.day}日`;
}

/** One clock of a ticket: "最晚 11月22日 16:50 前到达". */
export function deadline({ label, due_at: dueAt }) {
  const when = parts(dueAt) ? `${day(dueAt)} ${clockTime(dueAt)}` : String(dueAt ?? "");
  return due(when, label ?? "");
}

/** "《供电营业规则》 第二十八条（2024年版）" */
export function citationLine({ source, article, edition }) {
  const name = source && !source.includes("《") ? `《${source}》` : source ?? "";
  const version = edition ? `（${/^\d{4}$/.test(edition) ? `${edition}年版` : edition}）` : "";
  return [name, article].filter(Boolean).join(" ") + version;
}
