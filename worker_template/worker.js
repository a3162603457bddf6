// Soar's Worker: a small trading bot in its owner's own account. tick.js is about money, signature.js about whom it
// obeys, commands.js about what, form.js about how it gets its keys.

import { answer, No } from "./reply.js"
import { readSigned } from "./signature.js"
import { SoarState } from "./state.js"

export { SoarState }

const HEADERS = { "Content-Type": "application/json", "Cache-Control": "no-store" }

/** @satisfies {ExportedHandler<Bindings>} */
export default {
	async fetch(request, env, ctx) {
		// What a run has no use for is not even loaded for it.
		if (/^\/form(\/|$)/.test(new URL(request.url).pathname)) {
			const { form } = await import("./form.js")
			const response = await form(request, env, () => theState(env))
			if (response) return response
		}
		const { status, text } = await answer(async () => {
			const signed = await readSigned(request, String(env.COMMAND_KEY ?? ""))
			if (!signed) throw new No(401, "unauthorized")
			if (signed.command === "rotate") return (await import("./rotate.js")).rotate(env, theState(env), signed)
			if (signed.command === "token_clear") return (await import("./token.js")).clearToken(env, theState(env), signed)
			return theState(env).obey(signed)
		})
		if (status === 202) ctx.waitUntil(import("./cloudflare.js").then((its) => its.removeItself(env, theState(env))))
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
