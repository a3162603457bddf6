// Prices. One that is old or far from the day before is not used, nor a mean of too few months.

import { bodyOf } from "./halt.js"

const OLDEST = 15 * 60_000
const FARTHEST = 0.2

/** @arg {Desk} @arg {Needs} @arg {ExchangeTime} */
export async function readMarket({ alpaca, ledger }, { prices: symbols, months = 0 }, time) {
	/** @type {Market} */
	const market = { prices: {}, odd: {}, means: {} }
	if (symbols.length === 0) return market
	const found = bodyOf(await alpaca.snapshots(symbols))
	for (const symbol of symbols) {
		const { latestTrade, prevDailyBar } = found[symbol] ?? {}
		const [price, before] = [Number(latestTrade?.p), Number(prevDailyBar?.c)]
		const odd = objection(price, before, time.ms - Date.parse(latestTrade?.t))
		if (odd) market.odd[symbol] = `${symbol} is left alone: ${odd}.`
		else market.prices[symbol] = price
	}
	if (months > 0) {
		const key = `${time.date} ${months} ${symbols}`
		let kept = ledger.recall("means")
		if (kept?.key !== key) {
			kept = { key, means: await readMeans(alpaca, symbols, months, time.date) }
			ledger.remember("means", kept)
		}
		market.means = kept.means
	}
	return market
}

/** @arg {number} @arg {number} @arg {number} age milliseconds */
function objection(price, before, age) {
	if (!(price > 0 && before > 0) || Number.isNaN(age)) return "its price is not known"
	if (age > OLDEST) return "its latest price is too old"
	return Math.abs(price / before - 1) > FARTHEST ? "its price is more than 20% away from the day before" : null
}

/** @arg {Desk["alpaca"]} @arg {string[]} @arg {number} @arg {string} date today */
async function readMeans(alpaca, symbols, months, date) {
	const [year = 0, month = 0] = date.split("-").map(Number)
	const day = (/** @type {number} */ ms) => new Date(ms).toISOString().slice(0, 10)
	const start = day(Date.UTC(year, month - 1 - months, 1))
	const { bars } = bodyOf(await alpaca.months(symbols, start, day(Date.UTC(year, month - 1, 0))))
	/** @type {Record<string, number>} */
	const means = {}
	for (const symbol of symbols) {
		const closes = bars?.[symbol] ?? []
		let sum = 0
		for (const { c } of closes) sum += Number(c)
		if (closes.length === months && sum > 0) means[symbol] = sum / months
	}
	return means
}
