// The shares this Worker bought and has not sold: all it may ever sell. Never what its owner holds besides.

import { quantity, share, toCents, toNano } from "./money.js"
import { Store } from "./store.js"

const TABLES = `
	CREATE TABLE IF NOT EXISTS own (symbol PRIMARY KEY, nano, cents, seen, basis, price, doubt);
	CREATE TABLE IF NOT EXISTS gained (only_row PRIMARY KEY, cents);
	INSERT OR IGNORE INTO gained VALUES (1, 0)`

export class OwnShares extends Store {
	/** @arg {Sql} */
	constructor(sql) {
		super(sql, TABLES)
	}

	/** @return {OwnRow[]} */
	holdings() {
		return this.rows("SELECT * FROM own WHERE nano > 0 OR cents > 0 ORDER BY symbol")
	}

	/** Cents by which sales brought more than the shares had cost; below zero is a loss. @return {number} */
	gained() {
		return this.one("SELECT cents FROM gained").cents
	}

	cost() {
		return this.holdings().reduce((sum, { cents }) => sum + cents, 0)
	}

	/** Cents of the budget in use: the cost of the shares, and what was lost for good, which is not replaced. */
	invested() {
		return this.cost() + Math.max(0, -this.gained())
	}

	/** @arg {string} @arg {string} @arg {number} @arg {number} cents paid or received */
	fill(symbol, side, nano, cents) {
		const row = this.#row(symbol)
		if (side === "buy") {
			row.nano += nano
			row.cents += cents
			row.seen += nano
			row.basis += cents
			row.price ||= nano && (cents * 1e7) / nano
		} else {
			const left = Math.max(0, row.nano - nano)
			const kept = left === 0 ? 0 : share(row.cents, left, row.nano)
			this.rows("UPDATE gained SET cents = cents + ?", cents - (row.cents - kept))
			const seen = Math.max(0, row.seen - nano)
			Object.assign(row, { nano: left, cents: kept, seen, basis: seen && share(row.basis, seen, row.seen) })
		}
		this.#write(row)
	}

	/**
	 * Compares with what Alpaca holds. A split changes the quantity and neither cost nor value, and is followed. Where
	 * Alpaca holds less than the Worker bought, it looks twice, then believes Alpaca. More is the owner's.
	 * @arg {Fields[]}
	 */
	sight(positions, symbols = /** @type {string[]} */ ([])) {
		const found = { told: /** @type {string[]} */ ([]), doubtful: /** @type {string[]} */ ([]) }
		/** @type {Map<string, OwnRow>} */
		const rows = new Map(this.rows("SELECT * FROM own").map((row) => [row.symbol, row]))
		for (const symbol of new Set([...symbols, ...rows.keys()])) {
			const row = rows.get(symbol) ?? none(symbol)
			const { nano } = row
			const position = positions.find((each) => each.symbol === symbol) ?? { qty: "0", cost_basis: "0" }
			const [seen, price] = [toNano(position.qty), Number(position.current_price) || row.price]
			const basis = toCents(position.cost_basis, "down") ?? 0
			if (seen === null) {
				if (nano > 0) found.doubtful.push(symbol)
				continue
			}
			row.nano = afterSplit(row, seen, basis, price)
			if (row.nano !== nano) {
				found.told.push(`${symbol} was probably split: the bot's ${quantity(nano)} shares are ${quantity(row.nano)} now.`)
			}
			if (seen < row.nano && row.doubt === 0) {
				found.doubtful.push(symbol)
				this.#write({ ...row, nano, doubt: 1 })
				continue
			}
			if (seen < row.nano) {
				Object.assign(row, { nano: seen, cents: share(row.cents, seen, row.nano) })
				const gone = `Alpaca holds fewer shares of ${symbol} than the bot bought; it did not sell the rest itself.`
				found.told.push(`${gone} It now counts ${quantity(seen)} as its own.`)
			}
			this.#write({ ...row, seen, basis, price, doubt: 0 })
		}
		return found
	}

	/** @arg {string} @return {OwnRow} */
	#row(symbol) {
		return this.one("SELECT * FROM own WHERE symbol = ?", symbol) ?? none(symbol)
	}

	/** @arg {OwnRow} */
	#write({ symbol, nano, cents, seen, basis, price, doubt }) {
		const row = [symbol, nano, cents, seen, basis, price, doubt]
		if (nano + cents + seen === 0) this.rows("DELETE FROM own WHERE symbol = ?", symbol)
		else this.rows("INSERT OR REPLACE INTO own VALUES (?, ?, ?, ?, ?, ?, ?)", ...row)
	}
}

/** @arg {string} */
function none(symbol) {
	return { symbol, nano: 0, cents: 0, seen: 0, basis: 0, price: 0, doubt: 0 }
}

/**
 * How many the own shares are, if only a split explains another quantity: by so many halves, at the same cost and about
 * the same value. Where the owner traded meanwhile and the price says that it may have been one, rather too few.
 * @arg {OwnRow} @arg {number} @arg {number} @arg {number}
 */
function afterSplit(row, seen, basis, price) {
	const ratio = seen / row.seen
	const value = (ratio * price) / row.price
	const double = 2 * Math.max(ratio, 1 / ratio)
	const halves = Math.round(double)
	const sameCost = Math.abs(basis - row.basis) <= row.basis / 100 + 2
	if (sameCost && seen === row.seen) return row.nano
	if (sameCost && halves > 2 && Math.abs(double - halves) < 1e-4 && (ratio < 1 || (value > 0.75 && value < 1.33))) {
		return ratio > 1 ? share(row.nano, halves, 2) : share(row.nano, 2, halves)
	}
	return price > 1.4 * row.price ? Math.floor((0.9 * row.nano * row.price) / price) : row.nano
}
