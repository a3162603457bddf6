// An order is noted before it is sent, always under the same id; where an answer is lost, Alpaca's books decide.

import { Halt, bodyOf, haltFor } from "./halt.js"
import { costCents, dollars, quantity, toCents, usd, worth } from "./money.js"
import { ENDINGS } from "./order-book.js"
import { checkPause } from "./preconditions.js"
import { judge } from "./refusals.js"

const ENDED = ["filled", "canceled", "expired", "rejected", "replaced"]
const MOST_LOOKUPS = 5
const ABSENT = { status: "absent", cost: 0, open: 0 }

/** Throws Halt to end the run. @arg {Desk} @arg {Wanted} */
export async function place(desk, wanted) {
	const { book } = desk
	const id = wanted.client_order_id
	for (let attempt = 1; attempt <= 2; attempt += 1) {
		if (attempt > 1) checkPause(desk)
		book.intend({ ...wanted, at: new Date(desk.now()).toISOString() })
		const answer = await desk.alpaca.submit(market(wanted))
		if (answer.kind === "ok") return book.update(id, standing(answer.body, wanted))
		if (answer.kind === "keys" || answer.kind === "wait") {
			book.update(id, ABSENT)
			throw haltFor(answer)
		}
		if (answer.kind === "refused") {
			const { act, code, say } = judge(answer)
			if (act !== "adopt") book.update(id, { status: "refused", cost: 0, open: 0, reason: say })
			if (act === "skip") return undefined
			if (act !== "adopt") throw new Halt("refused", code, say, { pause: act === "pause" })
		}
		// It exists, or it may: Alpaca knows. What it does not know is sent again, or stays "sending" until the next run.
		const found = await desk.alpaca.orderById(id)
		if (found.kind === "ok") return book.update(id, standing(found.body, wanted))
		if (!isAbsent(found)) throw haltFor(found)
	}
	throw new Halt("failed", "undelivered", `The order for ${wanted.symbol} could not be delivered to Alpaca.`)
}

/** @arg {Wanted} */
function market({ symbol, side, cents, nano = 0, client_order_id }) {
	/** @type {Record<string, string>} */
	const size = side === "buy" ? { notional: dollars(cents) } : { qty: quantity(nano) }
	return { symbol, ...size, side, type: "market", time_in_force: "day", client_order_id }
}

/** Finds out what became of open orders. @arg {Desk} @arg {Fields[]} */
export async function settle(desk, openOrders) {
	const unclear = desk.book.open().filter((own) => !note(desk.book, own, openOrders))
	if (unclear.length > 0) await clearUp(desk, unclear)
}

/** @arg {Desk} @arg {OwnOrder[]} unclear no longer open */
async function clearUp(desk, unclear) {
	const { alpaca, book } = desk
	const since = Math.min(...unclear.map((own) => Date.parse(own.at))) - 60_000
	const recent = bodyOf(await alpaca.ordersSince(since, [...new Set(unclear.map((own) => own.symbol))]))
	for (const own of unclear.filter((each) => !note(book, each, recent)).slice(0, MOST_LOOKUPS)) {
		const found = await alpaca.orderById(own.client_order_id)
		if (found.kind === "ok") note(book, own, [found.body])
		else if (!isAbsent(found)) throw haltFor(found)
		else if (own.status === "sending") book.update(own.client_order_id, ABSENT)
		else book.update(own.client_order_id, { status: "lost", cost: own.side === "buy" ? own.cents : 0, open: 0 })
	}
	for (const own of unclear) report(desk, own)
}

/** Cents of own buys; null if one cannot be counted. @arg {Fields[]} @arg {string} */
export function countSpent(orders, prefix) {
	let total = 0
	for (const order of orders) {
		if (!String(order.client_order_id ?? "").startsWith(prefix) || order.side !== "buy") continue
		const cents = toCents(order.notional, "up") ?? costCents(order.filled_qty, order.filled_avg_price)
		if (cents === null) return null
		total += standing(order, { side: "buy", cents }).cost
	}
	return total
}

/** @arg {Fields} @arg {Pick<OwnOrder, "side" | "cents">} */
function standing(order, { side, cents }) {
	const status = String(order.status ?? "unknown")
	const filled = costCents(order.filled_qty, order.filled_avg_price)
	const ended = ENDED.includes(status)
	const spent = ended ? (filled ?? (status === "filled" ? cents : 0)) : Math.max(cents, filled ?? 0)
	const cost = side === "buy" ? spent : 0
	const [filled_qty, filled_price] =
		filled === null ? [null, null] : [String(order.filled_qty), String(order.filled_avg_price)]
	return { status, cost, open: ended ? 0 : 1, filled_qty, filled_price }
}

/** @arg {Desk["book"]} @arg {OwnOrder} @arg {Fields[]} */
function note(book, own, orders) {
	const order = orders.find((each) => each.client_order_id === own.client_order_id)
	if (order) book.update(own.client_order_id, standing(order, own))
	return order !== undefined
}

/** @arg {Desk} @arg {OwnOrder} */
function report({ book, ledger }, before) {
	const own = book.byId(before.client_order_id)
	if (!own || own.open === 1 || own.status === "absent") return
	const { symbol, side, status, cents, filled_qty: shares } = own
	const [done, what] = side === "buy" ? ["bought", "buy"] : ["sold", "sell about"]
	const price = usd(toCents(own.filled_price, "up"))
	const sum = usd(worth([shares, own.filled_price]))
	if (status === "filled") {
		const text = side === "buy" ? `Bought ${usd(cents)} of ${symbol}` : `Sold ${symbol} for ${sum}`
		return ledger.tell("trade", `${text}: ${shares} shares at ${price} each.`)
	}
	const part = status !== "lost" && shares ? ` Before that, ${sum} of it was ${done}.` : ""
	return ledger.tell("trade", `The order to ${what} ${usd(cents)} of ${symbol} ${ENDINGS[status]}.${part}`)
}

/** @arg {Failure} */
function isAbsent(failure) {
	return failure.kind === "refused" && failure.status === 404
}
