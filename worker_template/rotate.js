// Making a checked pair this Worker's own secrets, and the signed command for it.

import { changeKeys } from "./cloudflare.js"
import { readBody } from "./commands.js"
import { KEY_ID, SECRET } from "./form-desk.js"
import { No } from "./reply.js"

/** @arg {Bindings} @arg {Stub} @arg {Signed} */
export async function rotate(env, state, signed) {
	if (!(await state.claim(signed))) throw new No(401, "unauthorized")
	const { key_id: keyId, secret } = readBody(signed.body)
	if (typeof keyId !== "string" || typeof secret !== "string" || !KEY_ID.test(keyId) || !SECRET.test(secret)) {
		throw new No(400, "bad_pair", "That is not a Key ID and a Secret.")
	}
	if (!env.CLOUDFLARE_API_TOKEN) {
		throw new No(409, "no_token", "The bot holds no Cloudflare token, so it cannot change its own keys.")
	}
	const { error, message } = await state.desk("prepare", { keyId, secret })
	if (error === "alpaca_unreachable") throw new No(502, error, "Alpaca did not answer; nothing was changed.")
	if (error) throw new No(409, error, message ?? why(error, env.MODE))
	const told = await install(env, state, { keyId, secret })
	if (!told.ok) throw new No(502, "cloudflare_refused", told.message, { cloudflare_code: told.code || null })
	return { rotated: true, key_ending: keyId.slice(-4) }
}

/** @arg {Bindings} @arg {Stub} @arg {KeyPair} */
export async function install(env, state, { keyId, secret }) {
	const told = await changeKeys(env, keyId, secret)
	await state.desk("settle", told.ok).catch(() => null) // the new version may already have replaced it, and sees them itself
	return told
}

/** @arg {string} @arg {string} */
function why(error, mode) {
	if (error === "wrong_pair") return `Alpaca does not accept this pair for ${mode} trading.`
	return "This pair belongs to another Alpaca account; nothing was changed."
}
