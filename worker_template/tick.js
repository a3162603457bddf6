// One run: what forbids trading, the plan, the ceilings, the orders. Each step goes on or ends it with a Halt.

import { readOwn, readPosition } from "./account.js"
import { applyCeilings } from "./ceilings.js"
import { exchangeTime, inWords } from "./exchange-time.js"
import { Halt, bodyOf } from "./halt.js"
import { readMarket } from "./market.js"
import { countSpent, place, settle } from "./orders.js"
import { checkAccount, checkBreak, checkLoss, checkPause, checkSession, checkShares, readClock } from "./preconditions.js"
import { clientOrderId, conclude, line } from "./result.js"

const MOST_POSITIONS_SHOWN = 50
const MOST_CALLS = 17 // after so many requests no order is sent; it waits for the next run

/** @arg {Desk} @return {Promise<Result>} */
export async function tick(desk) {
	const slot = desk.settings.plan.slot(exchangeTime(desk.now()))
	/** @type {Result} */
	const result = { slot, outcome: "idle", code: "idle", detail: "", reason: "", orders: [], marketOpen: null }
	try {
		await run(desk, result)
	} catch (error) {
		if (!(error instanceof Halt)) throw error
		const mark = error.code === "keys" ? desk.mark : null
		if (error.pause) desk.ledger.pause(error.code, error.reason, "latch", mark)
		if (error.until > 0) desk.ledger.remember("wait_until", error.until)
		result.detail = error.detail
		conclude(result, error.outcome, error.code, error.reason)
	}
	return result
}

/** @arg {Desk} @arg {Result} */
async function run(desk, result) {
	const { alpaca, book, ledger, settings } = desk
	checkPause(desk)
	checkBreak(desk)
	const clock = await readClock(desk)
	const { time } = clock
	const slot = settings.plan.slot(time)
	Object.assign(result, { slot, marketOpen: clock.isOpen })
	if (!clock.isOpen) {
		if (ledger.recall("next_open") !== clock.opens) ledger.remember("next_open", clock.opens)
		// The first run of all looks at the account even now, so that the owner sees at once that the keys work.
		if (ledger.recall("account") === null) await checkAccount(desk)
		throw new Halt("closed", "closed", `The market is closed. It opens ${inWords(clock.opens, time.ms)}.`)
	}
	checkSession(desk, clock)
	const account = await checkAccount(desk)
	if (account.obstacle) throw new Halt("refused", "account_state", account.obstacle)

	const [positions, openOrders] = (await Promise.all([alpaca.positions(), alpaca.openOrders()])).map(bodyOf)
	const held = positions.map(readPosition)
	ledger.remember("positions", held.slice(0, MOST_POSITIONS_SHOWN))
	await settle(desk, openOrders)
	checkShares(desk, positions)
	checkLoss(desk, time.date, account, positions)

	const own = readOwn(book.shares.holdings(), positions)
	const spent = count(desk, time, account, own)
	const view = look(desk, slot, { time, account, positions: held, own }, spent)
	const needs = settings.plan.needs(view)
	if (needs) view.market = await readMarket(desk, needs, time)
	const { intents, reason, agenda } = settings.plan.decide(view)
	if (intents.length === 0) throw new Halt("idle", "idle", reason)
	if (agenda && !desk.dry) ledger.remember("agenda", { slot, plan: settings.plan.text, intents: agenda })
	if (intents.some(({ side }) => side === "buy")) await countAgain(desk, time, spent)
	const { allowed, refused } = allow(desk, intents, openOrders, spent)
	result.orders.push(...refused.map(({ intent, say }) => line(desk, slot, intent, "refused", say)))
	await placeAll(desk, result, allowed, time)
	const first = refused[0]
	if (first) throw new Halt("refused", first.code, refused.map(({ say }) => say).join(" "))
	const declined = result.orders.find((order) => order.status === "refused")
	if (declined) throw new Halt("refused", "order", declined.reason)
	conclude(result, "traded", "traded", "")
}

