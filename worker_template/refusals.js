// What Alpaca's refusals mean. It uses one code for many things, so the message decides, in lower case.

import { toCents, usd } from "./money.js"

/** @type {[string[], Act, string, string][]} */
const KNOWN = [
	[["client_order_id must be unique"], "adopt", "duplicate", "Alpaca knows this order already."],
	[["by user request"], "pause", "suspended", "New orders are switched off in the settings of the Alpaca account."],
	[["insufficient buying power"], "skip", "buying_power", "There is not enough money in the account."],
	[["insufficient qty"], "skip", "held", "Another open order holds these shares."],
	[["wash trade"], "skip", "wash_trade", "An open order in the opposite direction stands against it."],
	[["cost basis must be", "notional amount must be"], "skip", "too_small", "The amount is below Alpaca's minimum."],
	[["not fractionable"], "skip", "whole_shares", "Alpaca sells it in whole shares only, not by the dollar."],
	[["fractional trading"], "skip", "fractional_off", "Parts of shares are switched off in the Alpaca account."],
	[["open short sell"], "skip", "short", "An open short sale of this symbol stands against it."],
	[["asset", "symbol not found"], "skip", "asset", "Alpaca does not know or does not trade this symbol."],
	[["day trad"], "skip", "day_trading", "Alpaca refused it because of its day-trading rule."],
	[["client_order_id", "only one of", "qty must be"], "stop", "malformed", "The bot made a mistake with this order."],
]

/** @arg {Refused} */
export function judge({ status, code, message, fields }) {
	const words = message.toLowerCase()
	const power = toCents(fields.buying_power, "down")
	const counted = power === null ? "" : ` Alpaca counts ${usd(power)}.`
	const said = message ? `Alpaca refused the order. It said: "${message}".` : "Alpaca refused the order without a reason."
	for (const [phrases, act, name, ours] of KNOWN) {
		if (!phrases.some((phrase) => words.includes(phrase))) continue
		return { act, code: name, say: act === "stop" ? `${ours} ${said}` : `${ours}${counted}` }
	}
	if (code === 40310100) return { act: "skip", code: "day_trading", say: said }
	const familiar = [403, 404, 409, 422].includes(status)
	return { act: familiar ? "skip" : "stop", code: "refused", say: said }
}
