// Selling what this Worker bought, all of it and nothing else. It is paused then, or the plan would buy it back.

import { readOwn } from "./account.js"
import { inWords } from "./exchange-time.js"
import { bodyOf, Halt } from "./halt.js"
import { accountOf, ownAlpaca } from "./keys.js"
import { dollars, quantity } from "./money.js"
import { place, settle } from "./orders.js"
import { checkAccount, checkShares, readClock } from "./preconditions.js"
import { No } from "./reply.js"
import { clientOrderId } from "./result.js"
import { cancelOwn } from "./stop.js"

/** @arg {State} @arg {boolean} */
export async function close(state, dry) {
	const desk = await deskOf(state, dry)
	const { alpaca, book, ledger } = desk
	const { isOpen, opens, time } = await readClock(desk)
	const closed = isOpen ? "" : `The market is closed. It opens ${inWords(opens, time.ms)}.`
	if (closed && !dry) throw new No(409, "market_closed", `${closed} Nothing was sold.`)
	await checkAccount(desk)
	if (!dry) {
		ledger.pause("closed", "What the bot had bought is sold, as you asked.", "pause")
		await cancelOwn(state)
	}
	const positions = bodyOf(await alpaca.positions())
	const busy = (await look(desk)).map((/** @type {Fields} */ order) => order.symbol)
	checkShares(desk, positions)
	const own = readOwn(book.shares.holdings(), positions).filter(({ nano }) => nano > 0)
	const orders = []
	let message = closed
	try {
		for (const each of own) orders.push(await sell(desk, each, time.date, busy.includes(each.symbol)))
		if (book.open().length > 0) {
			await new Promise((resolve) => setTimeout(resolve, 1000))
			await look(desk)
		}
	} catch (error) {
		if (!(error instanceof Halt)) throw error
		message = error.reason
	}
	for (const each of orders) if (each.id) each.status = book.byId(each.id).status
	const complete = book.shares.holdings().every(({ nano }) => nano === 0)
	if (complete) message ||= "The bot holds no shares any more."
	else message ||= dry ? "This would be sold." : "Not all of it is sold yet. Please ask again in a few minutes."
	return { orders, complete, market_open: isOpen, message, paused: ledger.paused() }
}

/** @arg {Desk} */
async function look(desk) {
	const open = bodyOf(await desk.alpaca.openOrders())
	await settle(desk, open)
	return open
}

/** Asking twice sells once. @arg {Desk} @arg {Own} @arg {string} @arg {boolean} */
async function sell(desk, { symbol, nano, available, value }, day, busy) {
	const { book, dry, ledger } = desk
	const sale = { symbol, qty: quantity(dry ? nano : available), value: value === null ? null : dollars(value) }
	if (dry) return { ...sale, id: "", status: "dry", reason: "" }
	if (busy || !available) return { ...sale, id: "", status: "waiting", reason: "Another order for it must end first." }
	// The id stays the same until its order has ended.
	const ended = book.onDay(day).filter((order) => order.side === "sell" && order.symbol === symbol && !order.open)
	const slot = `${day.replaceAll("-", "")}c${ended.filter(({ status }) => status !== "absent").length}`
	/** @type {Intent} */
	const intent = { symbol, side: "sell", cents: value ?? 0, nano: available, reason: "You asked to sell everything." }
	const id = clientOrderId(desk, slot, intent)
	await place(desk, { ...intent, client_order_id: id, slot, day })
	const order = book.byId(id)
	if (order.status !== "refused") ledger.tell("trade", `Order placed: sell ${sale.qty} shares of ${symbol}.`)
	return { ...sale, id, status: order.status, reason: order.reason }
}

/** @arg {State} @arg {boolean} */
async function deskOf(state, dry) {
	const { bindings, ledger, book } = state
	const alpaca = await ownAlpaca(state, " Nothing was sold.")
	const settings = /** @type {any} */ ({ accountId: accountOf(state), prefix: `soar1-${bindings.DEPLOYMENT}-` })
	return { settings, alpaca, ledger, book, now: Date.now, mark: "", dry, closing: true }
}
