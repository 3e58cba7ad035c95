// Which step may follow which: the desk's table (actions/desk/lifecycle.py) as the buttons need it.
// The desk decides; a button that is wrong here gets a 409 and changes nothing. tests/browser compares the two tables.

import { ENDED } from "./words.js";

const FIELD = {
  accepted: "dispatched withdrawn merged",
  dispatched: "acknowledged returned withdrawn merged",
  acknowledged: "contacted en_route returned withdrawn merged",
  contacted: "en_route resolved returned withdrawn merged",
  en_route: "on_site returned withdrawn merged",
  on_site: "resolved returned merged",
  resolved: "called_back reopened",
  called_back: "closed reopened",
  closed: "reopened",
  returned: "dispatched withdrawn merged",
  reopened: "dispatched withdrawn merged",
};

const DESK = {
  accepted: "dispatched withdrawn merged",
  dispatched: "acknowledged returned withdrawn merged",
  acknowledged: "contacted returned withdrawn merged",
  contacted: "resolved returned withdrawn merged",
  resolved: "called_back reopened",
  called_back: "closed reopened",
  closed: "reopened",
  returned: "dispatched withdrawn merged",
  reopened: "dispatched withdrawn merged",
};

const ANSWER = {
  accepted: "dispatched resolved withdrawn merged",
  dispatched: "acknowledged returned withdrawn merged",
  acknowledged: "contacted resolved returned withdrawn merged",
  contacted: "resolved returned withdrawn merged",
  resolved: "called_back closed reopened",
  called_back: "closed reopened",
  closed: "reopened",
  returned: "dispatched withdrawn merged",
  reopened: "dispatched resolved withdrawn merged",
};

const PRAISE = {
  accepted: "dispatched closed withdrawn merged",
  dispatched: "acknowledged closed returned withdrawn merged",
  acknowledged: "closed returned withdrawn merged",
  returned: "dispatched withdrawn merged",
};

const TABLE = {
  repair: FIELD, service_request: FIELD, complaint: DESK, violation_report: DESK,
  consultation: ANSWER, opinion: ANSWER, suggestion: ANSWER, praise: PRAISE,
};

const WITHOUT_PHONE = { acknowledged: "resolved", resolved: "closed" };
const NEEDS_PHONE = ["contacted", "called_back"];
const NOT_TO_HURRY = ["resolved", "called_back", "closed", "withdrawn", "merged"];

/** The order of the buttons: along the road, off it, remarks, and last what cannot be taken back. */
const ORDER = [
  "dispatched", "acknowledged", "contacted", "en_route", "on_site", "resolved", "called_back", "closed",
  "returned", "reopened", "urged", "noted", "escalated", "paused", "resumed", "merged", "withdrawn",
];

const words = (row) => (row ? row.split(" ") : []);

const WHILE_PAUSED = ["noted", "resumed", "merged", "withdrawn"];

/** Every event type a person may cause now. `reachable` is false when the customer left no phone; `paused` while waiting for the customer. */
export function allowed(kind, status, reachable = true, paused = false) {
  let targets = words(TABLE[kind]?.[status]);
  if (!reachable && targets.some((target) => NEEDS_PHONE.includes(target))) {
    targets = [...targets.filter((target) => !NEEDS_PHONE.includes(target)), ...words(WITHOUT_PHONE[status])];
  }
  let possible = new Set([...targets, "noted"]);
  if (!ENDED.includes(status)) possible.add("paused");
  if (paused) possible = new Set([...possible, "resumed"].filter((type) => WHILE_PAUSED.includes(type)));
  if (!NOT_TO_HURRY.includes(status)) possible.add("urged").add("escalated");
  return ORDER.filter((type) => possible.has(type));
}

/** What only leaves a line in the log. */
export const REMARKS = ["urged", "noted", "escalated", "paused", "resumed"];

/** Remarks that say nothing without a note. */
export const NEEDS_NOTE = ["noted", "paused"];

/** Steps aside from the road; `FINAL` has no way back and is asked about. */
export const FINAL = ["withdrawn"];
export const OFF_ROAD = [...FINAL, "returned", "reopened"];

/** Merging needs the number of the parent, which POST …/events does not take. */
export const offered = (ticket) =>
  allowed(ticket.kind, ticket.status, Boolean(ticket.contact_phone), Boolean(ticket.paused_at)).filter((type) => type !== "merged");
