// What this Worker remembers: runs, events, pauses, commands it has seen. Every table has a largest size.

import { Store } from "./store.js"

const KEEP_RUNS = 2000
const KEEP_EVENTS = 1000
const KEEP_NONCES = 5000
const MOST_BYTES = 250_000 // of a page

const TABLES = `
	CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT);
	CREATE TABLE IF NOT EXISTS pauses (reason TEXT PRIMARY KEY, since TEXT, note TEXT, mark TEXT);
	CREATE TABLE IF NOT EXISTS runs (id INTEGER PRIMARY KEY AUTOINCREMENT, record TEXT);
	CREATE TABLE IF NOT EXISTS events (
		id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT, kind TEXT, text TEXT);
	CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, until INTEGER)`

const DAY = ["value", "invested", "profit", "cash", "equity"].map((n) => `${dollars(n)} AS ${n}`)
const RUN = ["at", "source", "slot", "outcome", "code", "reason", "ms"].map((n) => `record ->> '${n}' AS ${n}`)

/** The tables one can be sent, each value a number or a text. */
export const PAGES = {
	days: `SELECT replace(date, '-', '') + 0 AS id, date, ${DAY} FROM days`,
	events: "SELECT id, at, kind, text FROM events",
	orders: `SELECT id, at, day, symbol, side, ${dollars("cents")} AS dollars, status, filled_qty, filled_price, client_order_id,
		reason FROM orders`,
	runs: `SELECT id, ${RUN} FROM runs`,
}

export class Ledger extends Store {
	/** @arg {Sql} */
	constructor(sql) {
		super(sql, TABLES)
	}

	/** True the first time a request is shown. @arg {Signed} */
	claim({ nonce, until }) {
		this.rows("DELETE FROM nonces WHERE until < ?", Date.now())
		if (this.one("SELECT count(*) AS n FROM nonces").n >= KEEP_NONCES) return false
		return this.rows("INSERT OR IGNORE INTO nonces VALUES (?, ?) RETURNING nonce", nonce, until).length === 1
	}

	/** @arg {string} @return {any} */
	recall(name) {
		const row = this.one("SELECT value FROM facts WHERE name = ?", name)
		return row ? JSON.parse(row.value) : null
	}

	/** @arg {string} @arg {unknown} */
	remember(name, value) {
		this.rows("INSERT OR REPLACE INTO facts VALUES (?, ?)", name, JSON.stringify(value))
	}

	/** The oldest reason not to trade, or null. @return {Pause | null} */
	paused() {
		return this.one("SELECT reason, since, note FROM pauses ORDER BY since, rowid LIMIT 1") ?? null
	}

	/** @arg {string} */
	isPausedFor(reason) {
		return this.rows("SELECT 1 FROM pauses WHERE reason = ?", reason).length === 1
	}

	/**
	 * Stops trading until resumed. The same reason twice changes nothing.
	 * @arg {string} @arg {string} @arg {"pause" | "latch"} kind someone did it, or a run
	 * @arg {string | null} [mark] of the keys that were rejected: that pause ends by itself when there are others
	 */
	pause(reason, note, kind, mark = null) {
		const insert = "INSERT OR IGNORE INTO pauses VALUES (?, ?, ?, ?) RETURNING reason"
		if (this.one(insert, reason, now(), note, mark)) this.tell(kind, `Trading is paused. ${note}`)
	}

	/** Ends every pause, or that of one reason. @arg {string | null} [reason] */
	resume(reason = null) {
		const removed = this.one("DELETE FROM pauses WHERE reason = coalesce(?, reason) RETURNING reason", reason)
		if (removed && !this.paused()) this.tell("pause", "Trading was switched on again.")
	}

	/** Ends the pause for rejected keys, unless it is these that were rejected. @arg {string | null} */
	newKeys(mark) {
		const removed = this.one("DELETE FROM pauses WHERE reason = 'keys' AND mark IS NOT ? RETURNING reason", mark)
		if (removed) this.tell("recovery", "The bot has new Alpaca keys.")
	}

	/** @arg {Kind} @arg {string} */
	tell(kind, text) {
		const { id } = this.one("INSERT INTO events (at, kind, text) VALUES (?, ?, ?) RETURNING id", now(), kind, text)
		this.rows("DELETE FROM events WHERE id <= ?", id - KEEP_EVENTS)
	}

	/** @arg {object} */
	addRun(record) {
		const { id } = this.one("INSERT INTO runs (record) VALUES (?) RETURNING id", JSON.stringify(record))
		this.rows("DELETE FROM runs WHERE id <= ?", id - KEEP_RUNS)
		return id
	}

	/** @return {any} */
	lastRun() {
		const row = this.one("SELECT id, record FROM runs ORDER BY id DESC LIMIT 1")
		return row ? { id: row.id, ...JSON.parse(row.record) } : null
	}

	/** @arg {Table} @arg {number} @arg {number} */
	page(table, after, limit) {
		const found = this.rows(`SELECT * FROM (${PAGES[table]}) WHERE id > ? ORDER BY id LIMIT ?`, after, limit)
		let size = 0
		const rows = found.filter((row) => (size += JSON.stringify(row).length) < MOST_BYTES)
		return { rows, next: rows.length < limit && rows.length === found.length ? null : rows.at(-1).id }
	}
}

/** @arg {string} cents a column */
function dollars(cents) {
	return `iif(${cents} IS NULL, NULL, printf('%.2f', ${cents} / 100.0))`
}

/** The present, ISO 8601. */
export function now() {
	return new Date().toISOString()
}