/** @arg {Desk} @arg {string} @arg {Pick<View, "time" | "account" | "positions" | "own">} @arg {Spent} @return {View} */
function look({ settings, ledger, book }, slot, seen, spent) {
	const { plan, ceilings } = settings
	const agenda = ledger.recall("agenda")
	return {
		...seen,
		ceilings,
		room: {
			budget: ceilings.budget - spent.budget,
			day: ceilings.perDay - (spent.today ?? ceilings.perDay),
			cash: (spent.spendable ?? 0) - ceilings.cashKept,
		},
		slotOrders: book.inSlot(slot),
		agenda: agenda?.slot === slot && agenda.plan === plan.text ? agenda.intents : null,
		market: { prices: {}, odd: {}, means: {} },
	}
}

/**
 * What is spent and promised, by the own book. Cash still holds what open buys will cost.
 * @arg {Desk} @arg {ExchangeTime} @arg {Account} @arg {Own[]} @return {Spent}
 */
function count({ book, settings }, time, { cash, spendable }, own) {
	const promised = book.promised()
	const costOf = (/** @type {string} */ symbol) =>
		(own.find((each) => each.symbol === symbol)?.cents ?? 0) + (promised && book.promised(symbol))
	return {
		today: book.spentOn(time.date),
		budget: book.shares.invested() + promised,
		bySymbol: Object.fromEntries(settings.ceilings.symbols.map((symbol) => [symbol, costOf(symbol)])),
		spendable: cash === null || spendable === null ? null : Math.min(spendable, cash - promised),
		sellable: Object.fromEntries(own.map(({ symbol, available }) => [symbol, available])),
	}
}

/**
 * Counts what was spent today a second time, from Alpaca's list of orders; the larger sum holds.
 * @arg {Desk} @arg {ExchangeTime} @arg {Spent}
 */
async function countAgain({ alpaca, settings }, time, spent) {
	const orders = bodyOf(await alpaca.ordersSince(time.dayStart, settings.ceilings.symbols))
	const seen = orders.length < 500 ? countSpent(orders, settings.prefix) : null
	spent.today = seen === null || spent.today === null ? null : Math.max(seen, spent.today)
}

/** @arg {Desk} @arg {Intent[]} @arg {Fields[]} @arg {Spent} */
function allow({ settings }, intents, openOrders, spent) {
	const busy = new Set(openOrders.map((order) => order.symbol))
	const waiting = intents.filter(({ symbol }) => busy.has(symbol)).map((intent) => ({
		intent,
		code: "open_order",
		say: `Not ${intent.side === "buy" ? "bought" : "sold"}: ${intent.symbol} has an open order already.`,
	}))
	const free = intents.filter(({ symbol }) => !busy.has(symbol))
	const { allowed, held } = applyCeilings(free, settings.ceilings, spent)
	return { allowed, refused: [...waiting, ...held] }
}

/** Sales first. @arg {Desk} @arg {Result} @arg {Intent[]} @arg {ExchangeTime} */
async function placeAll(desk, result, intents, time) {
	const { slot } = result
	if (desk.dry) {
		result.orders.push(...intents.map((intent) => line(desk, slot, intent, "dry", intent.reason)))
		throw new Halt("dry", "dry", ["A trial: nothing was ordered.", ...result.orders.map(({ reason }) => reason)].join(" "))
	}
	for (const intent of intents.toSorted((a, b) => +(b.side > a.side) - +(a.side > b.side))) {
		checkPause(desk)
		if (desk.alpaca.calls >= MOST_CALLS) throw new Halt("idle", "later", "The other orders follow at the next look.")
		const id = clientOrderId(desk, slot, intent)
		try {
			await place(desk, { ...intent, client_order_id: id, slot, day: time.date })
		} finally {
			const own = desk.book.byId(id)
			if (own) result.orders.push(line(desk, slot, intent, own.status, own.reason))
		}
	}
}
