// Turns Alpaca's answers into what the rest of this Worker counts with: cents, or null where Alpaca sent no number.

import { toCents } from "./money.js";

/**
 * @typedef {Record<string, unknown>} Fields a JSON object as it came
 */

/**
 * @typedef {object} Account
 * @property {string} id
 * @property {string} ending last four characters of the account number
 * @property {string} status
 * @property {string} currency
 * @property {number | null} cash
 * @property {number | null} equity
 * @property {number | null} spendable what may be spent without borrowing
 * @property {number | null} lossToday how much the account has lost since the previous close; below zero is a gain
 * @property {string | null} obstacle why it cannot trade now, as a plain sentence
 */

/**
 * @typedef {object} Position
 * @property {string} symbol
 * @property {string} qty
 * @property {string} market_value
 * @property {string} unrealized_pl
 */

/**
 * @param {Fields} raw
 * @returns {Account}
 */
export function readAccount(raw) {
  const cash = toCents(raw.cash, "down");
  const equity = toCents(raw.equity, "down");
  return {
    id: String(raw.id ?? ""),
    ending: String(raw.account_number ?? raw.id ?? "").slice(-4),
    status: String(raw.status ?? ""),
    currency: String(raw.currency ?? "USD"),
    cash,
    equity,
    spendable: spendable(cash, raw.non_marginable_buying_power),
    lossToday: lossToday(raw, equity),
    obstacle: obstacle(raw),
  };
}

/**
 * @param {Fields} raw
 * @returns {Position}
 */
export function readPosition(raw) {
  return {
    symbol: String(raw.symbol ?? ""),
    qty: String(raw.qty ?? ""),
    market_value: String(raw.market_value ?? ""),
    unrealized_pl: String(raw.unrealized_pl ?? ""),
  };
}

/**
 * The smaller of cash and what Alpaca would let one spend without margin.
 * @param {number | null} cash
 * @param {unknown} unborrowed
 * @returns {number | null}
 */
function spendable(cash, unborrowed) {
  if (cash === null || unborrowed === undefined) return cash;
  const limit = toCents(unborrowed, "down");
  return limit === null ? null : Math.min(cash, limit);
}

/**
 * Money moved in or out during the day is neither a gain nor a loss. Null if Alpaca did not say enough to tell.
 * @param {Fields} raw
 * @param {number | null} equity
 * @returns {number | null}
 */
function lossToday(raw, equity) {
  const before = toCents(raw.last_equity, "up");
  const moved = toCents(raw.intraday_adjustments ?? "0", "up");
  if (before === null || before <= 0 || moved === null || equity === null) return null;
  return before + moved - equity;
}

/**
 * @param {Fields} raw
 * @returns {string | null}
 */
function obstacle(raw) {
  if (raw.status !== "ACTIVE") {
    const state = String(raw.status ?? "unknown").toLowerCase().replaceAll("_", " ");
    return `The Alpaca account is not ready to trade. Alpaca calls its state "${state}".`;
  }
  if (flagged(raw.account_blocked)) return "Alpaca has blocked this account.";
  if (flagged(raw.trading_blocked)) return "Alpaca has blocked trading in this account.";
  if (flagged(raw.trade_suspended_by_user)) return "Trading is switched off in the settings of the Alpaca account.";
  return null;
}

/**
 * Anything but a clear "no" counts as a yes.
 * @param {unknown} flag
 * @returns {boolean}
 */
function flagged(flag) {
  return flag !== undefined && flag !== null && flag !== false;
}
