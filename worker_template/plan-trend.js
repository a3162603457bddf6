// A target mix in which a symbol is held only while its price is above the mean of its last monthly closes.

import { whole } from "./checks.js"
import mix, { concerned, rebalance } from "./plan-mix.js"

/** @type {PlanKind<import("./plan-mix.js").Mix & {months: number}>} */
const trend = {
	read: (raw) => ({ ...mix.read(raw), months: whole(raw.months, 24, "PLAN.months") }),
	symbols: mix.symbols,
	slot: (_, time) => `t${time.date.replaceAll("-", "")}`,
	needs: ({ weights, months }, view) => (view.agenda ? null : { prices: concerned(weights, view), months }),

	decide({ weights, band, months }, view) {
		const { means } = view.market
		const market = { prices: { ...view.market.prices }, odd: { ...view.market.odd }, means }
		const held = { ...weights }
		for (const symbol of Object.keys(weights)) {
			const mean = means[symbol]
			const price = market.prices[symbol]
			if (price && mean && price <= mean) held[symbol] = 0
			if (!price || mean) continue
			delete market.prices[symbol]
			market.odd[symbol] = `${symbol} is left alone: it has no prices of ${months} months yet.`
		}
		const why = (/** @type {string} */ symbol) =>
			weights[symbol] ? ` Its price is ${held[symbol] ? "" : "not "}above its mean of ${months} months.` : ""
		return rebalance({ ...view, market }, held, band, why)
	},
}

export default trend
