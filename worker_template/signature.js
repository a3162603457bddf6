// Whoever is not the owner gets no further than this file, and never learns why.

const WINDOW = 120_000
const LARGEST_BODY = 16_384
const NONCE = /^[A-Za-z0-9_-]{22}$/
const TIME = /^\d{13}$/

/** Null if anything is wrong; does the same work whatever it is. @arg {Request} @arg {string} commandKey Ed25519, base64url */
export async function readSigned(request, commandKey) {
	const header = (/** @type {string} */ name) => request.headers.get(`Soar-${name}`) ?? ""
	const [time, nonce] = [header("Time"), header("Nonce")]
	const { pathname } = new URL(request.url)
	// What stands before is only how the request found its way here.
	const start = pathname.lastIndexOf("/v1/")
	const path = pathname.slice(start)
	const body = await readBody(request)
	const [key, signature] = [bytes(commandKey, 32), bytes(header("Signature"), 64)]

	const digest = await sha256(body ?? new Uint8Array())
	const message = utf8(["soar1", request.method, path, time, nonce, digest].join("\n"))
	const genuine = await verify(key ?? new Uint8Array(32), signature ?? new Uint8Array(64), message)

	const fresh = TIME.test(time) && Math.abs(Date.now() - Number(time)) <= WINDOW
	if (!genuine || !fresh || !NONCE.test(nonce) || start < 0 || !body || !key || !signature) return null
	const until = Number(time) + 2 * WINDOW
	return { command: path.slice("/v1/".length), nonce, until, body: new TextDecoder().decode(body) }
}

/** @arg {Uint8Array} @arg {Uint8Array} @arg {Uint8Array} */
export async function verify(key, signature, message) {
	try {
		const imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"])
		return await crypto.subtle.verify("Ed25519", imported, signature, message)
	} catch {
		return false
	}
}

/** Null if it is larger than any command's. @arg {Request} */
export async function readBody(request) {
	const all = new Uint8Array(LARGEST_BODY)
	let length = 0
	for await (const chunk of request.body ?? []) {
		if (length + chunk.length > LARGEST_BODY) return null
		all.set(chunk, length)
		length += chunk.length
	}
	return all.slice(0, length)
}

/** Null if it is anything else. @arg {string} @arg {number} @arg {"base64" | "base64url"} [alphabet] */
export function bytes(text, length, alphabet = "base64url") {
	try {
		const raw = Uint8Array.fromBase64(text, { alphabet })
		return raw.length === length ? raw : null
	} catch {
		return null
	}
}

/** @arg {string} */
export function utf8(text) {
	return new TextEncoder().encode(text)
}

/** @arg {Uint8Array} */
export async function sha256(content) {
	return new Uint8Array(await crypto.subtle.digest("SHA-256", content)).toHex()
}
