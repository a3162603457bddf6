// The signed command that has this Worker give up the Cloudflare token that was left here.

import { deleteToken } from "./cloudflare.js"
import { No } from "./reply.js"

/** Where there is none it is done already. @arg {Bindings} @arg {Stub} @arg {Signed} */
export async function clearToken(env, state, signed) {
	if (!(await state.claim(signed))) throw new No(401, "unauthorized")
	if (env.CLOUDFLARE_API_TOKEN) {
		const told = await deleteToken(env)
		if (!told.ok) throw new No(502, "cloudflare_refused", told.message, { cloudflare_code: told.code || null })
	}
	return { holds_cloudflare_token: false }
}
