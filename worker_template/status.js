// What the owner is shown of what this Worker remembers. Nothing here asks Alpaca anything.

import { inForce } from "./choice.js"
import { exchangeTime } from "./exchange-time.js"
import { keysOf } from "./keys.js"
import { now } from "./ledger.js"
import { amount, dollars, quantity, worth } from "./money.js"
import { shown } from "./order-book.js"
import { timer } from "./timer.js"

export const MOST_TRIES = 5

/** @arg {State} */
export async function statusOf(state) {
	const { bindings: env, ledger, book } = state
	const pair = await state.keys()
	const lastRun = ledger.lastRun()
	const lastOrder = book.last()
	const today = exchangeTime(Date.now()).date
	const { plan, limits, armed } = inForce(state)
	const { schedule, next } = timer(state)
	return {
		script: env.SCRIPT,
		mode: env.MODE,
		template: env.TEMPLATE,
		deployment: env.DEPLOYMENT,
		now: now(),
		account: ledger.recall("account"),
		paused: ledger.paused(),
		plan,
		limits,
		ceilings: env.CEILINGS,
		armed,
		schedule,
		next_tick: next,
		...moneyOf(book, limits),
		spent: { today: dollars(book.spentOn(today)), ever: dollars(book.spentEver()) },
		last_tick: lastRun,
		last_order: lastOrder && shown(lastOrder),
		ticks: lastRun?.id ?? 0,
		orders_today: book.onDay(today).map(shown),
		positions: ledger.recall("positions") ?? [],
		holds_cloudflare_token: Boolean(env.CLOUDFLARE_API_TOKEN),
		key_ending: pair?.keyId.slice(-4) ?? "",
		keys: keysOf(state, pair),
		form: formOf(state),
	}
}

/** The private form, of which no more than this may be known. @arg {Pick<State, "ledger">} */
export function formOf({ ledger }) {
	const form = ledger.recall("form")
	if (!form) return { state: "none", expires: null, tries: 0, last: "" }
	const { state, expires, tries, last } = form
	const over = tries >= MOST_TRIES ? "locked" : expires * 1000 <= Date.now() ? "expired" : state
	return { state: state === "used" ? state : over, expires, tries, last }
}

/** @arg {Book} @arg {Fields} */
function moneyOf(book, { budget: limit }) {
	const own = book.shares.holdings().filter(({ nano }) => nano > 0)
	const valueOf = (/** @type {OwnRow[]} */ rows) => {
		const cents = worth(...rows.map(({ nano, price }) => /** @type {[string, unknown]} */ ([quantity(nano), price])))
		return cents === null ? null : dollars(cents)
	}
	const holdings = own.map((row) => {
		return { symbol: row.symbol, qty: quantity(row.nano), cost: dollars(row.cents), value: valueOf([row]) }
	})
	const invested = book.shares.invested() + book.promised()
	const left = dollars(Math.max(0, (amount(limit) ?? 0) - invested))
	return { budget: { limit, invested: dollars(invested), left, value: valueOf(own) }, holdings }
}
