// What must hold before a run may trade; each check ends it with a Halt if not.

import { readAccount } from "./account.js"
import { exchangeTime, inWords } from "./exchange-time.js"
import { BREAK, Halt, bodyOf, haltFor } from "./halt.js"
import { dollars, quantity, usd, worth } from "./money.js"

const MINUTE = 60_000
const LARGEST_SKEW = MINUTE
const SKIP_AFTER_OPEN = 5 // minutes in which prices still jump
const SKIP_BEFORE_CLOSE = 15

/** @arg {Desk} */
export function checkBreak({ ledger, now }) {
	if (Number(ledger.recall("wait_until") ?? 0) > now()) throw new Halt("failed", "wait", BREAK)
}

/** @arg {Desk} */
export function checkPause({ ledger, now, closing }) {
	const paused = ledger.paused()
	if (!paused || closing) return
	const when = inWords(Date.parse(paused.since), now())
	throw new Halt("paused", "paused", `Trading was paused ${when}. ${paused.note}`)
}

/** @arg {Desk} */
export async function readClock({ alpaca, now }) {
	const { timestamp, is_open: isOpen, next_open, next_close } = bodyOf(await alpaca.clock())
	const [moment = 0, opens = 0, closes = 0] = [timestamp, next_open, next_close].map((text) => Date.parse(String(text)))
	if (typeof isOpen !== "boolean" || Number.isNaN(moment + opens + closes)) {
		throw new Halt("failed", "clock", "Alpaca's market clock gave no proper answer.")
	}
	const skew = Math.abs(moment - now())
	if (skew > LARGEST_SKEW) {
		const reason = "The bot's clock and Alpaca's differ by more than a minute, so nothing is traded."
		throw new Halt("failed", "skew", reason, { detail: `${Math.round(skew / 1000)} s` })
	}
	return { time: exchangeTime(moment), isOpen, opens, closes }
}

/** @arg {Desk} @arg {{time: ExchangeTime, closes: number}} */
export function checkSession({ ledger }, { time, closes }) {
	const sinceOpen = time.ms - Number(ledger.recall("next_open") ?? 0)
	if (sinceOpen >= 0 && sinceOpen < SKIP_AFTER_OPEN * MINUTE) {
		throw new Halt("idle", "opening", "The market has just opened; nothing is done in its first minutes.")
	}
	if (closes - time.ms < SKIP_BEFORE_CLOSE * MINUTE) {
		throw new Halt("idle", "closing", "The market closes soon; nothing is done in its last minutes.")
	}
}

/** @arg {Desk} */
export async function checkAccount({ alpaca, ledger, settings }) {
	const answer = await alpaca.account()
	if (answer.kind === "refused" && answer.status === 403) throw haltFor({ kind: "keys" })
	const account = readAccount(bodyOf(answer))
	if (!settings.accountId) ledger.remember("pin", account.id)
	else if (account.id !== settings.accountId) {
		const reason = "These keys belong to another Alpaca account than this bot's."
		throw new Halt("refused", "account", reason, { pause: true })
	}
	noteAccount(ledger, account)
	return account
}

/** @arg {Ledger} @arg {Account} */
export function noteAccount(ledger, { ending, status, currency, cash, equity }) {
	const shown = (/** @type {number | null} */ cents) => (cents === null ? null : dollars(cents))
	const noted = { ending, status, currency, cash: shown(cash), equity: shown(equity) }
	ledger.remember("account", noted)
	return noted
}

/** @arg {Desk} @arg {Fields[]} */
export function checkShares({ ledger, book, settings }, positions) {
	const { told, doubtful } = book.shares.sight(positions, settings.ceilings?.symbols)
	for (const text of told) ledger.tell("other", text)
	if (doubtful.length === 0) return
	const reason = `Alpaca shows fewer shares of ${doubtful.join(", ")} than the bot bought. It looks again.`
	throw new Halt("idle", "shares", reason)
}

/** @arg {Desk} @arg {string} @arg {Account} @arg {Fields[]} */
export function checkLoss({ settings, book }, date, { cash, equity }, positions) {
	const priceOf = (/** @type {string} */ symbol) => positions.find((each) => each.symbol === symbol)?.current_price
	const own = book.shares.holdings().filter(({ nano }) => nano > 0)
	const value = worth(...own.map(({ symbol, nano }) => /** @type {[string, unknown]} */ ([quantity(nano), priceOf(symbol)])))
	if (value === null) {
		throw new Halt("refused", "loss_unknown", "Alpaca does not say what the bot's shares are worth, so nothing is traded.")
	}
	const profit = value - book.shares.cost() + book.shares.gained()
	book.days.record({ date, value, invested: book.shares.invested(), profit, cash, equity })
	const [loss, limit] = [book.days.profitBefore(date) - profit, settings.ceilings.dailyLoss]
	if (loss <= limit) return
	const reason = `The bot's shares lost ${usd(loss)} in one day, and the limit is ${usd(limit)}.`
	throw new Halt("paused", "loss", reason, { pause: true })
}
