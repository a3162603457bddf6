// What a signed command can ask for: never a higher limit, a symbol not agreed to, or a free-form call. They run in the
// Durable Object, all but two (rotate.js, token.js).

import { isObject, parsed } from "./answers.js"
import { arm, choose } from "./choice.js"
import { keysOf } from "./keys.js"
import { PAGES } from "./ledger.js"
import { No } from "./reply.js"
import { formOf, statusOf } from "./status.js"
import { cancelOwn, destroy, lock } from "./stop.js"
import { timer, wind } from "./timer.js"

const LATCHES = ["keys", "account", "loss", "suspended"] // set by runs, or by a lock

/** @type {Record<string, (state: State, body: Fields) => unknown>} */
const COMMANDS = {
	status: statusOf,

	tick: async (state, { dry }) => ({ run: await state.tick("command", dry === true) }),

	pause({ ledger }, { reason = "user" }) {
		if (typeof reason !== "string" || !/^[a-z]{1,16}$/.test(reason) || LATCHES.includes(reason)) {
			throw bad("The reason for a pause is one short word.")
		}
		ledger.pause(reason, reason === "user" ? "You asked for it." : "A command asked for it.", "pause")
		return { paused: ledger.paused() }
	},

	async resume(state) {
		state.ledger.resume()
		await wind(state)
		return { paused: state.ledger.paused() }
	},

	arm,

	// These wait for a run that is going on.
	set: (state, wanted) => state.enqueue(() => choose(state, wanted)),
	cancel: (state) => state.enqueue(() => cancelOwn(state)),
	close: (state, { dry }) => state.enqueue(async () => (await import("./close.js")).close(state, dry !== false)),

	lock: (state) => lock(state, true),
	unlock: (state) => lock(state, false),
	destroy,

	form: async (state, wanted) => (await import("./form-desk.js")).open(state, wanted),

	form_close(state) {
		state.ledger.remember("form", null)
		return { form: formOf(state) }
	},

	async keys_clear(state) {
		state.ledger.remember("keys", null)
		return { keys: keysOf(state, await state.keys()) }
	},

	async alarm(state, { on }) {
		if (typeof on !== "boolean") throw bad("on is true or false.")
		state.ledger.remember("alarm", on)
		await wind(state)
		return timer(state)
	},

	// With a pulse: who reads this in turn sees by it that the bot still looks.
	events({ ledger }, { after = 0, limit = 50 }) {
		const { rows: events } = ledger.page("events", count(after), count(limit, 200))
		const pulse = { run: ledger.lastRun()?.at ?? null, paused: ledger.paused()?.reason ?? null }
		return { events, next: events.at(-1)?.id ?? after, pulse }
	},

	history({ ledger }, { days = 90 }) {
		const found = ledger.rows(`${PAGES.days} ORDER BY date DESC LIMIT ?`, count(days, 1000))
		return { days: found.reverse().map(({ id, ...day }) => day) }
	},

	export({ ledger }, { table, after = 0, limit = 500 }) {
		if (!Object.hasOwn(PAGES, String(table))) throw bad("There is no such table.")
		return ledger.page(/** @type {Table} */ (table), count(after), count(limit, 500))
	},
}

/** @arg {State} @arg {Signed} */
export function carryOut(state, { command: name, body }) {
	const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
	if (!command) throw new No(404, "unknown command", "There is no such command.")
	return command(state, readBody(body))
}

/** @arg {string} */
export function readBody(text) {
	const body = parsed(text || "{}")
	if (!isObject(body)) throw bad("The body is not a JSON object.")
	return body
}

/** @arg {string} */
function bad(message) {
	return new No(400, "bad_request", message)
}

/** @arg {unknown} @arg {number} [most] */
function count(value, most) {
	const number = Number.isSafeInteger(value) ? Number(value) : -1
	if (number < 0) throw bad("Numbers in it are whole and not below zero.")
	return most === undefined ? number : Math.min(Math.max(number, 1), most)
}
