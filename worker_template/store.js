// A table in the Durable Object's database.

export class Store {
	/** @arg {Sql} @arg {string} */
	constructor(sql, tables) {
		this.sql = sql
		sql.exec(tables)
	}

	/** @arg {string} @arg {any[]} @return {any[]} */
	rows(query, ...values) {
		return this.sql.exec(query, ...values).toArray()
	}

	/** @arg {string} @arg {any[]} @return {any} */
	one(query, ...values) {
		return this.rows(query, ...values)[0]
	}
}
