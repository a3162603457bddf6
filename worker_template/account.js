// Alpaca's answers as cents, or null where it sent no number.

import { quantity, toCents, toNano, worth } from "./money.js"

/** @arg {Fields} */
export function readAccount(raw) {
	const cash = toCents(raw.cash, "down")
	const equity = toCents(raw.equity, "down")
	return {
		id: String(raw.id ?? ""),
		ending: String(raw.account_number ?? raw.id ?? "").slice(-4),
		status: String(raw.status ?? ""),
		currency: String(raw.currency ?? "USD"),
		cash,
		equity,
		spendable: spendable(cash, raw.non_marginable_buying_power),
		obstacle: obstacle(raw),
	}
}

/** @arg {Fields} */
export function readPosition(raw) {
	return {
		symbol: String(raw.symbol ?? ""),
		qty: String(raw.qty ?? ""),
		market_value: String(raw.market_value ?? ""),
		unrealized_pl: String(raw.unrealized_pl ?? ""),
	}
}

/** @arg {OwnRow[]} @arg {Fields[]} */
export function readOwn(holdings, positions) {
	return holdings.map(({ symbol, nano, cents }) => {
		const position = positions.find((each) => each.symbol === symbol) ?? {}
		const value = nano === 0 ? 0 : worth([quantity(nano), position.current_price])
		const available = Math.min(nano, toNano(position.qty_available) ?? 0)
		return { symbol, nano, cents, value, available }
	})
}

/** @arg {number | null} @arg {unknown} */
function spendable(cash, unborrowed) {
	if (cash === null || unborrowed === undefined) return cash
	const limit = toCents(unborrowed, "down")
	return limit === null ? null : Math.min(cash, limit)
}

/** @arg {Fields} */
function obstacle(raw) {
	if (raw.status !== "ACTIVE") {
		const state = String(raw.status ?? "unknown").toLowerCase().replaceAll("_", " ")
		return `The Alpaca account is not ready to trade. Alpaca calls its state "${state}".`
	}
	if (flagged(raw.account_blocked)) return "Alpaca has blocked this account."
	if (flagged(raw.trading_blocked)) return "Alpaca has blocked trading in this account."
	if (flagged(raw.trade_suspended_by_user)) return "Trading is switched off in the settings of the Alpaca account."
	return null
}

/** Anything but a clear "no" counts as a yes. @arg {unknown} */
function flagged(flag) {
	return flag !== undefined && flag !== null && flag !== false
}
