// The three calls to Cloudflare, with the token that was left here.

const TRIES = 3
const PASSING = [971, 10002, 10013, 10014, 10035] // throttled, internal errors, someone else changed it just now
const UNREACHED = { ok: false, code: 0, message: "Cloudflare could not be reached.", passing: true }

/** @arg {Bindings} @arg {string} @arg {string} */
export function changeKeys(env, keyId, secret) {
	const pair = Object.entries({ APCA_API_KEY_ID: keyId, APCA_API_SECRET_KEY: secret })
	const secrets = Object.fromEntries(pair.map(([name, text]) => [name, { name, type: "secret_text", text }]))
	return call(env, "PATCH", "/secrets-bulk", JSON.stringify({ secrets }))
}

/** Of the token itself. @arg {Bindings} */
export async function deleteToken(env) {
	const reply = await call(env, "DELETE", "/secrets/CLOUDFLARE_API_TOKEN")
	return reply.code === 10056 ? { ...reply, ok: true } : reply // no such secret: an earlier try's answer was lost
}

/** @arg {Bindings} */
async function deleteScript(env) {
	const reply = await call(env, "DELETE", "?force=true")
	return reply.code === 10007 ? { ...reply, ok: true } : reply
}

/** Done after the answer. @arg {Bindings} @arg {Stub} */
export async function removeItself(env, state) {
	const { ok, code, message } = await deleteScript(env)
	if (ok) return
	console.log(JSON.stringify({ at: "destroy", cloudflare_code: code }))
	const hint = "It is paused. Please delete it in your Cloudflare account."
	await state.note(`The bot could not delete itself. ${message} ${hint}`)
}

/** @arg {Bindings} @arg {string} @arg {string} @arg {string} [body] */
async function call(env, method, path, body) {
	for (let attempt = 0; ; attempt += 1) {
		const reply = await once(env, method, path, body)
		if (!reply.passing || attempt + 1 === TRIES) return reply
		await new Promise((resolve) => setTimeout(resolve, 300 * 4 ** attempt))
	}
}

/** @arg {Bindings} @arg {string} @arg {string} @arg {string} [body] */
async function once(env, method, path, body = undefined) {
	const base = env.CLOUDFLARE_API_URL.replace(/\/+$/, "")
	try {
		const response = await fetch(`${base}/accounts/${env.CLOUDFLARE_ACCOUNT}/workers/scripts/${env.SCRIPT}${path}`, {
			method,
			headers: { Authorization: `Bearer ${env.CLOUDFLARE_API_TOKEN}`, "Content-Type": "application/json" },
			...(body && { body }),
			redirect: "manual",
			signal: AbortSignal.timeout(10_000),
		})
		/** @type {any} */
		const { success, errors } = await response.json()
		if (response.ok && success === true) return { ...UNREACHED, ok: true, passing: false }
		const code = Number(errors?.[0]?.code) || 0
		if (code === 0) return { ...UNREACHED, message: "Cloudflare has a problem of its own at the moment." }
		const passing = response.status >= 500 || response.status === 429 || PASSING.includes(code)
		return { ok: false, code, message: "Cloudflare did not allow it.", passing }
	} catch {
		return UNREACHED
	}
}
