// The private form's side of the Durable Object: which ticket is good, how many tries are left, and what becomes of a
// pair of keys. One after the other, and between two runs.

import { readAccount } from "./account.js"
import { accountOf, alpacaWith, connected, markOf, pairOf, seal } from "./keys.js"
import { noteAccount } from "./preconditions.js"
import { No } from "./reply.js"
import { bytes } from "./signature.js"
import { formOf, MOST_TRIES } from "./status.js"

export const KEY_ID = /^[A-Z0-9]{16,40}$/
export const SECRET = /^[A-Za-z0-9+/=_-]{30,80}$/
const DIGEST = /^[0-9a-f]{64}$/
// What could be a guess. What Alpaca or Cloudflare cannot do now, and a slip of the hand, cost no try.
const COUNTED = ["bad_launch", "stale_launch", "other_user", "bad_code", "wrong_pair", "other_account"]

/** Whether there can be a form at all. @arg {Bindings} */
export function hasForm({ FORM: form, KEYS_SEAL = "" }) {
	const known = typeof form?.bot === "number" && typeof form.owner === "number" && DIGEST.test(form.telegram_key)
	return known && bytes(KEYS_SEAL, 32, "base64") !== null
}

/** Opens the form for one ticket, whatever there was before. @arg {State} @arg {Fields} */
export function open(state, { ticket, code = null, expires }) {
	const isDigest = (/** @type {unknown} */ value) => typeof value === "string" && DIGEST.test(value)
	if (!isDigest(ticket) || !(code === null || isDigest(code)) || !Number.isSafeInteger(expires)) {
		throw new No(400, "bad_request", "That is no ticket.")
	}
	if (!hasForm(state.bindings)) throw new No(409, "no_form", "The bot was not set up for a form.")
	state.ledger.remember("form", { ticket, code, expires, state: "open", tries: 0, last: "", mark: "", answer: null })
	return { form: formOf(state) }
}

/** Where things stand with a ticket. @arg {State} @arg {Sent} @return {FormAnswer} */
export function look({ ledger }, { ticket, proof }) {
	const form = ledger.recall("form")
	const proven = proof === "launch" || proof === ""
	const error = closedFor(form, ticket) ?? (form.state === "used" ? "used" : proven ? null : proof)
	return error ? refused(form, error) : { ok: true, code: proof === "" }
}

/** Takes a pair; the same one twice is looked at once. @arg {State} @arg {Sent} @return {Promise<FormAnswer>} */
export async function submit(state, sent) {
	const mark = await markOf(sent.keyId, sent.secret)
	return state.enqueue(() => attempt(state, sent, mark))
}

/** @arg {State} @arg {Sent} @arg {string} @return {Promise<FormAnswer>} */
async function attempt(state, sent, mark) {
	const { ledger } = state
	const form = ledger.recall("form")
	const error = closedFor(form, sent.ticket)
	if (error) return refused(form, error)
	const same = form.mark === mark && unproven(form, sent) === ""
	if (form.state === "used") return same ? form.answer : refused(form, "used")
	if (same && ledger.recall("coming")?.mark === mark) return { ...form.answer, install: true }
	const { error: objection, ...found } = await judge(state, form, sent, mark)
	// While Alpaca was asked it may have been closed, or another opened.
	const still = ledger.recall("form")
	if (still?.ticket !== sent.ticket) return refused(still, "closed")
	if (objection) {
		const tries = form.tries + (COUNTED.includes(objection) ? 1 : 0)
		const next = { ...form, tries, last: objection }
		ledger.remember("form", next)
		return refused(next, objection)
	}
	return take(state, { ...form, last: "" }, sent, found)
}

/** @arg {State} @arg {any} form @arg {Sent} @arg {string} @return {Promise<Found>} */
async function judge(state, form, sent, mark) {
	const error = unproven(form, sent) || misshapen(state.bindings.MODE, sent)
	return error ? { error } : examine(state, sent, mark)
}

