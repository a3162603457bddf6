// Who may hand in keys: the holder of a ticket that Soar signed, who is the owner by Telegram's own word. Nothing here
// needs the Durable Object, so it is not asked before the ticket is known to be genuine.

import { bytes, sha256, utf8, verify } from "./signature.js"

const TICKET = /^f1\.([A-Za-z0-9_-]{22})\.(\d{10})\.([A-Za-z0-9_-]{86})$/
const MOST_AGE = 600 // seconds since Telegram opened the page for its user
const SKEW = 30

/** Why a ticket is none, or null. @arg {Bindings} @arg {string} */
export async function ticketError({ COMMAND_KEY, SCRIPT }, ticket) {
	if (ticket === "") return "no_ticket"
	const [, id, expires = "", signed = ""] = TICKET.exec(ticket) ?? []
	const [key, signature] = [bytes(COMMAND_KEY ?? "", 32), bytes(signed, 64)]
	if (!id || !key || !signature) return "bad_ticket"
	if (!(await verify(key, signature, utf8(`soar-form\n${SCRIPT}\n${id}\n${expires}`)))) return "bad_ticket"
	return Number(expires) * 1000 <= Date.now() ? "expired" : null
}

/**
 * "launch" if Telegram says that its user is the owner, "" if it says nothing, else why not.
 * See core.telegram.org/bots/webapps#validating-data-for-third-party-use.
 * @arg {FormSettings} @arg {string} raw @arg {number} [now] Unix milliseconds
 */
export async function launchProof({ bot, owner, telegram_key }, raw, now = Date.now()) {
	if (raw === "") return ""
	const fields = [...new URLSearchParams(raw)].sort(([a], [b]) => (a < b ? -1 : 1))
	const named = Object.fromEntries(fields)
	if (Object.keys(named).length !== fields.length) return "bad_launch"
	const lines = fields.filter(([name]) => name !== "hash" && name !== "signature").map((pair) => pair.join("="))
	const [key, signature] = [Uint8Array.fromHex(telegram_key), bytes(named.signature ?? "", 64)]
	if (!signature || !(await verify(key, signature, utf8([`${bot}:WebAppData`, ...lines].join("\n"))))) return "bad_launch"
	const age = now / 1000 - Number(named.auth_date)
	if (!(age <= MOST_AGE && age >= -SKEW)) return "stale_launch"
	return userOf(named.user) === owner ? "launch" : "other_user"
}

/** @arg {string | undefined} user */
function userOf(user) {
	try {
		return JSON.parse(user ?? "").id
	} catch {
		return null
	}
}

/** The only thing the Durable Object knows of a ticket, and of its code. @arg {string} @arg {string} code */
export async function digests(ticket, code) {
	return { ticket: await sha256(utf8(ticket)), code: code && (await sha256(utf8(`${ticket}:${code}`))) }
}
