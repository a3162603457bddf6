// Soar's Worker: a small trading bot in its owner's own account. tick.js is about money, signature.js about whom it
// obeys, commands.js about what.

import { answer, No } from "./reply.js"
import { rotate } from "./rotate.js"
import { readSigned } from "./signature.js"
import { SoarState } from "./state.js"
import { removeItself } from "./stop.js"

export { SoarState }

const HEADERS = { "Content-Type": "application/json", "Cache-Control": "no-store" }

/** @satisfies {ExportedHandler<Bindings>} */
export default {
	async fetch(request, env, ctx) {
		const { status, text } = await answer(async () => {
			const signed = await readSigned(request, String(env.COMMAND_KEY ?? ""))
			if (!signed) throw new No(401, "unauthorized")
			return signed.command === "rotate" ? rotate(env, theState(env), signed) : theState(env).obey(signed)
		})
		if (status === 202) ctx.waitUntil(removeItself(env, theState(env)))
		return new Response(text, { status, headers: HEADERS })
	},

	async scheduled(_event, env) {
		await theState(env).tick("cron", false)
	},
}

/** @arg {Bindings} */
function theState(env) {
	return env.STATE.get(env.STATE.idFromName("soar"))
}
