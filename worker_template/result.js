// What a run leaves behind: how it ended, why, and which orders it placed or did not place.

import { dollars, toCents, usd } from "./money.js";

/** One wish never becomes two orders. @param {Desk} desk @param {string} slot @param {Intent} intent */
export function clientOrderId({ settings }, slot, { symbol, side }) {
	return `${settings.prefix}${slot}-${symbol}-${side === "buy" ? "b" : "s"}`;
}

/** @param {Desk} desk @param {string} slot @param {Intent} intent @param {string} status @param {string} reason */
export function line(desk, slot, intent, status, reason) {
	const { symbol, side, cents } = intent;
	return { symbol, side, notional: dollars(cents), client_order_id: clientOrderId(desk, slot, intent), status, reason };
}

/** Where orders were placed, that comes first. @param {Result} result @param {Outcome} outcome @param {string} code @param {string} reason */
export function conclude(result, outcome, code, reason) {
	const placed = result.orders.filter(wasPlaced).map(sumOf);
	result.outcome = placed.length > 0 ? "traded" : outcome;
	result.code = code;
	result.reason = placed.length > 0 ? `Order placed: ${placed.join(", ")}. ${reason}`.trim() : reason;
}

/** @param {PlacedOrder} order */
export function sumOf({ notional, symbol }) {
	return `${usd(toCents(notional, "up"))} of ${symbol}`;
}

/** Whether Alpaca has the order. @param {PlacedOrder} order */
export function wasPlaced({ status }) {
	return !["sending", "absent", "refused", "dry"].includes(status);
}
