// How a command is answered.

import { AGAIN, Halt } from "./halt.js"

export class No extends Error {
	/** @arg {number} @arg {string} @arg {string} [message] @arg {Fields} [more] */
	constructor(status, error, message, more) {
		super(message)
		this.reply = { status, text: JSON.stringify({ error, message, ...more }) }
	}
}

/** Never throws. `work` may give a whole reply. @arg {() => any} @return {Promise<Reply>} */
export async function answer(work) {
	try {
		const body = await work()
		if (typeof body.text === "string") return body
		return { status: body.destroying ? 202 : 200, text: JSON.stringify(body) }
	} catch (error) {
		if (error instanceof No) return error.reply
		if (error instanceof Halt) return new No(502, error.code, error.reason.replace(` ${AGAIN}`, "")).reply
		// The kind of error only: a message might quote what it was about.
		console.log(JSON.stringify({ at: "command", error: error instanceof Error ? error.name : "unknown" }))
		return new No(500, "internal", "Something went wrong inside the bot.").reply
	}
}
