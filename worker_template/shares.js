// The shares this Worker bought itself and has not sold. They are all it may ever sell: what the owner held before, or
// buys elsewhere, is not in here. Only fills add to it. Quantities are in nano, `cents` is what they cost.

import { quantity, share, toCents, toNano } from "./money.js";
import { Store } from "./store.js";

// seen, basis, price: what Alpaca's whole position should be, with the owner's shares, and the price last seen.
const TABLES = `
	CREATE TABLE IF NOT EXISTS own (symbol TEXT PRIMARY KEY, nano INTEGER NOT NULL, cents INTEGER NOT NULL,
		seen INTEGER, basis INTEGER, price REAL, doubt INTEGER NOT NULL);
	CREATE TABLE IF NOT EXISTS gained (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), cents INTEGER NOT NULL);
	INSERT OR IGNORE INTO gained VALUES (1, 0)`;

export class OwnShares extends Store {
	/** @param {Sql} sql */
	constructor(sql) {
		super(sql, TABLES);
	}

	/** @returns {OwnRow[]} */
	holdings() {
		return this.rows("SELECT * FROM own ORDER BY symbol");
	}

	/** Cents by which sales brought more than the shares had cost; below zero is a loss. @returns {number} */
	gained() {
		return this.one("SELECT cents FROM gained").cents;
	}

	cost() {
		return this.holdings().reduce((sum, { cents }) => sum + cents, 0);
	}

	/** Cents of the budget in use: the cost of the shares, and what was lost for good, which is not replaced. */
	invested() {
		return this.cost() + Math.max(0, -this.gained());
	}

	/**
	 * Books a purchase or a sale.
	 * @param {string} symbol @param {string} side @param {number} nano @param {number} cents paid or received
	 */
	fill(symbol, side, nano, cents) {
		const row = this.holdings().find((each) => each.symbol === symbol) ?? { ...NONE, symbol };
		const { seen, basis } = row;
		if (side === "buy") {
			row.nano += nano;
			row.cents += cents;
			if (seen !== null) row.seen = seen + nano;
			if (basis !== null) row.basis = basis + cents;
		} else {
			const left = Math.max(0, row.nano - nano);
			const kept = left === 0 ? 0 : share(row.cents, left, row.nano);
			this.rows("UPDATE gained SET cents = cents + ?", cents - (row.cents - kept));
			Object.assign(row, { nano: left, cents: kept });
			if (seen) row.seen = Math.max(0, seen - nano);
			if (seen && basis) row.basis = share(basis, row.seen ?? 0, seen);
		}
		this.#write(row);
	}

	/**
	 * Compares with what Alpaca holds. A split changes the quantity and neither cost nor value, and is followed. Where
	 * Alpaca holds less than the Worker bought, it looks twice, then believes Alpaca. More is the owner's.
	 * @param {Fields[]} positions
	 */
	sight(positions) {
		const found = { told: /** @type {string[]} */ ([]), doubtful: /** @type {string[]} */ ([]) };
		for (const row of this.holdings()) {
			const { symbol, nano } = row;
			const position = positions.find((each) => each.symbol === symbol) ?? { qty: "0", cost_basis: "0" };
			const seen = toNano(position.qty);
			const now = { seen, basis: toCents(position.cost_basis, "down"), price: Number(position.current_price) || null };
			if (seen !== null && wasSplit(row, now)) {
				row.nano = share(nano, seen, Number(row.seen));
				found.told.push(`${symbol} was split: ${quantity(nano)} of the bot's shares became ${quantity(row.nano)}.`);
			} else if (seen === null || (seen < nano && row.doubt === 0)) {
				found.doubtful.push(symbol);
				this.#write({ ...row, doubt: 1 });
				continue;
			} else if (seen < nano) {
				Object.assign(row, { nano: seen, cents: share(row.cents, seen, nano) });
				const gone = `Alpaca holds fewer shares of ${symbol} than the bot had bought; it did not sell the others itself.`;
				found.told.push(`${gone} It now counts ${quantity(seen)} as its own.`);
			}
			this.#write({ ...row, ...now, doubt: 0 });
		}
		return found;
	}

	/** @param {OwnRow} row */
	#write({ symbol, nano, cents, seen, basis, price, doubt }) {
		if (nano === 0 && cents === 0) this.rows("DELETE FROM own WHERE symbol = ?", symbol);
		else this.rows("INSERT OR REPLACE INTO own VALUES (?, ?, ?, ?, ?, ?, ?)", symbol, nano, cents, seen, basis, price, doubt);
	}
}

const NONE = { nano: 0, cents: 0, seen: null, basis: null, price: null, doubt: 0 };

/**
 * Whether only a split explains it: another quantity, by half at least, at the same cost and about the same value.
 * @param {OwnRow} row @param {Pick<OwnRow, "seen" | "basis" | "price">} now
 */
function wasSplit(row, { seen, basis, price }) {
	if (!row.seen || !row.basis || !row.price || !seen || basis === null || !price) return false;
	const ratio = seen / row.seen;
	const value = (ratio * price) / row.price;
	const sameCost = Math.abs(basis - row.basis) <= row.basis / 100 + 2;
	return sameCost && (ratio >= 1.5 || ratio <= 2 / 3) && value > 0.75 && value < 1.33;
}
