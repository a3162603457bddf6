// The last word on every order, whatever the plan says. A number that is missing or odd counts as "no".

import { usd } from "./money.js";

/**
 * @typedef {object} Spent
 * @property {number | null} today cents of today's orders; null if it could not be counted
 * @property {number | null} ever cents of all orders of this deployment
 * @property {number | null} spendable cents in the account that are not borrowed
 */

/**
 * @typedef {import("./plans.js").Intent} Intent
 * @typedef {{intent: Intent, code: string, say: string}} Held an order that may not be placed, and why
 */

/**
 * Which of the intended orders may be placed, in their order, each counting against the next.
 * @param {Intent[]} intents
 * @param {import("./settings.js").Ceilings} ceilings
 * @param {Spent} spent
 * @returns {{allowed: Intent[], held: Held[]}}
 */
export function applyCeilings(intents, ceilings, spent) {
  const allowed = [];
  const held = [];
  let promised = 0;
  for (const intent of intents) {
    const objection = object(intent, ceilings, spent, promised);
    if (objection) {
      held.push({ intent, ...objection });
    } else {
      allowed.push(intent);
      promised += intent.cents;
    }
  }
  return { allowed, held };
}

/**
 * @param {Intent} intent
 * @param {import("./settings.js").Ceilings} ceilings
 * @param {Spent} spent
 * @param {number} promised cents of the orders allowed just before
 * @returns {{code: string, say: string} | null}
 */
function object({ symbol, side, cents }, ceilings, spent, promised) {
  const what = `Not bought: ${usd(cents)} of ${symbol}.`;
  if (side !== "buy" || !ceilings.symbols.includes(symbol)) {
    return { code: "symbol", say: `${what} It is not among the symbols you agreed to.` };
  }
  if (!counts(cents) || cents === 0) return { code: "amount", say: `${what} That is not a proper amount.` };
  /** @type {[string, number | null, number | null, string][]} */
  const limits = [
    ["per_order", ceilings.perOrder, cents, "the limit for one order"],
    ["per_day", ceilings.perDay, plus(spent.today, promised + cents), "the limit for one day"],
    ["budget", ceilings.budget, plus(spent.ever, promised + cents), "the whole budget"],
    ["cash", spent.spendable, promised + cents, "the cash in the account"],
  ];
  for (const [code, limit, total, name] of limits) {
    if (!counts(limit) || !counts(total)) return { code, say: `${what} Whether it is within ${name} could not be checked.` };
    if (total > limit) {
      return { code, say: `${what} That would make ${usd(total)}, and ${name} is ${usd(limit)}.` };
    }
  }
  return null;
}

/**
 * @param {number | null} sum
 * @param {number} cents
 * @returns {number | null}
 */
function plus(sum, cents) {
  return sum === null ? null : sum + cents;
}

/**
 * @param {number | null} cents
 * @returns {cents is number}
 */
function counts(cents) {
  return Number.isSafeInteger(cents) && Number(cents) >= 0;
}
