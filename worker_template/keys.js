// The Alpaca keys in force. A pair rests in one place: sealed in the database, or as secrets of this Worker.

import { Alpaca } from "./alpaca.js"
import { No } from "./reply.js"
import { bytes, sha256, utf8 } from "./signature.js"

export const NO_KEYS = "The bot has no Alpaca keys yet."
const BROKEN = "The keys that were stored cannot be read any more. Please give the bot its keys once more."

/**
 * Null if there is none. A sealed pair counts as long as nobody wrote other secrets since, which KEYS_STAMP tells.
 * @arg {State} @return {Promise<Pair | null>}
 */
export async function pairOf(state) {
	const { bindings: env, ledger } = state
	const { APCA_API_KEY_ID: keyId, APCA_API_SECRET_KEY: secret } = env
	/** @type {Pair | null} */
	const bound = keyId && secret ? { keyId, secret, where: "secrets", mark: await markOf(keyId, secret) } : null
	const coming = ledger.recall("coming")
	if (coming && coming.mark === bound?.mark) connected(state, coming)
	const kept = ledger.recall("keys")
	if (!kept) return bound
	if (kept.stamp === stampOf(env)) return unsealed(state, kept.sealed)
	ledger.remember("keys", null)
	return bound
}

/** @arg {State} @arg {string} sealed @return {Promise<Pair | null>} */
async function unsealed({ bindings: env, ledger }, sealed) {
	try {
		const raw = Uint8Array.fromBase64(sealed)
		const open = await crypto.subtle.decrypt(boundTo(env, raw.slice(0, 12)), await sealOf(env), raw.slice(12))
		const { keyId, secret } = JSON.parse(new TextDecoder().decode(open))
		return { keyId, secret, where: "store", mark: await markOf(keyId, secret) }
	} catch {
		if (ledger.recall("unreadable") !== sealed) ledger.tell("refusal", BROKEN)
		ledger.remember("unreadable", sealed)
		return null
	}
}

/** Keeps a pair here from now on. @arg {State} @arg {Coming} @arg {string} @arg {string} */
export async function seal(state, coming, keyId, secret) {
	const { bindings: env, ledger } = state
	const iv = crypto.getRandomValues(new Uint8Array(12))
	const text = utf8(JSON.stringify({ keyId, secret }))
	const closed = new Uint8Array(await crypto.subtle.encrypt(boundTo(env, iv), await sealOf(env), text))
	connected(state, coming)
	ledger.remember("keys", { sealed: new Uint8Array([...iv, ...closed]).toBase64(), stamp: stampOf(env) })
}

/** Other keys are in force: the first account there is becomes this bot's. @arg {State} @arg {Coming} */
export function connected({ bindings: env, ledger }, coming) {
	const { account, ending, mark, first } = coming
	ledger.remember("keys", null)
	ledger.remember("coming", null)
	if (!env.ACCOUNT_ID && account) ledger.remember("pin", account)
	const form = ledger.recall("form")
	if (form?.mark === mark) ledger.remember("form", { ...form, state: "used" })
	ledger.tell("change", first ? "The Alpaca keys are in." : "The Alpaca keys were replaced.")
	ledger.remember("connected", { mark, ending, since: new Date().toISOString() })
	ledger.newKeys(null)
}

/** The account this bot trades for; empty before the first. @arg {Pick<State, "bindings" | "ledger">} */
export function accountOf({ bindings: { ACCOUNT_ID: fixed }, ledger }) {
	return fixed === "" ? (ledger.recall("pin") ?? "") : fixed
}

/** What may be told of them. @arg {State} @arg {Pair | null} */
export function keysOf({ ledger, bindings }, pair) {
	const known = ledger.recall("connected")
	const own = known?.mark === pair?.mark ? known : null
	return {
		state: pair ? "held" : "none",
		where: pair?.where ?? null,
		ending: pair?.keyId.slice(-4) ?? "",
		account_ending: pair ? (own?.ending ?? ledger.recall("account")?.ending ?? "") : "",
		mode: bindings.MODE,
		since: own?.since ?? null,
	}
}

/** Throws if there are no keys. @arg {State} @arg {string} [more] what else to say then */
export async function ownAlpaca(state, more = "") {
	const pair = await pairOf(state)
	if (!pair) throw new No(409, "no_keys", `${NO_KEYS}${more}`)
	return alpacaWith(state.bindings, pair)
}

/** @arg {Bindings} @arg {Pick<Pair, "keyId" | "secret">} */
export function alpacaWith({ ALPACA_URL: url, ALPACA_DATA_URL: dataUrl }, { keyId, secret }) {
	return new Alpaca({ url, dataUrl, keyId, secret })
}

/** Stands for a pair, telling neither. @arg {string} @arg {string} */
export async function markOf(keyId, secret) {
	return (await sha256(utf8(`${keyId}\n${secret}`))).slice(0, 16)
}

/** @arg {Bindings} */
const stampOf = (env) => env.KEYS_STAMP ?? ""

/** @arg {Bindings} @arg {Uint8Array} */
function boundTo(env, iv) {
	return { name: "AES-GCM", iv, additionalData: utf8(`${env.SCRIPT}\n${env.MODE}\n${stampOf(env)}`) }
}

/** @arg {Bindings} */
function sealOf({ KEYS_SEAL = "" }) {
	const raw = bytes(KEYS_SEAL, 32, "base64") ?? new Uint8Array()
	return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"])
}
