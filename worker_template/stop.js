// Ways to stop: cancelling own orders, Alpaca's lock of the whole account, and what comes before the end of this Worker.

import { WHY } from "./answers.js"
import { accountOf, alpacaWith, ownAlpaca, pairOf } from "./keys.js"
import { No } from "./reply.js"
import { wind } from "./timer.js"

const UNSURE = "Alpaca did not confirm that no order of the bot is open. Look there; such orders end with the day."

/** `left` is how many may still be open. @arg {State} */
export async function cancelOwn(state) {
	const { bindings, book } = state
	const pair = await pairOf(state)
	if (!pair && book.open().length === 0) return { cancelled: 0, left: 0, warning: null }
	const alpaca = pair && alpacaWith(bindings, pair)
	const open = await alpaca?.openOrders()
	if (!alpaca || open?.kind !== "ok") return { cancelled: 0, left: book.open().length, warning: UNSURE }
	let [cancelled, left] = [0, 0]
	for (const { client_order_id, id } of open.body) {
		if (!String(client_order_id).startsWith(`soar1-${bindings.DEPLOYMENT}-`)) continue
		const answer = await alpaca.cancel(String(id))
		if (answer.kind === "ok") cancelled += 1
		// 404 and 422: gone already, or carried out just now.
		else if (answer.kind !== "refused" || ![404, 422].includes(answer.status)) left += 1
	}
	return { cancelled, left, warning: left > 0 ? UNSURE : null }
}

/** Alpaca's lock, and its pause, which comes first and stays if Alpaca fails. @arg {State} @arg {boolean} */
export async function lock(state, on) {
	const { ledger } = state
	if (on) ledger.pause("suspended", "You locked the Alpaca account.", "pause")
	const is = ledger.paused() ? " The bot is paused." : ""
	const alpaca = await ownAlpaca(state, is)
	const account = await alpaca.account()
	const own = accountOf(state)
	if (account.kind === "ok" && own !== "" && account.body.id !== own) {
		throw new No(409, "other_account", `The keys open another account, which was left as it is.${is}`)
	}
	const answer = account.kind === "ok" ? await alpaca.suspend(on) : account
	if (answer.kind === "ok" && answer.body.suspend_trade === on) {
		if (!on) ledger.resume("suspended")
		return { locked: on, paused: ledger.paused() }
	}
	const why = answer.kind === "unreachable" ? WHY[answer.why] : "Alpaca did not do it."
	throw new No(502, answer.kind === "keys" ? "keys_rejected" : "alpaca_unreachable", why + is)
}

/** @arg {State} */
export async function destroy(state) {
	state.ledger.pause("destroy", "The bot is being removed.", "pause")
	state.ledger.remember("form", null)
	await wind(state)
	const { cancelled, warning } = await state.enqueue(() => cancelOwn(state))
	if (state.bindings.CLOUDFLARE_API_TOKEN) return { destroying: true, cancelled, warning }
	const message = "Trading is paused, but the bot holds no Cloudflare token and cannot delete itself."
	throw new No(409, "no_token", message, { cancelled, warning })
}
