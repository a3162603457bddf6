// Replacing the key pair. The new pair is checked before anything changes: same mode, same account, able to trade.

import { readAccount } from "./account.js"
import { Alpaca } from "./alpaca.js"
import { changeKeys } from "./cloudflare.js"
import { readBody } from "./commands.js"
import { No } from "./reply.js"

const KEY_ID = /^[A-Z0-9]{16,40}$/
const SECRET = /^[A-Za-z0-9+/=_-]{30,80}$/

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
	await checkPair(env, keyId, secret)
	const { ok, code, message } = await changeKeys(env, keyId, secret)
	if (!ok) throw new No(502, "cloudflare_refused", message, { cloudflare_code: code || null })
	await state.noteRotation().catch(() => null) // the new version may already have replaced it
	return { rotated: true, key_ending: keyId.slice(-4) }
}

/** @arg {Bindings} @arg {string} @arg {string} */
async function checkPair(env, keyId, secret) {
	const found = await new Alpaca({ url: env.ALPACA_URL, keyId, secret }).account()
	if (found.kind === "keys" || (found.kind === "refused" && found.status === 403)) {
		throw new No(409, "wrong_pair", `Alpaca does not accept this pair for ${env.MODE} trading.`)
	}
	if (found.kind !== "ok") throw new No(502, "alpaca_unreachable", "Alpaca did not answer; nothing was changed.")
	const { id, obstacle } = readAccount(found.body)
	if (!env.ACCOUNT_ID || id !== env.ACCOUNT_ID) {
		throw new No(409, "other_account", "This pair belongs to another Alpaca account; nothing was changed.")
	}
	if (obstacle) throw new No(409, "account_not_active", obstacle)
}
