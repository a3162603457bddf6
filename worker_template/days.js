// The balance of the own shares, a row for each trading day; the last look of the day counts.

import { Store } from "./store.js";

const KEEP = 2600; // ten years

export class Days extends Store {
	/** @param {Sql} sql */
	constructor(sql) {
		super(sql, `CREATE TABLE IF NOT EXISTS days (date TEXT PRIMARY KEY, value INTEGER NOT NULL,
			invested INTEGER NOT NULL, profit INTEGER NOT NULL, cash INTEGER, equity INTEGER)`);
	}

	/** @param {Day} day */
	record({ date, value, invested, profit, cash, equity }) {
		this.rows("INSERT OR REPLACE INTO days VALUES (?, ?, ?, ?, ?, ?)", date, value, invested, profit, cash, equity);
		this.rows("DELETE FROM days WHERE date <= (SELECT date FROM days ORDER BY date DESC LIMIT 1 OFFSET ?)", KEEP);
	}

	/** Profit as it stood when the day before ended. @param {string} date @returns {number} */
	profitBefore(date) {
		return this.one("SELECT profit FROM days WHERE date < ? ORDER BY date DESC LIMIT 1", date)?.profit ?? 0;
	}
}
