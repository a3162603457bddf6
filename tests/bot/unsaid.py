"""What a Worker writes and no chat shows in its own words, each with the reason why."""

from __future__ import annotations

UNSAID = {
    "refusals with the code bad_plan or bad_limits, which is said in every language": (
        "${name} is not an object.", "${name} is not an amount in dollars.", "${name} is not a list of symbols.",
        "${name} holds an odd symbol.", "${name} is missing.", "${name} is not a whole number from 1 to ${most}.",
        "There is no limit of that name.", "PLAN.weights is not of one to ten symbols.", "The sum of PLAN.weights",
        "PLAN.symbols is not one to ten symbols.", "PLAN.amount is below Alpaca's minimum of one dollar.",
        "PLAN.every is neither day nor week.", "PLAN is of a kind this Worker does not know.",
    ),
    "a look's detail, which only the program's log has": (
        "MODE is neither paper nor live.", "ALPACA_URL belongs to the other mode.",
        "DEPLOYMENT is not 8 hexadecimal digits.", "ACCOUNT_ID is missing.", "The limits go beyond CEILINGS.",
        "status ${failure.status}", "${Math.round(skew / 1000)} s",
    ),
    "refusals with the code bad_request or bad_pair, which is said in every language": (
        "Name a plan or limits.", "The reason for a pause is one short word.", "on is true or false.",
        "There is no such table.", "The body is not a JSON object.", "Numbers in it are whole and not below zero.",
        "That is no ticket.", "That is not a Key ID and a Secret.",
    ),
    "refusals whose code has a text of the chat's own": (
        "unknown command", "There is no such command.", "The bot was not set up for a form.",
        "The bot holds no Cloudflare token, so it cannot change its own keys.",
        "Alpaca did not answer; nothing was changed.", "Alpaca does not accept this pair for ${mode} trading.",
        "This pair belongs to another Alpaca account; nothing was changed.",
        "Trading is paused, but the bot holds no Cloudflare token and cannot delete itself.",
    ),
    "events about what was asked for in the chat, which it has shown already": (
        "The plan was switched on. From now on the bot trades.", "The plan was changed.", "The limits were changed.",
        "The Alpaca keys are in.", "The Alpaca keys were replaced.", "Trading was switched on again.",
    ),
    "an order's own reason, which the export alone has": (
        "Another order for it must end first.", "You asked to sell everything.",
    ),
    "Alpaca's words, by which its refusals are told apart": (
        "client_order_id must be unique", "by user request", "insufficient buying power", "insufficient qty",
        "wash trade", "cost basis must be", "notional amount must be", "not fractionable", "fractional trading",
        "open short sell", "symbol not found", "day trad", "only one of", "qty must be",
    ),
    "no words for anybody": (
        "Sunday Monday Tuesday Wednesday Thursday Friday Saturday",
        "January February March April May June July August September October November December",
        "Bearer ${env.CLOUDFLARE_API_TOKEN}", "frame-ancestors https://web.telegram.org", "text/html; charset=utf-8",
        "${time.date} ${months} ${symbols}", "${outcome} ${code} ${day}",
    ),
}  # fmt: skip

LISTED = {text for texts in UNSAID.values() for text in texts}
