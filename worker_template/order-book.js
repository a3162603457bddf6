// The orders placed; what they bought and sold goes into shares.js. What falls out of the table stays in a sum.

import { dollars, toNano, worth } from "./money.js"
import { Days } from "./days.js"
import { OwnShares } from "./shares.js"
import { Store } from "./store.js"

const KEEP = 4000

const TABLE = `
	CREATE TABLE IF NOT EXISTS orders (
		id INTEGER PRIMARY KEY AUTOINCREMENT, client_order_id TEXT UNIQUE, slot TEXT, day TEXT, at TEXT, symbol TEXT, side TEXT,
		cents INT, cost INT, status TEXT, reason TEXT, open INT, filled_qty TEXT, filled_price TEXT);
	CREATE INDEX IF NOT EXISTS orders_by_slot ON orders (slot);
	CREATE INDEX IF NOT EXISTS orders_by_day ON orders (day);
	CREATE INDEX IF NOT EXISTS orders_open ON orders (id) WHERE open = 1;
	CREATE TABLE IF NOT EXISTS spent_before (only_row INTEGER PRIMARY KEY, cents INT);
	INSERT OR IGNORE INTO spent_before VALUES (1, 0)`

export class OrderBook extends Store {
	/** @arg {Sql} */
	constructor(sql) {
		super(sql, TABLE)
		const fresh = this.rows("SELECT 1 FROM sqlite_master WHERE name = 'own'").length === 0
		this.shares = new OwnShares(sql)
		this.days = new Days(sql)
		// An older version kept no shares: what its orders bought.
		if (fresh) for (const order of this.rows("SELECT * FROM orders ORDER BY id")) this.#book(order, null)
	}

	/** Notes an order before it is sent: not even a crash makes it forgotten. @arg {Wanted & {at: string}} */
	intend({ client_order_id, slot, day, at, symbol, side, cents, reason }) {
		const cost = side === "buy" ? cents : 0
		this.rows(
			`INSERT INTO orders (client_order_id, slot, day, at, symbol, side, cents, cost, status, reason, open)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'sending', ?, 1)
       ON CONFLICT (client_order_id) DO UPDATE SET day = excluded.day, at = excluded.at, cents = excluded.cents,
         cost = excluded.cost, status = 'sending', reason = excluded.reason, open = 1`,
			client_order_id, slot, day, at, symbol, side, cents, cost, reason,
		)
	}

	/** @arg {string} @arg {Change} */
	update(clientOrderId, { status, cost, open, reason, filled_qty, filled_price }) {
		const before = this.byId(clientOrderId)
		if (!before) return
		this.rows(
			`UPDATE orders SET status = ?, cost = ?, open = ?, reason = coalesce(?, reason),
       filled_qty = coalesce(?, filled_qty), filled_price = coalesce(?, filled_price) WHERE client_order_id = ?`,
			status, cost, open, reason ?? null, filled_qty ?? null, filled_price ?? null, clientOrderId,
		)
		this.#book(this.byId(clientOrderId), before)
	}

	/** @arg {OwnOrder} @arg {OwnOrder | null} */
	#book(order, before) {
		const [now, then] = [carriedOut(order), before ? carriedOut(before) : { nano: 0, cents: 0 }]
		const [nano, cents] = [now.nano - then.nano, now.cents - then.cents]
		if (nano > 0 || cents > 0) this.shares.fill(order.symbol, order.side, Math.max(nano, 0), Math.max(cents, 0))
	}

	/** @arg {string} @return {any} an order, or null */
	byId(clientOrderId) {
		return this.rows("SELECT * FROM orders WHERE client_order_id = ?", clientOrderId)[0] ?? null
	}

	/** @return {OwnOrder[]} */
	open() {
		return this.rows("SELECT * FROM orders WHERE open = 1 ORDER BY id")
	}

	/** @arg {string} @return {OwnOrder[]} */
	inSlot(slot) {
		return this.rows("SELECT * FROM orders WHERE slot = ? ORDER BY id", slot)
	}

	/** @arg {string} @return {OwnOrder[]} */
	onDay(day) {
		return this.rows("SELECT * FROM orders WHERE day = ? ORDER BY id", day)
	}

	/** @return {OwnOrder | null} */
	last() {
		return this.rows("SELECT * FROM orders ORDER BY at DESC, id DESC LIMIT 1")[0] ?? null
	}

	/** @arg {string} [symbol] */
	promised(symbol) {
		const open = this.open().filter((order) => symbol === undefined || order.symbol === symbol)
		return open.reduce((sum, order) => sum + Math.max(0, order.cost - carriedOut(order).cents), 0)
	}

	spentEver() {
		return this.one("SELECT cents + (SELECT coalesce(sum(cost), 0) FROM orders) AS n FROM spent_before").n
	}

	/** @arg {string} */
	spentOn(day) {
		return this.one("SELECT coalesce(sum(cost), 0) AS n FROM orders WHERE day = ?", day).n
	}

	trim() {
		const surplus = this.one("SELECT count(*) AS n FROM orders").n - KEEP
		if (surplus <= 0) return
		const oldest = "SELECT id FROM orders WHERE open = 0 ORDER BY id LIMIT ?"
		const gone = this.rows(`DELETE FROM orders WHERE id IN (${oldest}) RETURNING cost`, surplus)
		this.rows("UPDATE spent_before SET cents = cents + ?", gone.reduce((sum, row) => sum + row.cost, 0))
	}
}

/** What became shares and money. A buy whose fill was not told counts as all of its cost. @arg {OwnOrder} */
function carriedOut({ side, status, cost, filled_qty, filled_price }) {
	const nano = toNano(filled_qty) ?? 0
	const cents = worth([filled_qty, filled_price])
	const untold = side === "buy" && (status === "lost" || (status === "filled" && cents === null))
	return { nano, cents: untold ? cost : (cents ?? 0) }
}

/** @type {Record<string, string>} */
export const ENDINGS = {
	canceled: "was cancelled",
	expired: "ran out at the end of its day",
	rejected: "was turned down by Alpaca",
	replaced: "was replaced by another at Alpaca",
	lost: "can no longer be found at Alpaca",
}

/** @arg {OwnOrder} */
export function shown({ symbol, side, cents, client_order_id, status, reason, at, filled_qty, filled_price }) {
	return { symbol, side, notional: dollars(cents), client_order_id, status, reason, at, filled_qty, filled_price }
}
