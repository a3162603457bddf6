// A plan says what it would like; tick.js decides. A new one is a file like those below and a line in PLANS.

import mix from "./plan-mix.js"
import recurring from "./plan-recurring.js"
import trend from "./plan-trend.js"
import { BadSettings, record } from "./checks.js"
import { usd } from "./money.js"

/** Reports, and never wants an order. @type {PlanKind<null>} */
const watch = {
	read: () => null,
	symbols: () => [],
	slot: (_, time) => time.date.replaceAll("-", ""),

	decide: (_, { account, positions }) => {
		const held = positions.length === 1 ? "1 holding" : `${positions.length} holdings`
		return { intents: [], reason: `Watching only. The account is worth ${usd(account.equity)}, with ${held}.` }
	},
}

/** @type {Record<string, PlanKind<any>>} */
const PLANS = { watch, recurring, mix, trend }

/** @arg {unknown} @return {Plan} */
export function readPlan(raw) {
	const fields = record(raw, "PLAN")
	const kind = typeof fields.kind === "string" && Object.hasOwn(PLANS, fields.kind) ? PLANS[fields.kind] : undefined
	if (!kind) throw new BadSettings("PLAN is of a kind this Worker does not know.")
	const options = kind.read(fields)
	return {
		text: JSON.stringify(raw),
		symbols: kind.symbols(options),
		slot: (time) => kind.slot(options, time),
		needs: (view) => kind.needs?.(options, view) ?? null,
		decide: (view) => kind.decide(options, view),
	}
}
