// A run that cannot go on ends with a Halt.

import { WHY } from "./answers.js"

const REJECTED = "Alpaca does not accept the keys. Probably newer ones were made; please give those to the bot."
export const AGAIN = "The bot tries again at its next look."

export const BREAK = "Too many requests: Alpaca asked for a break of some minutes."

export class Halt extends Error {
	/**
	 * @arg {Outcome} outcome @arg {string} code a short name for the reason @arg {string} reason
	 * @arg {{pause?: boolean, until?: number, detail?: string}} [more] `pause`: no run trades before someone resumes;
	 * `until`: none asks Alpaca before this moment, Unix milliseconds; `detail`: for whoever looks for a fault
	 */
	constructor(outcome, code, reason, { pause = false, until = 0, detail = "" } = {}) {
		super(reason)
		this.outcome = outcome
		this.code = code
		this.reason = reason
		this.pause = pause
		this.until = until
		this.detail = detail
	}
}

/** @arg {Answer} */
export function bodyOf(answer) {
	if (answer.kind !== "ok") throw haltFor(answer)
	return answer.body
}

/** @arg {Failure} */
export function haltFor(failure) {
	switch (failure.kind) {
		case "keys":
			return new Halt("failed", "keys", REJECTED, { pause: true })
		case "wait":
			return new Halt("failed", "wait", BREAK, { until: failure.until })
		case "unreachable":
			return new Halt("failed", "unreachable", `${WHY[failure.why]} ${AGAIN}`, { detail: `status ${failure.status}` })
		case "refused": {
			const said = failure.message ? ` Alpaca said: "${failure.message}".` : ""
			return new Halt("failed", "refused", `Alpaca refused to answer.${said}`, { detail: `status ${failure.status}` })
		}
	}
}
