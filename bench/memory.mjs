// SQLite in memory, in the place of a Durable Object's.

import { DatabaseSync } from "node:sqlite";

/** The part of a Durable Object's SQL that the Worker uses. */
export function memory() {
  const database = new DatabaseSync(":memory:");
  const statements = new Map();
  return {
    exec(query, ...values) {
      if (query.includes(";")) return database.exec(query);
      if (!statements.has(query)) statements.set(query, database.prepare(query));
      const rows = statements.get(query).all(...values);
      return { toArray: () => rows };
    },
  };
}
