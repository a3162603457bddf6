// Recurring buy: the same amount of each symbol at the first open run of a day or week.

import { BadSettings, money, symbols } from "./checks.js"
import { isoWeek } from "./exchange-time.js"
import { usd } from "./money.js"
import { ENDINGS } from "./order-book.js"

/** @typedef {{symbols: string[], cents: number, every: "day" | "week"}} Recurring `cents` for each symbol */

/** @type {PlanKind<Recurring>} */
const recurring = {
	read(raw) {
		const list = symbols(raw.symbols, "PLAN.symbols")
		if (list.length < 1 || list.length > 10) throw new BadSettings("PLAN.symbols is not one to ten symbols.")
		const cents = money(raw.amount, "PLAN.amount")
		if (cents < 100) throw new BadSettings("PLAN.amount is below Alpaca's minimum of one dollar.")
		if (raw.every !== "day" && raw.every !== "week") throw new BadSettings("PLAN.every is neither day nor week.")
		return { symbols: list, cents, every: raw.every }
	},

	symbols: (plan) => plan.symbols,

	slot: (plan, time) => (plan.every === "day" ? time.date.replaceAll("-", "") : isoWeek(time.date)),

	decide({ symbols: wanted, cents, every }, { time, slotOrders }) {
		const period = every === "day" ? "today" : "this week"
		const orders = slotOrders.filter(({ symbol }) => wanted.includes(symbol))
		const done = orders.filter((order) => !maySendAgain(order, time.date)).map(({ symbol }) => symbol)
		const due = wanted.filter((symbol) => !done.includes(symbol))
		return {
			intents: due.map((symbol) => ({ symbol, side: "buy", cents, reason: `Due ${period}: ${usd(cents)} of ${symbol}.` })),
			reason: `Nothing to do. ${inWords(orders, period)}`,
		}
	},
}

export default recurring

/** At once if it never reached Alpaca, on the next day if it was refused. @arg {OwnOrder} @arg {string} */
function maySendAgain({ status, day }, today) {
	return status === "absent" || (status === "refused" && day < today)
}

/** @arg {OwnOrder[]} @arg {string} */
function inWords(orders, period) {
	const statuses = [...new Set(orders.map(({ status }) => status))]
	return statuses.map((status) => sentence(status, orders.filter((order) => order.status === status), period)).join(" ")
}

/** @arg {string} @arg {OwnOrder[]} @arg {string} */
function sentence(status, orders, period) {
	const sums = orders.map(({ cents, symbol }) => `${usd(cents)} of ${symbol}`).join(", ")
	if (status === "filled") return `Bought ${period} already: ${sums}.`
	if (status === "sending") return `It is not known yet whether this order arrived: ${sums}.`
	if (status === "refused") {
		return `Refused today: ${sums}. ${[...new Set(orders.map(({ reason }) => reason))].join(" ")} The next try is on the next trading day.`
	}
	const ending = ENDINGS[status]
	return ending ? `Not repeated ${period}: ${sums}. The order ${ending}.` : `Sent ${period} and not carried out yet: ${sums}.`
}
