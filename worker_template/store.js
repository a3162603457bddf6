// Reading a table of the Durable Object's SQLite database, as the classes with the tables do.

export class Store {
	/** @param {Sql} sql @param {string} tables */
	constructor(sql, tables) {
		this.sql = sql;
		sql.exec(tables);
	}

	/** @param {string} query @param {any[]} values @returns {any[]} */
	rows(query, ...values) {
		return this.sql.exec(query, ...values).toArray();
	}

	/** @param {string} query @param {any[]} values @returns {any} */
	one(query, ...values) {
		return this.rows(query, ...values)[0];
	}
}
