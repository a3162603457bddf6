// What was fixed when this Worker was deployed. It is read at each run, and anything missing or odd stops the run: a
// limit that cannot be read is not "no limit".

import { BadSettings, money, record, symbols, text } from "./checks.js";
import { readPlan } from "./plans.js";

const HOSTS = { paper: "https://paper-api.alpaca.markets", live: "https://api.alpaca.markets" };

/**
 * The settings of this deployment; throws BadSettings.
 * @param {Bindings} env @param {Chosen} [chosen] @returns {Settings}
 */
export function readSettings(env, chosen = {}) {
	const mode = env.MODE;
	if (mode !== "paper" && mode !== "live") throw new BadSettings("MODE is neither paper nor live.");
	const alpacaUrl = text(env.ALPACA_URL, "ALPACA_URL");
	const other = mode === "paper" ? HOSTS.live : HOSTS.paper;
	if (alpacaUrl.startsWith(other)) throw new BadSettings("ALPACA_URL belongs to the other mode.");
	if (!/^[0-9a-f]{8}$/.test(env.DEPLOYMENT)) throw new BadSettings("DEPLOYMENT is not 8 hexadecimal digits.");
	if (!env.APCA_API_KEY_ID || !env.APCA_API_SECRET_KEY) throw new BadSettings("There are no Alpaca keys.");
	const fixed = readLimits(env.CEILINGS, "CEILINGS");
	return {
		mode,
		alpacaUrl,
		dataUrl: text(env.ALPACA_DATA_URL, "ALPACA_DATA_URL"),
		accountId: text(env.ACCOUNT_ID, "ACCOUNT_ID"),
		keyId: env.APCA_API_KEY_ID,
		secret: env.APCA_API_SECRET_KEY,
		prefix: `soar1-${env.DEPLOYMENT}-`,
		plan: readPlan(chosen.plan ?? env.PLAN),
		ceilings: tighter(fixed, chosen.limits),
	};
}

/** What stands against a choice; null if nothing does. @param {Bindings} env @param {Chosen} chosen */
export function objectionTo(env, { plan, limits }) {
	const fixed = readLimits(env.CEILINGS, "CEILINGS");
	try {
		if (plan !== undefined && readPlan(plan).symbols.some((symbol) => !fixed.symbols.includes(symbol))) {
			return { error: "beyond_ceiling", message: "The plan names a symbol you did not agree to." };
		}
	} catch (error) {
		return { error: "bad_plan", message: plain(error) };
	}
	try {
		if (limits === undefined || JSON.stringify(tighter(fixed, limits)) === JSON.stringify(readLimits(limits, "limits", fixed))) return null;
		return { error: "beyond_ceiling", message: "A limit may only be made tighter than it was at the deployment." };
	} catch (error) {
		return { error: "bad_limits", message: plain(error) };
	}
}

/** @param {unknown} error */
function plain(error) {
	if (!(error instanceof BadSettings)) throw error;
	return error.message;
}

/** @param {Ceilings} fixed @param {unknown} limits */
function tighter(fixed, limits) {
	if (limits === undefined) return fixed;
	const own = readLimits(limits, "limits", fixed);
	return {
		perOrder: Math.min(fixed.perOrder, own.perOrder),
		perDay: Math.min(fixed.perDay, own.perDay),
		budget: Math.min(fixed.budget, own.budget),
		perSymbol: Math.min(fixed.perSymbol, own.perSymbol),
		cashKept: Math.max(fixed.cashKept, own.cashKept),
		dailyLoss: Math.min(fixed.dailyLoss, own.dailyLoss),
		symbols: fixed.symbols,
	};
}

/** @param {unknown} raw @param {string} name @param {Ceilings} [base] what holds where a field is left out */
function readLimits(raw, name, base) {
	const fields = record(raw, name);
	const read = (/** @type {string} */ field, /** @type {number | undefined} */ otherwise) =>
		fields[field] === undefined && otherwise !== undefined ? otherwise : money(fields[field], `${name}.${field}`);
	return {
		perOrder: read("per_order", base?.perOrder),
		perDay: read("per_day", base?.perDay),
		budget: read("budget", base?.budget),
		perSymbol: read("per_symbol", base?.perSymbol ?? Infinity),
		cashKept: read("cash_kept", base?.cashKept ?? 0),
		dailyLoss: read("daily_loss", base?.dailyLoss ?? Infinity),
		symbols: base?.symbols ?? symbols(fields.symbols, `${name}.symbols`),
	};
}
