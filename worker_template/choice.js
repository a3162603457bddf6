// What the owner chose since the deploy: another plan, tighter limits, and whether the plan may trade at all. A deploy
// with another PLAN or other CEILINGS makes it void.

import { isObject } from "./answers.js"
import { No } from "./reply.js"
import { objectionTo } from "./settings.js"

const NAMES = ["per_order", "per_day", "budget", "per_symbol", "cash_kept", "daily_loss"]

/** @arg {State} @return {Chosen} */
export function chosen({ bindings, ledger }) {
	const made = ledger.recall("chosen")
	return made?.under === under(bindings) ? made.chosen : {}
}

/** @arg {State} */
export function inForce(state) {
	const { bindings, ledger, book } = state
	/** @type {any} */
	const { plan = bindings.PLAN, limits } = chosen(state)
	const mark = written(plan)
	// Whoever ordered before there was arming has been let loose already.
	if (ledger.recall("armed") === null && book.last()) ledger.remember("armed", mark)
	const armed = plan?.kind === "watch" || ledger.recall("armed") === mark
	return { plan, limits: { .../** @type {Fields} */ (bindings.CEILINGS), ...limits }, mark, armed }
}

/** Lets the plan trade that is in force now. @arg {State} */
export function arm(state) {
	const { armed, mark } = inForce(state)
	if (!armed) {
		state.ledger.remember("armed", mark)
		state.ledger.tell("change", "The plan was switched on. From now on the bot trades.")
	}
	return { armed: true }
}

/**
 * Takes a choice. What is not named stays as it is; `null` takes an earlier choice back. A new plan is not armed.
 * @arg {State} @arg {Fields}
 */
export function choose(state, { plan, limits }) {
	if (plan === undefined && limits === undefined) throw new No(400, "bad_request", "Name a plan or limits.")
	const { bindings, ledger } = state
	const [old, before] = [chosen(state), inForce(state)]
	const next = { plan: (plan === undefined ? old.plan : plan) ?? undefined, limits: merged(old.limits, limits) }
	const objection = objectionTo(bindings, next)
	if (objection) throw new No(400, objection.error, objection.message)
	ledger.remember("chosen", { under: under(bindings), chosen: next })
	if (inForce(state).mark !== before.mark) {
		ledger.remember("armed", "")
		ledger.tell("change", "The plan was changed.")
	}
	if (limits !== undefined) ledger.tell("change", "The limits were changed.")
	const { mark, ...after } = inForce(state)
	return after
}

/** @arg {unknown} @arg {unknown} */
function merged(old, wanted) {
	if (wanted === undefined) return old
	if (!isObject(wanted)) return wanted ?? undefined
	if (!Object.keys(wanted).every((name) => NAMES.includes(name))) {
		throw new No(400, "bad_limits", "There is no limit of that name.")
	}
	const all = Object.entries({ .../** @type {{}} */ (old), ...wanted })
	return Object.fromEntries(all.filter(([, value]) => value !== null))
}

/** @arg {Bindings} */
function under({ PLAN, CEILINGS }) {
	return written([PLAN, CEILINGS])
}

/** JSON that is the same whatever order its keys came in. @arg {unknown} */
function written(value) {
	return String(JSON.stringify(value, (_, each) => (isObject(each) ? Object.fromEntries(Object.entries(each).sort()) : each)))
}
