// The plans this Worker knows. A plan only says what it would like to do; tick.js decides what of that may happen.
// A new plan is one file with a default export like the two below, and one line in PLANS.

import recurring from "./plan-recurring.js";
import watch from "./plan-watch.js";
import { BadSettings, record } from "./checks.js";

/** @type {Record<string, PlanKind<any>>} */
const PLANS = { watch, recurring };

/**
 * What a plan may look at. Amounts in cents.
 * @typedef {object} View
 * @property {import("./exchange-time.js").ExchangeTime} time
 * @property {import("./account.js").Account} account
 * @property {import("./account.js").Position[]} positions everything in the account, also what the user bought himself
 * @property {import("./order-book.js").OwnOrder[]} slotOrders this deployment's orders in the current slot
 */

/**
 * An order a plan would like to place. A market order for the day, for an amount of dollars.
 * @typedef {object} Intent
 * @property {string} symbol
 * @property {"buy"} side
 * @property {number} cents
 * @property {string} reason
 */

/**
 * @typedef {object} Decision
 * @property {Intent[]} intents
 * @property {string} reason why these, or why none, in a plain sentence
 */

/**
 * One kind of plan. `decide` is pure. The slot names the stretch of time in which the plan acts once; it becomes part
 * of the client order ids, so acting twice in one slot is impossible.
 * @template Options
 * @typedef {object} PlanKind
 * @property {(raw: Record<string, unknown>) => Options} read checks the plan's settings; throws BadSettings
 * @property {(options: Options, time: import("./exchange-time.js").ExchangeTime) => string} slot
 * @property {(options: Options, view: View) => Decision} decide
 */

/**
 * A plan with its settings filled in.
 * @typedef {object} Plan
 * @property {(time: import("./exchange-time.js").ExchangeTime) => string} slot
 * @property {(view: View) => Decision} decide
 */

/**
 * The plan that was deployed; throws BadSettings.
 * @param {unknown} raw
 * @returns {Plan}
 */
export function readPlan(raw) {
  const fields = record(raw, "PLAN");
  const kind = typeof fields.kind === "string" && Object.hasOwn(PLANS, fields.kind) ? PLANS[fields.kind] : undefined;
  if (!kind) throw new BadSettings("PLAN is of a kind this Worker does not know.");
  const options = kind.read(fields);
  return { slot: (time) => kind.slot(options, time), decide: (view) => kind.decide(options, view) };
}
