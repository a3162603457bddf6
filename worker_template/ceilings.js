// The last word on every order, whatever the plan says. A number that is missing or odd counts as "no".

import { usd } from "./money.js"

/** @arg {Intent[]} @arg {Ceilings} @arg {Spent} */
export function applyCeilings(intents, ceilings, spent) {
	const allowed = []
	const held = []
	let promised = 0
	for (const intent of intents) {
		const objection = object(intent, ceilings, spent, promised)
		if (objection) {
			held.push({ intent, ...objection })
		} else {
			allowed.push(intent)
			if (intent.side === "buy") promised += intent.cents
		}
	}
	return { allowed, held }
}

/** @arg {Intent} @arg {Ceilings} @arg {Spent} @arg {number} promised just before */
function object({ symbol, side, cents, nano }, ceilings, spent, promised) {
	const what = side === "buy" ? `Not bought: ${usd(cents)} of ${symbol}.` : `Not sold: ${symbol}.`
	if (!ceilings.symbols.includes(symbol)) {
		return { code: "symbol", say: `${what} It is not among the symbols you agreed to.` }
	}
	if (side !== "buy") {
		const fine = side === "sell" && counts(nano) && nano > 0 && nano <= (spent.sellable[symbol] ?? 0)
		return fine ? null : { code: "shares", say: `${what} The bot has not that many shares of its own to sell.` }
	}
	if (!counts(cents) || cents === 0) return { code: "amount", say: `${what} That is not a proper amount.` }
	const { perOrder, perDay, perSymbol, budget, cashKept } = ceilings
	const spendable = spent.spendable === null ? null : Math.max(0, spent.spendable - cashKept)
	/** @type {[string, number | null, number | null, string][]} */
	const limits = [
		["per_order", perOrder, cents, "the limit for one order"],
		["per_day", perDay, plus(spent.today, promised + cents), "the limit for one day"],
		["budget", budget, plus(spent.budget, promised + cents), "the whole budget"],
		["cash", spendable, promised + cents, `the cash ${cashKept > 0 ? "that may be used" : "in the account"}`],
	]
	if (perSymbol !== Infinity) {
		limits.push(["per_symbol", perSymbol, plus(spent.bySymbol[symbol] ?? 0, cents), "the limit for one symbol"])
	}
	for (const [code, limit, total, name] of limits) {
		if (!counts(limit) || !counts(total)) return { code, say: `${what} Whether it is within ${name} could not be checked.` }
		if (total > limit) return { code, say: `${what} That would make ${usd(total)}, and ${name} is ${usd(limit)}.` }
	}
	return null
}

/** @arg {number | null} @arg {number} */
function plus(sum, cents) {
	return sum === null ? null : sum + cents
}

/** @arg {number | null | undefined} @return {cents is number} */
function counts(cents) {
	return Number.isSafeInteger(cents) && Number(cents) >= 0
}
