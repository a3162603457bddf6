// The orders this Worker has placed, in its own SQLite database. What falls out of the table, which has a largest size,
// stays in the sum that was ever spent.

import { dollars } from "./money.js";

const KEEP = 4000;

const TABLE = `
  CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT, client_order_id TEXT NOT NULL UNIQUE, slot TEXT NOT NULL, day TEXT NOT NULL,
    at TEXT NOT NULL, symbol TEXT NOT NULL, side TEXT NOT NULL, cents INTEGER NOT NULL, cost INTEGER NOT NULL,
    status TEXT NOT NULL, reason TEXT NOT NULL, open INTEGER NOT NULL, filled_qty TEXT, filled_price TEXT);
  CREATE INDEX IF NOT EXISTS orders_by_slot ON orders (slot);
  CREATE INDEX IF NOT EXISTS orders_by_day ON orders (day);
  CREATE INDEX IF NOT EXISTS orders_open ON orders (id) WHERE open = 1;
  CREATE TABLE IF NOT EXISTS spent_before (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), cents INTEGER NOT NULL);
  INSERT OR IGNORE INTO spent_before VALUES (1, 0)`;

/**
 * An order of this deployment. `cost` is what it counts for against the limits: all of `cents` while it may still fill.
 * `status` is Alpaca's, or one of ours: "sending" (answer not known), "absent" (never arrived), "refused", "lost".
 * @typedef {object} OwnOrder
 * @property {string} client_order_id
 * @property {string} slot
 * @property {string} day exchange date on which it was last sent
 * @property {string} at
 * @property {string} symbol
 * @property {"buy"} side
 * @property {number} cents
 * @property {number} cost
 * @property {string} status
 * @property {string} reason
 * @property {number} open 1 while it may still change
 * @property {string | null} filled_qty
 * @property {string | null} filled_price
 */

export class OrderBook {
  /** @param {Pick<SqlStorage, "exec">} sql */
  constructor(sql) {
    this.sql = sql;
    sql.exec(TABLE);
  }

  /**
   * Notes an order before it is sent, so that not even a crash makes this Worker forget that it may exist.
   * @param {Pick<OwnOrder, "client_order_id" | "slot" | "day" | "at" | "symbol" | "side" | "cents" | "reason">} order
   */
  intend(order) {
    const { client_order_id, slot, day, at, symbol, side, cents, reason } = order;
    this.sql.exec(
      `INSERT INTO orders (client_order_id, slot, day, at, symbol, side, cents, cost, status, reason, open)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'sending', ?, 1)
       ON CONFLICT (client_order_id) DO UPDATE SET day = excluded.day, at = excluded.at, cents = excluded.cents,
         cost = excluded.cost, status = 'sending', reason = excluded.reason, open = 1`,
      client_order_id, slot, day, at, symbol, side, cents, cents, reason,
    );
  }

  /**
   * @param {string} clientOrderId
   * @param {Pick<OwnOrder, "status" | "cost" | "open"> & Partial<OwnOrder>} change
   */
  update(clientOrderId, { status, cost, open, reason, filled_qty, filled_price }) {
    this.sql.exec(
      `UPDATE orders SET status = ?, cost = ?, open = ?, reason = coalesce(?, reason),
       filled_qty = coalesce(?, filled_qty), filled_price = coalesce(?, filled_price) WHERE client_order_id = ?`,
      status, cost, open, reason ?? null, filled_qty ?? null, filled_price ?? null, clientOrderId,
    );
  }

  /** @param {string} clientOrderId @returns {OwnOrder | null} */
  byId(clientOrderId) {
    return this.#rows("SELECT * FROM orders WHERE client_order_id = ?", clientOrderId)[0] ?? null;
  }

  /** @returns {OwnOrder[]} */
  open() {
    return this.#rows("SELECT * FROM orders WHERE open = 1 ORDER BY id");
  }

  /** @param {string} slot @returns {OwnOrder[]} */
  inSlot(slot) {
    return this.#rows("SELECT * FROM orders WHERE slot = ? ORDER BY id", slot);
  }

  /** @param {string} day @returns {OwnOrder[]} */
  onDay(day) {
    return this.#rows("SELECT * FROM orders WHERE day = ? ORDER BY id", day);
  }

  /** @returns {OwnOrder | null} */
  last() {
    return this.#rows("SELECT * FROM orders ORDER BY at DESC, id DESC LIMIT 1")[0] ?? null;
  }

  /** Cents ever spent or promised. @returns {number} */
  spentEver() {
    return this.#one("SELECT cents + (SELECT coalesce(sum(cost), 0) FROM orders) AS n FROM spent_before").n;
  }

  /** @param {string} day @returns {number} */
  spentOn(day) {
    return this.#one("SELECT coalesce(sum(cost), 0) AS n FROM orders WHERE day = ?", day).n;
  }

  /** Keeps the table at its largest size; called once in a run. */
  trim() {
    const surplus = this.#one("SELECT count(*) AS n FROM orders").n - KEEP;
    if (surplus <= 0) return;
    const oldest = "SELECT id FROM orders WHERE open = 0 ORDER BY id LIMIT ?";
    const gone = this.#rows(`DELETE FROM orders WHERE id IN (${oldest}) RETURNING cost`, surplus);
    this.sql.exec("UPDATE spent_before SET cents = cents + ?", gone.reduce((sum, row) => sum + row.cost, 0));
  }

  /** @param {string} query @param {unknown[]} values @returns {any[]} */
  #rows(query, ...values) {
    return this.sql.exec(query, .../** @type {SqlStorageValue[]} */ (values)).toArray();
  }

  /** @param {string} query @param {unknown[]} values @returns {any} */
  #one(query, ...values) {
    return this.#rows(query, ...values)[0];
  }
}

/** How an order ended that was not carried out in full, in words. @type {Record<string, string>} */
export const ENDINGS = {
  canceled: "was cancelled",
  expired: "ran out at the end of its day",
  rejected: "was turned down by Alpaca",
  replaced: "was replaced by another at Alpaca",
  lost: "can no longer be found at Alpaca",
};

/**
 * An order as shown to its owner.
 * @param {OwnOrder} order
 */
export function shown({ symbol, side, cents, client_order_id, status, reason, at, filled_qty, filled_price }) {
  return { symbol, side, notional: dollars(cents), client_order_id, status, reason, at, filled_qty, filled_price };
}
