// Times and masks. Everything is shown in China's time whatever the machine is set to: a deadline has one time zone.
import { CLOCK, WORDS, word } from "./words.js";

const ZONE = "Asia/Shanghai";
const fields = new Intl.DateTimeFormat("en-CA", {
  timeZone: ZONE, hourCycle: "h23",
  year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit",
});

function parts(at) {
  const date = new Date(at ?? NaN);
  if (Number.isNaN(date.getTime())) return null;
  const found = {};
  for (const { type, value } of fields.formatToParts(date)) found[type] = value;
  return { ...found, month: Number(found.month), day: Number(found.day) };
}

/** "14:05", "11月21日 14:05" when it is not today, with the year when it is another; "—" for nothing. */
export function moment(at, now = Date.now()) {
  const [p, today] = [parts(at), parts(now)];
  if (!p) return WORDS.none;
  const time = `${p.hour}:${p.minute}`;
  if (p.year === today.year && p.month === today.month && p.day === today.day) return time;
  return `${p.year === today.year ? "" : `${p.year}年`}${p.month}月${p.day}日 ${time}`;
}

/** "14:05:09" */
export function seconds(at) {
  const p = parts(at);
  return p ? `${p.hour}:${p.minute}:${p.second}` : "";
}

/** A length of time in two units at most: "不到1分钟", "35分钟", "1小时5分", "2天3小时". */
export function span(ms) {
  const minutes = Math.floor(Math.max(0, ms) / 60000);
  if (minutes < 1) return "不到1分钟";
  if (minutes < 60) return `${minutes}分钟`;
  const [hours, days] = [Math.floor(minutes / 60), Math.floor(minutes / 1440)];
  if (!days) return minutes % 60 ? `${hours}小时${minutes % 60}分` : `${hours}小时`;
  return hours % 24 ? `${days}天${hours % 24}小时` : `${days}天`;
}

/** How a clock stands: "还剩35分钟", "即将超时，还剩4分钟", "超时12分钟", "按时完成". The state is the server's, the length counted here. */
export function standing(clock, now) {
  const due = Date.parse(clock.due_at);
  if (clock.finished_at) return clock.state === "breached" ? WORDS.breachedDone : word(CLOCK, clock.state);
  if (clock.paused && clock.state !== "breached") return CLOCK.paused;
  // Between two polls a clock may run out; the words must not say "还剩不到1分钟" for seconds that are gone.
  if (clock.state === "breached" || now >= due) return `${CLOCK.breached}${span(now - due)}`;
  return `${clock.state === "warned" ? `${CLOCK.warned}，` : ""}${WORDS.left}${span(due - now)}`;
}

/** The unfinished clock that comes due first, or undefined. */
export function pressing(ticket) {
  const running = ticket.clocks.filter((clock) => !clock.finished_at && clock.state !== "cancelled");
  return running.sort((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at))[0];
}

/** 138****1234, as the customer's own page shows it. */
export function maskPhone(phone) {
  if (!phone) return WORDS.none;
  return phone.length >= 7 ? `${phone.slice(0, 3)}****${phone.slice(-4)}` : "****";
}

/** 王* */
export const maskName = (name) => (name ? [...name][0] + "*".repeat(Math.max(1, [...name].length - 1)) : "");

const LONG_NUMBER = /(?<![A-Za-z\p{Nd}])\p{Nd}(?:[ \-－—]?\p{Nd}){6,}/gu;

/** Free text for a list: phones and other long numbers struck out in the middle. Ticket numbers (GD…) stay. */
export function maskNumbers(text) {
  return text.replace(LONG_NUMBER, (found) => {
    const digits = found.replace(/\P{Nd}/gu, "");
    return digits.length >= 10 ? maskPhone(digits) : `${digits.slice(0, 2)}****`;
  });
}
