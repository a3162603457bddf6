// What a run leaves behind.

import { dollars, toCents, usd } from "./money.js"

/** One wish never becomes two orders. @arg {Desk} @arg {string} @arg {Intent} */
export function clientOrderId({ settings }, slot, { symbol, side }) {
	return `${settings.prefix}${slot}-${symbol}-${side === "buy" ? "b" : "s"}`
}

/** @arg {Desk} @arg {string} @arg {Intent} @arg {string} @arg {string} */
export function line(desk, slot, intent, status, reason) {
	const { symbol, side, cents } = intent
	return { symbol, side, notional: dollars(cents), client_order_id: clientOrderId(desk, slot, intent), status, reason }
}

/** @arg {Result} @arg {Outcome} @arg {string} @arg {string} */
export function conclude(result, outcome, code, reason) {
	const placed = result.orders.filter(wasPlaced).map(sumOf)
	result.outcome = placed.length > 0 ? "traded" : outcome
	result.code = code
	result.reason = placed.length > 0 ? `Order placed: ${placed.join(", ")}. ${reason}`.trim() : reason
}

/** @arg {PlacedOrder} */
export function sumOf({ notional, symbol }) {
	return `${usd(toCents(notional, "up"))} of ${symbol}`
}

/** @arg {PlacedOrder} */
export function wasPlaced({ status }) {
	return !["sending", "absent", "refused", "dry"].includes(status)
}

/** @arg {Ledger} @arg {Result} @arg {string} */
export function inform(ledger, { outcome, code, reason, orders }, day) {
	for (const order of orders.filter(wasPlaced)) ledger.tell("trade", `Order placed: ${order.side} ${sumOf(order)}.`)
	if (ledger.paused() || code === "no_keys") return
	const before = ledger.recall("trouble")
	const news = `${outcome} ${code} ${day}`
	if (outcome === "refused" || outcome === "failed" || code === "unarmed") {
		if (news === before) return
		ledger.remember("trouble", news)
		ledger.tell(code === "unarmed" ? "other" : "refusal", reason)
	} else if (before !== null && outcome !== "closed") {
		ledger.remember("trouble", null)
		if (before.startsWith("failed")) ledger.tell("recovery", "Everything works again.")
	}
}
