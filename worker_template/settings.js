// What was fixed at the deployment. Anything missing or odd stops the run: an unreadable limit is not "no limit".

import { BadSettings, money, record, symbols, text } from "./checks.js"
import { readPlan } from "./plans.js"

const LESS = /** @type {const} */ (["perOrder", "perDay", "budget", "perSymbol", "dailyLoss"])
const HOSTS = { paper: "https://paper-api.alpaca.markets", live: "https://api.alpaca.markets" }

/** @arg {Bindings} @arg {Chosen} [chosen] @arg {string} [accountId] @return {Settings} */
export function readSettings(env, chosen = {}, accountId = env.ACCOUNT_ID) {
	const mode = env.MODE
	if (mode !== "paper" && mode !== "live") throw new BadSettings("MODE is neither paper nor live.")
	const alpacaUrl = text(env.ALPACA_URL, "ALPACA_URL")
	const other = mode === "paper" ? HOSTS.live : HOSTS.paper
	if (alpacaUrl.startsWith(other)) throw new BadSettings("ALPACA_URL belongs to the other mode.")
	if (!/^[0-9a-f]{8}$/.test(env.DEPLOYMENT)) throw new BadSettings("DEPLOYMENT is not 8 hexadecimal digits.")
	if (typeof accountId !== "string") throw new BadSettings("ACCOUNT_ID is missing.")
	const fixed = readLimits(env.CEILINGS, "CEILINGS")
	const ceilings = readLimits(chosen.limits ?? {}, "limits", fixed)
	if (isLooser(ceilings, fixed)) throw new BadSettings("The limits go beyond CEILINGS.")
	return {
		mode,
		alpacaUrl,
		dataUrl: text(env.ALPACA_DATA_URL, "ALPACA_DATA_URL"),
		accountId,
		prefix: `soar1-${env.DEPLOYMENT}-`,
		plan: readPlan(chosen.plan ?? env.PLAN),
		ceilings,
	}
}

/** @arg {Bindings} @arg {Chosen} */
export function objectionTo(env, { plan, limits = {} }) {
	const fixed = readLimits(env.CEILINGS, "CEILINGS")
	let error = "bad_plan"
	try {
		const named = plan === undefined ? [] : readPlan(plan).symbols
		error = named.every((symbol) => fixed.symbols.includes(symbol)) ? "bad_limits" : "beyond_ceiling"
		if (error === "beyond_ceiling") return { error, message: "The plan names a symbol you did not agree to." }
		if (!isLooser(readLimits(limits, "limits", fixed), fixed)) return null
		return { error: "beyond_ceiling", message: "A limit may only be made tighter than it was at the set-up." }
	} catch (bad) {
		if (bad instanceof BadSettings) return { error, message: bad.message }
		throw bad
	}
}

/** @arg {Ceilings} @arg {Ceilings} */
function isLooser(own, fixed) {
	return own.cashKept < fixed.cashKept || LESS.some((name) => own[name] > fixed[name])
}

/** @arg {unknown} @arg {string} @arg {Ceilings} [base] what holds where a field is left out */
function readLimits(raw, name, base) {
	const fields = record(raw, name)
	const read = (/** @type {string} */ field, /** @type {number | undefined} */ otherwise) =>
		fields[field] === undefined && otherwise !== undefined ? otherwise : money(fields[field], `${name}.${field}`)
	return {
		perOrder: read("per_order", base?.perOrder),
		perDay: read("per_day", base?.perDay),
		budget: read("budget", base?.budget),
		perSymbol: read("per_symbol", base?.perSymbol ?? Infinity),
		cashKept: read("cash_kept", base?.cashKept ?? 0),
		dailyLoss: read("daily_loss", base?.dailyLoss ?? Infinity),
		symbols: base?.symbols ?? symbols(fields.symbols, `${name}.symbols`),
	}
}
