// The plans this Worker knows. A plan only says what it would like to do; tick.js decides what of that may happen.
// A new plan is one file with a default export like those below, and one line in PLANS.

import recurring from "./plan-recurring.js";
import watch from "./plan-watch.js";
import { BadSettings, record } from "./checks.js";

/** @type {Record<string, PlanKind<any>>} */
const PLANS = { watch, recurring };

/** A plan with its settings filled in; throws BadSettings. @param {unknown} raw @returns {Plan} */
export function readPlan(raw) {
	const fields = record(raw, "PLAN");
	const kind = typeof fields.kind === "string" && Object.hasOwn(PLANS, fields.kind) ? PLANS[fields.kind] : undefined;
	if (!kind) throw new BadSettings("PLAN is of a kind this Worker does not know.");
	const options = kind.read(fields);
	return {
		text: JSON.stringify(raw),
		symbols: kind.symbols(options),
		slot: (time) => kind.slot(options, time),
		needs: (view) => kind.needs?.(options, view) ?? null,
		decide: (view) => kind.decide(options, view),
	};
}
