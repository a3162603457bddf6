// What this Worker remembers, in the SQLite database of its Durable Object: its runs, what it told its owner, why it is
// paused, and which commands it has seen. Every table has a largest size. Orders are in order-book.js.

const KEEP_RUNS = 2000; // three weeks of quarter hours
const KEEP_EVENTS = 1000;
const KEEP_NONCES = 5000;

const TABLES = `
  CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS pauses (reason TEXT PRIMARY KEY, since TEXT NOT NULL, note TEXT NOT NULL, mark TEXT);
  CREATE TABLE IF NOT EXISTS runs (id INTEGER PRIMARY KEY AUTOINCREMENT, record TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, until INTEGER NOT NULL)`;

/**
 * @typedef {{reason: string, since: string, note: string}} Pause
 * @typedef {{id: number, at: string, kind: string, text: string}} Event
 */

export class Ledger {
  /** @param {Pick<SqlStorage, "exec">} sql */
  constructor(sql) {
    this.sql = sql;
    sql.exec(TABLES);
  }

  /**
   * True the first time a nonce is shown, false ever after.
   * @param {string} nonce
   * @param {number} until Unix milliseconds
   * @param {number} now
   */
  claimNonce(nonce, until, now) {
    this.sql.exec("DELETE FROM nonces WHERE until < ?", now);
    if (this.#one("SELECT count(*) AS n FROM nonces").n >= KEEP_NONCES) return false;
    const fresh = this.sql.exec("INSERT OR IGNORE INTO nonces VALUES (?, ?) RETURNING nonce", nonce, until);
    return fresh.toArray().length === 1;
  }

  /**
   * A remembered fact, or null.
   * @param {string} name
   * @returns {any}
   */
  recall(name) {
    const [row] = this.#rows("SELECT value FROM facts WHERE name = ?", name);
    return row ? JSON.parse(row.value) : null;
  }

  /**
   * @param {string} name
   * @param {unknown} value
   */
  remember(name, value) {
    this.sql.exec("INSERT OR REPLACE INTO facts VALUES (?, ?)", name, JSON.stringify(value));
  }

  /** The oldest reason not to trade, or null. @returns {Pause | null} */
  paused() {
    return this.#rows("SELECT reason, since, note FROM pauses ORDER BY since, rowid LIMIT 1")[0] ?? null;
  }

  /**
   * Stops trading until resumed. The same reason twice changes nothing.
   * @param {string} reason
   * @param {string} note
   * @param {string} at
   * @param {"paused" | "latched"} kind of the event: someone did it, or a run
   * @param {string | null} [mark] stands for the keys that were rejected: that pause ends by itself when there are others
   */
  pause(reason, note, at, kind, mark = null) {
    const insert = "INSERT OR IGNORE INTO pauses VALUES (?, ?, ?, ?) RETURNING reason";
    if (this.#rows(insert, reason, at, note, mark).length === 1) this.tell(kind, `Trading is paused. ${note}`, at);
  }

  /**
   * @param {string} at
   */
  resume(at) {
    const removed = this.sql.exec("DELETE FROM pauses RETURNING reason").toArray();
    if (removed.length > 0) this.tell("resumed", "Trading was switched on again.", at);
  }

  /**
   * Ends the pause for rejected keys, unless it is these very keys that were rejected.
   * @param {string} at
   * @param {string | null} mark
   */
  newKeys(at, mark) {
    const removed = this.sql.exec("DELETE FROM pauses WHERE reason = 'keys' AND mark IS NOT ? RETURNING reason", mark);
    if (removed.toArray().length > 0) this.tell("recovered", "The bot has new Alpaca keys.", at);
  }

  /**
   * Adds a line to what the user is told.
   * @param {string} kind
   * @param {string} text
   * @param {string} at
   */
  tell(kind, text, at) {
    const { id } = this.#one("INSERT INTO events (at, kind, text) VALUES (?, ?, ?) RETURNING id", at, kind, text);
    this.sql.exec("DELETE FROM events WHERE id <= ?", id - KEEP_EVENTS);
  }

  /**
   * @param {number} after
   * @param {number} limit
   * @returns {Event[]}
   */
  eventsAfter(after, limit) {
    return this.#rows("SELECT id, at, kind, text FROM events WHERE id > ? ORDER BY id LIMIT ?", after, limit);
  }

  /**
   * Stores a run and gives it its number.
   * @param {Record<string, unknown>} record
   * @returns {number}
   */
  addRun(record) {
    const { id } = this.#one("INSERT INTO runs (record) VALUES (?) RETURNING id", JSON.stringify(record));
    this.sql.exec("DELETE FROM runs WHERE id <= ?", id - KEEP_RUNS);
    return id;
  }

  /** @returns {any} */
  lastRun() {
    const [row] = this.#rows("SELECT id, record FROM runs ORDER BY id DESC LIMIT 1");
    return row ? { id: row.id, ...JSON.parse(row.record) } : null;
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
