// The private form: a page on which the owner hands the Alpaca keys to this Worker, and to nobody else.

import page from "./form.html"
import { isObject, parsed } from "./answers.js"
import { hasForm } from "./form-desk.js"
import { digests, launchProof, ticketError } from "./form-proof.js"
import { install } from "./rotate.js"
import { readBody, utf8 } from "./signature.js"

const FIELDS = ["ticket", "launch", "code", "key_id", "secret"]
const PRIVATE = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer" }

/** Null if it is not about the form. @arg {Request} @arg {Bindings} @arg {() => Stub} state only asked for with a good ticket */
export async function form(request, env, state) {
	const { pathname, origin } = new URL(request.url)
	const { method, headers } = request
	if (pathname === "/form" && (method === "GET" || method === "HEAD")) return thePage(env, method)
	if (method !== "POST" || !(pathname === "/form/keys" || pathname === "/form/look")) return null
	const sound = headers.get("Origin") === origin && /^application\/json\s*(;|$)/i.test(headers.get("Content-Type") ?? "")
	const sent = sound ? await readSent(request) : null
	const told = sent ? await answerTo(env, state, sent, pathname === "/form/keys") : no("bad_request")
	const { install: _, ...shown } = told
	return new Response(JSON.stringify(shown), {
		status: statusFor(told),
		headers: { ...PRIVATE, "Content-Type": "application/json" },
	})
}

/** @arg {Bindings} @arg {() => Stub} @arg {Record<string, string>} @arg {boolean} @return {Promise<FormAnswer>} */
async function answerTo(env, state, { ticket = "", launch = "", code = "", key_id: keyId = "", secret = "" }, takes) {
	const error = await ticketError(env, ticket)
	if (error) return no(error)
	if (!hasForm(env) || !env.FORM) return no("closed")
	const sent = { ...(await digests(ticket, code)), proof: await launchProof(env.FORM, launch), keyId, secret }
	try {
		if (!takes) return await state().desk("look", sent)
		const told = await state().desk("submit", sent)
		if (!told.install) return told
		const { ok, passing } = await install(env, state(), sent)
		if (ok) return told
		return passing ? no("cloudflare_refused") : await state().desk("keep", sent)
	} catch (fault) {
		console.log(JSON.stringify({ at: "form", error: fault instanceof Error ? fault.name : "unknown" }))
		return no("internal")
	}
}

/** Null if it is no object of texts. @arg {Request} @return {Promise<Record<string, string> | null>} */
async function readSent(request) {
	const body = await readBody(request)
	const sent = body && parsed(new TextDecoder().decode(body))
	const texts = isObject(sent) && Object.entries(sent).every(([name, text]) => FIELDS.includes(name) && typeof text === "string")
	return texts ? /** @type {Record<string, string>} */ (sent) : null
}

/** @arg {FormAnswer} */
function statusFor({ ok, error = "" }) {
	if (ok) return 200
	if (error === "bad_request") return 400
	if (error === "internal") return 500
	return error === "alpaca_unreachable" || error === "cloudflare_refused" ? 502 : 403
}

/** @arg {string} error @return {FormAnswer} */
function no(error) {
	return { ok: false, error, left: null }
}

/** The page's one script and one style may run, and no other. */
async function makePolicy() {
	return [
		"default-src 'none'",
		`script-src '${await digestOf("script")}'`,
		`style-src '${await digestOf("style")}'`,
		"connect-src 'self'",
		"frame-ancestors https://web.telegram.org",
		"base-uri 'none'",
		"form-action 'none'",
	].join("; ")
}

let policy = ""

/** @arg {Bindings} @arg {string} */
async function thePage({ MODE }, method) {
	policy ||= await makePolicy()
	const text = page.replace('data-mode=""', `data-mode="${MODE === "live" ? "live" : "paper"}"`)
	return new Response(method === "HEAD" ? null : text, {
		headers: { ...PRIVATE, "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy },
	})
}

/** @arg {"script" | "style"} tag */
async function digestOf(tag) {
	const [, rest = ""] = page.split(`<${tag}>`)
	const [content = ""] = rest.split(`</${tag}>`)
	return `sha256-${new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(content))).toBase64()}`
}
