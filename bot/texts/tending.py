"""The wording in English of looking after a bot: arming, its card, its orders and shares."""

from __future__ import annotations

from typing import Final

_CHOOSE: Final = "Choose another plan below: your token and keys are still here, encrypted."

TENDING: Final[dict[str, str]] = {
    "done.title": "🎉 <b>Your bot is running</b>",
    "done.body": "It lives in your Cloudflare account as <code>{script}</code>. I have forgotten your keys.",
    "done.first_look": "<b>Its first look:</b> {reason}",
    "done.trial": "🧪 <b>A trial so far: it orders nothing.</b> At this look:",
    "done.no_orders": "• it would order nothing right now. While the market is open, Status shows what it would",
    "done.arm": "When that looks right, tap <b>Start trading</b>. Or wait for more trials.",
    "done.next": (
        "Nothing needs doing: it looks at the market every 15 minutes. "
        "Status shows how it does, Pause holds it, Remove takes it away."
    ),
    "arm.title": "<b>Start trading real money?</b>",
    "arm.body": (
        "From its next look on your bot places orders with your money, within its limits. You can pause it at any "
        "time.\n\nTo go on, type <code>{phrase}</code>"
    ),
    # the card
    "home.title": "<b>Your bot</b> <code>{script}</code>",
    "home.none": "There is no bot here yet. Shall we set one up?",
    "home.asking": "⏳ Asking your bot…",
    "card.running": "▶️ <b>Running</b>",
    "card.paused": "⏸ <b>Paused</b>: {why}",
    "card.trial": "🧪 <b>Trial</b>: it orders nothing yet",
    "card.armed": "🟢 <b>Trading within its limits</b>",
    "card.more_plan": "{words}",
    "card.plan": "<b>Plan:</b> {plan}",
    "card.budget": "<b>Budget:</b> {invested} of {budget} invested",
    "card.value": "<b>Worth now:</b> {value} ({profit})",
    "card.money": "<b>Account:</b> {equity} in all, {cash} in cash",
    "card.no_money": ("💵 <b>There is no money to buy with in your Alpaca account.</b> Put some in at Alpaca first."),
    "card.last_tick": "<b>Last look:</b> {ago}",
    "card.last_reason": "<b>At its last look:</b> {reason}",
    "card.next_tick": "<b>Next look:</b> {ahead}",
    "card.no_tick": "It has not looked at the market yet. Its clock may need up to 15 minutes to start.",
    "card.position": "• holds {line}",
    "card.order": "• today: {line}",
    "card.meant": "• would {line}",
    "card.sale": "• {line}",
    "order.buy_sum": "buy {amount} of {symbol}",
    "order.buy_shares": "buy {qty} of {symbol}",
    "order.sell_sum": "sell {amount} of {symbol}",
    "order.sell_shares": "sell {qty} of {symbol}",
    "order.worth": "{order}, worth {value}",
    "order.stands": "{order}, {state}",
    "order.on_its_way": "on its way",
    "order.partially_filled": "partly filled",
    "order.pending_cancel": "being cancelled",
    "order.canceled": "cancelled",
    "order.expired": "ran out at the end of its day",
    "order.rejected": "turned down by Alpaca",
    "order.absent": "did not reach Alpaca",
    "order.lost": "not found at Alpaca",
    "order.filled": "filled",
    "order.replaced": "replaced by another at Alpaca",
    "order.done_for_day": "done for today",
    "order.suspended": "halted at the exchange",
    "order.held": "held back by a limit",
    "held.for_worth": "{qty} {symbol} for {cost}, worth {value}",
    "held.for": "{qty} {symbol} for {cost}",
    "held.worth": "{qty} {symbol}, worth {value}",
    # why it holds
    "paused.user": "you paused it",
    "paused.loss": "it lost more today than you allow",
    "paused.keys": "Alpaca refuses its keys; change them",
    "paused.account": "its keys open another account",
    "paused.closed": "it sold what it had bought, as you asked. Resumed, it buys again",
    "paused.suspended": "orders are switched off in the Alpaca account. Unlock it to go on",
    # what its looks came to, where it is not told in English
    "reason.closed": "The market is closed.",
    "reason.opening": "The market has just opened; nothing is done in its first minutes.",
    "reason.closing": "The market closes soon; nothing is done in its last minutes.",
    "reason.idle": "There was nothing to do.",
    "reason.dry": "A trial: nothing was ordered.",
    "reason.unarmed": "A trial: nothing was ordered.",
    "reason.traded": "Orders were placed.",
    "reason.later": "The other orders follow at the next look.",
    "reason.paused": "It is paused, so nothing was ordered.",
    "reason.loss": "It lost more today than you allow, so it has paused.",
    "reason.keys": "Alpaca refuses its keys, so it has paused.",
    "reason.wait": "Alpaca asked for a break; it looks again later.",
    "reason.unreachable": "Alpaca did not answer. It tries again at its next look.",
    "reason.refused": "Alpaca refused to answer.",
    "reason.account": "Its keys open another account, so it has paused.",
    "reason.account_state": "Alpaca does not let this account trade now.",
    "reason.loss_unknown": "Alpaca does not say what its shares are worth, so nothing was traded.",
    "reason.order": "Alpaca turned an order down.",
    "reason.undelivered": "An order could not be delivered to Alpaca.",
    "reason.clock": "Alpaca's market clock gave no proper answer.",
    "reason.skew": "The clocks of Cloudflare and Alpaca are too far apart.",
    "reason.shares": "What it holds at Alpaca is not what its book says, so nothing was ordered.",
    "reason.fault": "Something went wrong in the bot's program.",
    "card.more": "• and {more} more",
    "card.health": "<b>Health:</b> {clock}, program <code>{version}</code>, Key ID ending in <code>{ending}</code>",
    "card.outdated": "🆕 There is a newer version: /verify",
    "clock.cron": "clock set",
    "clock.alarm": "wakes itself up",
    # another bot
    "another.title": "➕ <b>Another bot</b>",
    "another.body": "A second bot with this plan and these limits can work beside this one. This one goes on as it is.",
    "another.live": "The new one needs your real-money account at Alpaca: opened, and with money in it.",
    "another.there": "You have {mode} already: {scripts}.",
    "another.unknown": "I cannot read this bot's plan, so I cannot copy it. Set up a new bot from the beginning.",
    # orders and shares
    "tools.title": "🧰 <b>Orders and shares</b>",
    "tools.body": (
        "<b>Export</b> sends its books as files. <b>Cancel</b> and <b>Sell</b> touch only what this bot ordered and "
        "bought. <b>Lock</b> stops all orders of the account, yours too."
    ),
    "act.cancel_orders_title": "<b>Cancel its open orders?</b>",
    "act.cancel_orders_body": (
        "Orders of this bot that are not carried out yet are taken back; others stay. It may order again at its next "
        "look: pause it if it shall not."
    ),
    "act.lock_title": "🔒 <b>Lock the whole account?</b>",
    "act.lock_body": (
        "⚠️ Alpaca then refuses <b>every</b> new order in this account: the bot's, and <b>your own</b> as well, also "
        "sales. The bot is paused. Unlock it here, or at Alpaca."
    ),
    "act.unlock_title": "🔓 <b>Unlock the account?</b>",
    "act.unlock_body": "New orders are possible again, yours and the bot's. It goes on, unless it is paused besides.",
    "close.title": "<b>Sell all it has bought?</b>",
    "close.asking": "⏳ Asking your bot what it holds…",
    "close.more": "• and {more} more",
    "close.total": "About <b>{total}</b> in all, at the last known prices.",
    "close.no_total": "Prices are not known just now.",
    "close.body_paper": "It sells these at the market's price, and pauses. Your other shares stay.",
    "close.body_live": (
        "It sells these for <b>real money</b> at the market's price, and pauses. Sales may be taxed. Your other shares "
        "stay."
    ),
    "close.remark": "{remark}",
    # answers
    "notice.armed": "✅ Started. From its next look on your bot trades within its limits.",
    "notice.plan_set": "✅ The plan is changed. It starts with a trial: tap Start trading when it looks right.",
    "notice.watch_set": "✅ Your bot only watches now. It keeps what it has bought.",
    "notice.limit_set": "✅ The limits are changed.",
    "notice.orders_cancelled": "✅ Open orders cancelled: {cancelled}. {remark}",
    "notice.orders_left": "⚠️ Cancelled: {cancelled}, perhaps still open: {left}. Try again in a minute. {remark}",
    "notice.closed": "{remark}",
    "notice.locked": "🔒 The account is locked. Nobody can place an order in it, not even you, until you unlock it.",
    "notice.unlocked": "🔓 The account is unlocked. Your bot is still paused: resume it if it shall go on.",
    "notice.unlocked_running": "🔓 The account is unlocked. Your bot goes on, too.",
    "notice.charted": "The chart is above.",
    "notice.exported": "Its books are above: {files}.",
    "notice.nothing_to_sell": "It holds nothing it bought, so there is nothing to sell.",
    "notice.paused": "⏸ Paused. Your bot places no more orders until you resume it.",
    "notice.resumed_worker": "▶️ Your bot is running again.",
    "tell.answer": "🤖 Your {mode} bot: {answer}",
    # the chart and the files, as messages of their own
    "chart.caption": (
        "📈 <b>{script}</b>, {first} to {last}. At its last look its shares were worth {value} (the solid line), with "
        "{invested} invested (the broken line). Gain or loss since it began: {profit}."
    ),
    "export.caption": "{table} of {script}, rows: {rows}",
    "table.orders": "orders",
    "table.runs": "looks",
    "table.events": "events",
    "table.days": "days",
    # troubles
    "error.worker_outdated": "Your bot's program is too old for that, so nothing was changed. Update it with /verify.",
    "error.market_closed": "The market is closed, so nothing can be sold now. Try again when it is open.",
    "error.beyond_ceiling": (
        "Your bot refused that: it is more than you agreed to when it was set up. {detail} To agree to more, use /plan."
    ),
    "error.no_history": "There is nothing to draw yet: the chart needs a trading day. Look again tomorrow.",
    "error.nothing_to_export": "Its books are still empty. Look again after its first look at the market.",
    "error.not_sent": "Telegram did not take the file. Please try again in a minute.",
    "error.symbol_unknown": f"Alpaca does not know the symbol {{detail}}. {_CHOOSE}",
    "error.symbol_untradable": f"{{detail}} cannot be traded at Alpaca. {_CHOOSE}",
    "error.symbol_whole_only": f"Alpaca sells {{detail}} in whole shares only, and your bot buys parts. {_CHOOSE}",
    # buttons
    "button.arm": "▶️ Start trading",
    "button.not_yet": "Not yet",
    "button.status": "📊 Status",
    "button.pause": "⏸ Pause",
    "button.resume": "▶️ Resume",
    "button.chart": "📈 Chart",
    "button.tune": "🎛 Plan and limits",
    "button.tools": "🧰 More",
    "button.rotate": "🔑 Change keys",
    "button.destroy": "🗑 Remove",
    "button.another": "➕ Another bot",
    "button.same_live": "💵 Same plan, real money",
    "button.same_paper": "📝 Same plan, practice money",
    "button.anew": "A new bot from the beginning",
    "button.show": "Show {script}",
    "button.export": "📄 Export its books (CSV)",
    "button.cancel_orders": "✕ Cancel open orders",
    "button.close": "💵 Sell all it bought",
    "button.lock": "🔒 Lock",
    "button.unlock": "🔓 Unlock",
    "button.leave_it": "Leave it as it is",
    "button.do_cancel_orders": "Cancel the orders",
    "button.do_lock": "Lock the account",
    "button.do_unlock": "Unlock the account",
    "button.keep_shares": "Keep the shares",
    "button.do_close": "Sell them all",
}