/** @arg {State} @arg {any} form @arg {Sent} @arg {Found} @return {Promise<FormAnswer>} */
async function take(state, form, { keyId, secret }, { coming, account }) {
	const { ledger, bindings: env } = state
	if (!coming || !account) throw new TypeError()
	const { currency, equity } = noteAccount(ledger, account)
	const answer = { ok: true, account_ending: coming.ending, mode: env.MODE, equity, currency }
	ledger.remember("form", { ...form, mark: coming.mark, answer })
	if (!env.CLOUDFLARE_API_TOKEN) {
		await seal(state, coming, keyId, secret)
		return answer
	}
	ledger.remember("coming", coming)
	return { ...answer, install: true }
}

/** The pair of a signed command, which is to become this Worker's own secrets. @arg {State} @arg {KeyPair} @return {Promise<FormAnswer>} */
export async function prepare(state, pair) {
	const { error, message, coming } = await examine(state, pair, await markOf(pair.keyId, pair.secret))
	if (coming) state.ledger.remember("coming", coming)
	return { ok: !error, error, message }
}

/** How it went with the pair that was on its way to Cloudflare. @arg {State} @arg {boolean} */
export function settle(state, went) {
	const { ledger } = state
	const [coming, form] = [ledger.recall("coming"), ledger.recall("form")]
	if (went && coming) connected(state, coming)
	// It stays noted if not: Cloudflare may have done it without saying so.
	else if (!went && form?.mark === coming?.mark) ledger.remember("form", { ...form, last: "cloudflare_refused" })
	return { ok: went }
}

/** Keeps a pair here after all: Cloudflare refuses the token of this Worker. @arg {State} @arg {Sent} @return {Promise<FormAnswer>} */
export async function keep(state, sent) {
	const mark = await markOf(sent.keyId, sent.secret)
	return state.enqueue(async () => {
		const [coming, form] = [state.ledger.recall("coming"), state.ledger.recall("form")]
		if (form?.ticket !== sent.ticket || form.mark !== mark) return refused(form, "closed")
		if (form.state === "used") return form.answer
		if (coming?.mark !== mark) return refused(form, "cloudflare_refused")
		await seal(state, coming, sent.keyId, sent.secret)
		return form.answer
	})
}

/** Asks Alpaca whose keys they are. @arg {State} @arg {KeyPair} @arg {string} @return {Promise<Found>} */
async function examine(state, pair, mark) {
	const found = await alpacaWith(state.bindings, pair).account()
	if (found.kind === "keys" || (found.kind === "refused" && found.status === 403)) return { error: "wrong_pair" }
	if (found.kind !== "ok") return { error: "alpaca_unreachable" }
	const account = readAccount(found.body)
	const own = accountOf(state)
	if (!account.id || (own !== "" && account.id !== own)) return { error: "other_account" }
	if (account.obstacle) return { error: "account_not_active", message: account.obstacle }
	const first = (await pairOf(state)) === null && state.ledger.recall("connected") === null
	return { account, coming: { mark, account: account.id, ending: account.ending, first } }
}

/** @arg {any} form @arg {string} ticket */
function closedFor(form, ticket) {
	if (form?.ticket !== ticket || (form.tries >= MOST_TRIES && form.state !== "used")) return "closed"
	return form.state !== "used" && form.expires * 1000 <= Date.now() ? "expired" : null
}

/** @arg {any} form @arg {Sent} */
function unproven(form, { proof, code }) {
	if (proof !== "") return proof === "launch" ? "" : proof
	if (form.code === null) return "bad_launch"
	return code === "" ? "need_code" : code === form.code ? "" : "bad_code"
}

/** @arg {string} mode @arg {KeyPair} */
function misshapen(mode, { keyId, secret }) {
	if (/^[AP]K/.test(secret) && KEY_ID.test(secret) && !KEY_ID.test(keyId)) return "swapped"
	if (!KEY_ID.test(keyId) || !SECRET.test(secret)) return "bad_request"
	return mode === (keyId.startsWith("AK") ? "paper" : keyId.startsWith("PK") ? "live" : "") ? "wrong_mode" : ""
}

/** @arg {any} form @arg {string} error @return {FormAnswer} */
function refused(form, error) {
	return { ok: false, error, left: form ? Math.max(0, MOST_TRIES - form.tries) : 0 }
}
