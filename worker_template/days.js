// The balance of the own shares; of each trading day the last look counts.

import { Store } from "./store.js"

const KEEP = 2600 // ten years

export class Days extends Store {
	/** @arg {Sql} */
	constructor(sql) {
		super(sql, "CREATE TABLE IF NOT EXISTS days (date PRIMARY KEY, value INT, invested INT, profit INT, cash INT, equity INT)")
	}

	/** @arg {Day} */
	record({ date, value, invested, profit, cash, equity }) {
		this.rows("INSERT OR REPLACE INTO days VALUES (?, ?, ?, ?, ?, ?)", date, value, invested, profit, cash, equity)
		this.rows("DELETE FROM days WHERE date <= (SELECT date FROM days ORDER BY date DESC LIMIT 1 OFFSET ?)", KEEP)
	}

	/** @arg {string} @return {number} */
	profitBefore(date) {
		return this.one("SELECT profit FROM days WHERE date < ? ORDER BY date DESC LIMIT 1", date)?.profit ?? 0
	}
}
