// Target mix: when a part strays beyond the band, once a day at most, first sales, then purchases, back to target.

import { BadSettings, record, symbols, whole } from "./checks.js"
import { share } from "./money.js"

const SMALLEST = 100 // Alpaca's minimum of a purchase, in cents

/** @typedef {{weights: Record<string, number>, band: number}} Mix in percent */

/** @type {PlanKind<Mix>} */
const mix = {
	read({ weights: raw, band }) {
		const weights = Object.fromEntries(
			Object.entries(record(raw, "PLAN.weights")).map(([symbol, part]) => [symbol, whole(part, 100, "PLAN.weights")]),
		)
		const names = symbols(Object.keys(weights), "PLAN.weights")
		if (names.length < 1 || names.length > 10) throw new BadSettings("PLAN.weights is not of one to ten symbols.")
		whole(Object.values(weights).reduce((sum, part) => sum + part), 100, "The sum of PLAN.weights")
		return { weights, band: whole(band, 50, "PLAN.band") }
	},
	symbols: ({ weights }) => Object.keys(weights),
	slot: (_, time) => `m${time.date.replaceAll("-", "")}`,
	needs: ({ weights }, view) => (view.agenda ? null : { prices: concerned(weights, view) }),
	decide: ({ weights, band }, view) => rebalance(view, weights, band, () => ""),
}

export default mix

/** @arg {Mix["weights"]} @arg {View} */
export function concerned(weights, { own }) {
	return [...new Set([...Object.keys(weights), ...own.map(({ symbol }) => symbol)])]
}

/** @arg {View} @arg {Mix["weights"]} @arg {number} @arg {(symbol: string) => string} @return {Decision} */
export function rebalance(view, weights, band, why) {
	if (view.agenda) return carryOn(view, view.agenda)
	const { own, room, ceilings, market } = view
	const size = Math.min(ceilings.budget, own.reduce((sum, { value }) => sum + (value ?? 0), room.budget))
	/** @type {Intent[]} */
	const agenda = []
	const odd = []
	let strays = false
	for (const symbol of concerned(weights, view)) {
		const price = market.prices[symbol]
		if (!price) {
			odd.push(market.odd[symbol])
			continue
		}
		const { nano = 0, available = 0 } = own.find((each) => each.symbol === symbol) ?? {}
		const value = Math.round((nano / 1e7) * price)
		const weight = weights[symbol] ?? 0
		const target = Math.floor((size * weight) / 100)
		const now = size > 0 ? (100 * value) / size : 0
		if (Math.abs(now - weight) > band || (weight === 0 ? nano > 0 : nano === 0)) strays = true
		const surplus = weight === 0 ? nano : value - target >= SMALLEST ? share(nano, value - target, value) : 0
		const sold = Math.min(surplus, available)
		const reason = `${symbol} is ${Math.round(now)}% of the budget, and its target is ${weight}%.${why(symbol)}`
		if (sold > 0) agenda.push({ symbol, side: "sell", cents: share(value, sold, nano), nano: sold, reason })
		if (target - value >= SMALLEST) agenda.push({ symbol, side: "buy", cents: target - value, reason })
	}
	const { intents, reason } = carryOn(view, strays ? agenda : [])
	if (intents.length > 0) return { intents, agenda, reason }
	const said = strays ? "The limits and the cash leave no room for a purchase." : "Everything is close to its target."
	return { intents, reason: ["Nothing to do.", said, ...odd].join(" ") }
}

/**
 * What of the day's agenda is to be done now: sales at once, purchases when no sale is under way any more.
 * @arg {View} @arg {Intent[]} @return {Decision}
 */
function carryOn(view, agenda) {
	const orderOf = (/** @type {Intent} */ { symbol, side }) =>
		view.slotOrders.find((order) => order.symbol === symbol && order.side === side && order.status !== "absent")
	const due = agenda.filter((intent) => !orderOf(intent))
	const sales = due.filter(({ side }) => side === "sell")
	const waits = agenda.some((intent) => intent.side === "sell" && orderOf(intent)?.open === 1)
	const intents = sales.length > 0 ? sales : waits ? [] : within(view, due)
	const said = waits ? "A sale is not carried out yet; purchases wait for it." : "This day's orders were placed already."
	return { intents, reason: `Nothing to do. ${said}` }
}

/** @arg {View} @arg {Intent[]} */
function within({ room, ceilings, own }, buys) {
	const left = (/** @type {string} */ name) => ceilings.perSymbol - (own.find(({ symbol }) => symbol === name)?.cents ?? 0)
	const capped = buys.map((buy) => ({ ...buy, cents: Math.min(buy.cents, ceilings.perOrder, left(buy.symbol)) }))
	const fine = capped.filter(({ cents }) => cents >= SMALLEST)
	const sum = fine.reduce((total, { cents }) => total + cents, 0)
	const most = Math.max(0, Math.min(sum, room.budget, room.day, room.cash))
	return fine.map((buy) => ({ ...buy, cents: Math.floor((buy.cents * most) / sum) })).filter(({ cents }) => cents >= SMALLEST)
}
