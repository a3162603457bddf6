// What a run leaves behind: how it ended, why, and which orders it placed or did not place.

import { dollars, toCents, usd } from "./money.js";

/**
 * @typedef {object} PlacedOrder
 * @property {string} symbol
 * @property {string} side
 * @property {string} notional
 * @property {string} client_order_id
 * @property {string} status
 * @property {string} reason
 */

/**
 * @typedef {object} Result
 * @property {string} slot
 * @property {import("./halt.js").Outcome} outcome
 * @property {string} code
 * @property {string} detail
 * @property {string} reason
 * @property {PlacedOrder[]} orders
 * @property {boolean | null} marketOpen
 */

/**
 * The same for every try in the same slot: this is what keeps one wish from becoming two orders.
 * @param {import("./tick.js").Desk} desk
 * @param {string} slot
 * @param {import("./plans.js").Intent} intent
 */
export function clientOrderId({ settings }, slot, { symbol, side }) {
  return `${settings.prefix}${slot}-${symbol}-${side === "buy" ? "b" : "s"}`;
}

/**
 * An order as it stands in the record of the run.
 * @param {import("./tick.js").Desk} desk
 * @param {string} slot
 * @param {import("./plans.js").Intent} intent
 * @param {string} status
 * @param {string} reason
 * @returns {PlacedOrder}
 */
export function line(desk, slot, intent, status, reason) {
  const { symbol, side, cents } = intent;
  return { symbol, side, notional: dollars(cents), client_order_id: clientOrderId(desk, slot, intent), status, reason };
}

/**
 * Gives the run its outcome. Where orders were placed, that comes first, whatever happened afterwards.
 * @param {Result} result
 * @param {Result["outcome"]} outcome
 * @param {string} code
 * @param {string} reason
 */
export function conclude(result, outcome, code, reason) {
  const placed = result.orders.filter(wasPlaced).map(sumOf);
  result.outcome = placed.length > 0 ? "traded" : outcome;
  result.code = code;
  result.reason = placed.length > 0 ? `Order placed: ${placed.join(", ")}. ${reason}`.trim() : reason;
}

/**
 * What an order is about, in words: "$10.00 of VTI".
 * @param {PlacedOrder} order
 * @returns {string}
 */
export function sumOf({ notional, symbol }) {
  return `${usd(toCents(notional, "up"))} of ${symbol}`;
}

/**
 * Whether Alpaca has the order.
 * @param {PlacedOrder} order
 * @returns {boolean}
 */
export function wasPlaced({ status }) {
  return !["sending", "absent", "refused", "dry"].includes(status);
}
