// What Alpaca's refusals of an order mean and what follows from each. Alpaca uses one code for many things, so the
// message decides; it is matched in lower case.

/**
 * @typedef {object} Verdict
 * @property {"adopt" | "skip" | "stop" | "pause"} act
 *   adopt: the order exists already · skip: not this symbol · stop: no more orders in this run · pause: and none later
 * @property {string} code a short name
 * @property {string} say a plain sentence for the user
 */

/** @type {[string[], Verdict["act"], string, (refused: import("./alpaca.js").Refused) => string][]} */
const KNOWN = [
  [["client_order_id must be unique"], "adopt", "duplicate", () => "Alpaca knows this order already."],
  [["by user request"], "pause", "suspended", () => "New orders are switched off in the settings of the Alpaca account."],
  [["insufficient buying power"], "skip", "buying_power", buyingPower],
  [["insufficient qty"], "skip", "held", () => "Another open order holds these shares."],
  [["wash trade"], "skip", "wash_trade", () => "An open order in the opposite direction stands against it; Alpaca forbids that."],
  [["cost basis must be", "notional amount must be"], "skip", "too_small", () => "The amount is below Alpaca's minimum."],
  [["not fractionable"], "skip", "not_fractionable", () => "Alpaca sells this symbol in whole shares only, so an amount in dollars cannot be bought."],
  [["fractional trading"], "skip", "fractional_off", () => "Buying parts of a share is switched off in the settings of the Alpaca account."],
  [["open short sell"], "skip", "short", () => "An open short sale of this symbol stands against it."],
  [["asset", "symbol not found"], "skip", "asset", () => "Alpaca does not know or does not trade this symbol."],
  [["day trad"], "skip", "day_trading", () => "Alpaca refused it because of its day-trading rule."],
  [["client_order_id", "only one of qty", "qty must be"], "stop", "malformed", () => "Alpaca calls the order malformed; that is a fault of this program."],
];

/**
 * @param {import("./alpaca.js").Refused} refused
 * @returns {Verdict}
 */
export function judge(refused) {
  const message = refused.message.toLowerCase();
  const said = refused.message ? `Alpaca said: "${refused.message}".` : `Alpaca gave no reason (status ${refused.status}).`;
  for (const [phrases, act, code, explain] of KNOWN) {
    if (phrases.some((phrase) => message.includes(phrase))) return { act, code, say: `${explain(refused)} ${said}` };
  }
  if (refused.code === 40310100) return { act: "skip", code: "day_trading", say: said };
  const familiar = [403, 404, 409, 422].includes(refused.status);
  return { act: familiar ? "skip" : "stop", code: "refused", say: said };
}

/**
 * @param {import("./alpaca.js").Refused} refused
 * @returns {string}
 */
function buyingPower({ fields }) {
  const has = fields.buying_power === undefined ? "" : ` Alpaca counts ${String(fields.buying_power)} USD.`;
  return `There is not enough money in the account.${has}`;
}
