"""The wording in English of plans: choosing one, its limits, and what cannot be read."""

from __future__ import annotations

from typing import Final

from bot.texts.plural import Plural

_RAISING: Final = "Going beyond that needs your Cloudflare token and a new agreement: /plan, then <b>Agree to more</b>."

PLANS: Final[dict[str, str | Plural]] = {
    "plan.title": "<b>What shall your bot do?</b>",
    "plan.body": (
        "<b>Watch only</b>: it looks and reports, and never orders.\n"
        "<b>Buy</b>: a fixed amount, again and again. It never sells.\n"
        "<b>Mix</b>: shares (VTI, VXUS) and bonds (BND) in fixed parts: calm is mostly bonds, bold mostly shares.\n\n"
        "Examples, not advice. You can change the plan later."
    ),
    "plan.body_existing": "It may use what you agreed to when it was set up: <b>{symbols}</b>.",
    "plan.watch": "Watch only, no orders",
    "plan.recurring_day": "Buy {amount} of {symbols} every trading day",
    "plan.recurring_week": "Buy {amount} of {symbols} once a week",
    "plan.mix": "Keep {budget} as {parts}",
    "plan.trend": "Keep {budget} as {parts}, trend filter on",
    "plan.part": "{percent} {symbol}",
    "plan.part_cash": "{percent} cash",
    "plan.others": "{count} more",
    "plan.more_watch": "It looks at the market every 15 minutes and reports.",
    "plan.more_recurring": "It buys {symbols}. When its money is used up it stops buying and says so. It never sells.",
    "plan.more_mix": Plural(
        "band",
        "Its parts are {parts}. Once a trading day it looks, and puts a part right that is {band} point off: it sells "
        "what is too much and buys what is too little.",
        "Its parts are {parts}. Once a trading day it looks, and puts a part right that is {band} points off: it sells "
        "what is too much and buys what is too little.",
    ),
    "plan.more_trend": Plural(
        "months",
        "{mix} What falls below its mean of {months} month is sold and waits as cash.",
        "{mix} What falls below its mean of {months} months is sold and waits as cash.",
    ),
    "symbol.title": "<b>What shall it buy?</b>",
    "symbol.body": (
        "Tap one, or type up to ten symbols of US shares or funds with commas, for example <code>VOO, BND</code>."
    ),
    "amount.title": "<b>How much {symbols} each time?</b>",
    "amount.title_each": "<b>How much of each, each time?</b> {symbols}",
    "amount.body": "In US dollars. Tap one, or type an amount from 1 to 1000.",
    "pace.title": "<b>How often shall it buy {amount} of {symbols}?</b>",
    "mix.title": "<b>Your own mix</b>",
    "mix.body": (
        "Type each symbol with its percent, for example <code>60 VTI, 40 BND</code>. One to ten symbols; what is "
        "missing to 100 stays cash."
    ),
    "budget.title": "<b>Mix:</b> {parts}",
    "budget.body": "It buys these parts, looks once a trading day, and puts them right when one has drifted 5 points.",
    "budget.body_trend": (
        "🛡 The trend filter holds a part only while its price is above its mean of ten months. Else that part "
        "waits as cash. It trades more, and can miss a recovery."
    ),
    "budget.question": "<b>How much money may it use?</b> Tap, or type {least} or more.",
    # review
    "review.title": "<b>Please check</b>",
    "review.mode_paper": "<b>Account:</b> PAPER, practice money",
    "review.mode_live": "<b>Account:</b> LIVE, real money",
    "review.plan": "<b>Plan:</b> {plan}",
    "review.no_orders": "<b>At most:</b> nothing. It may not place any order.",
    "review.limits": "<b>At most:</b> {per_order} per order, {per_day} per day, {budget} in all. No debt.",
    "review.limits_mix": "<b>At most:</b> {budget} invested. No debt; sells only what it bought.",
    "review.per_order": "<b>Per order:</b> at most {amount}",
    "review.per_day": "<b>Per day:</b> at most {amount}",
    "review.per_symbol": "<b>In one symbol:</b> at most {amount}",
    "review.cash_kept": "<b>Cash it never touches:</b> {amount}",
    "review.daily_loss": "<b>Pauses</b> when it loses {amount} in a day",
    "review.widening": "It replaces plan and limits.",
    "review.keeps": "It keeps what it has bought.",
    "consent.whole": "{mode}\n{plan}\n{limits}\n{text}",  # as earlier versions have stored it
    "consent.agreed": "{mode}\n{plan}\n{more}\n{limits}\n{text}",
    "consent.lines": "{above}\n{below}",
    "review.more": "<b>More about it</b>",
    "review.trial": "<b>First a trial:</b> it shows what it would order. It trades when you tap Start trading.",
    # plan and limits of a bot that is up
    "tune.title": "🎛 <b>Plan and limits</b>",
    "tune.body": "You agreed to at most {budget}, in {symbols}. Within that you can change what you like.",
    "tune.watch_only": "This bot was set up to watch: it may order nothing. For a plan that buys, tap Agree to more.",
    "newplan.title": "<b>Change the plan?</b>",
    "newplan.body": (
        "It keeps what it has bought. With a new plan it starts with a trial again, until you tap Start trading."
    ),
    "newplan.watch": "It keeps what it has bought and orders nothing more.",
    "limit.title": "<b>Which limit?</b>",
    "limit.body": "You can make a limit tighter, and wider again up to what you agreed to.",
    "limit.now": "{amount}",
    "limit.none": "none",
    "limit.about_per_order": "<b>At most per order</b>",
    "limit.about_per_day": "<b>At most per day</b>, all orders together",
    "limit.about_budget": "<b>At most invested</b> at one time",
    "limit.about_per_symbol": "<b>At most in one symbol</b>",
    "limit.about_cash_kept": "<b>Cash in your account it must never touch</b>",
    "limit.about_daily_loss": "<b>Loss in one day</b> after which it pauses and waits for you",
    "limit.most": "You agreed to at most {bound}.",
    "limit.floor": "You agreed to at least {bound}.",
    "limit.type": "Type an amount in dollars.",
    "limit.type_or_none": "Type an amount in dollars, or <code>none</code>.",
    # what cannot be read, or may not be
    "notice.symbol_unreadable": (
        "“{word}” does not look like a symbol. US symbols have one to five letters, like VTI; put commas between "
        "several."
    ),
    "notice.symbol_twice": "{symbol} is there twice. Name each symbol once.",
    "notice.too_many_symbols": "That is too many: {most} symbols at most. Please leave some out.",
    "notice.amount_unreadable": "I cannot read that amount. Please type dollars from 1 to 1000, for example 12.50.",
    "notice.mix_unreadable": "I cannot read a mix in that. Type percent and symbol, for example 60 VTI, 40 BND.",
    "notice.mix_uneven": "Each symbol needs one number beside it. Type it like this: 60 VTI, 40 BND.",
    "notice.mix_whole": "The part of {symbol} is not a whole percent. Round it, for example 33 VTI.",
    "notice.mix_nothing": "{symbol} has 0 percent. Leave it out, or give it at least 1.",
    "notice.mix_over": "Your parts make {total} percent. Lower some, so that they make 100 at most.",
    "notice.budget_unreadable": "I cannot read that amount. Please type dollars, {most} at most, for example 500.",
    "notice.budget_too_small": (
        "With that, the smallest part is too small to order. Type {least} or more, or pick a simpler mix."
    ),
    "notice.limit_unreadable": "I cannot read that amount. Please type dollars, for example 50 or 12.50.",
    "notice.beyond_symbols": f"You did not agree to {{symbol}}, only to {{agreed}}. {_RAISING}",
    "notice.beyond_per_order": f"You agreed to at most {{most}} per order. {_RAISING}",
    "notice.beyond_per_day": f"You agreed to at most {{most}} per day. {_RAISING}",
    "notice.beyond_budget": f"You agreed to at most {{most}} in all. {_RAISING}",
    "notice.beyond_limit": f"You agreed to at most {{most}} here. {_RAISING}",
    "notice.below_floor": "You agreed to keep at least {least}. Type that or more.",
    "notice.keys_expired_here": (
        "I hold keys for 15 minutes at most, and that is over. Choose your plan; I ask for keys again afterwards."
    ),
    "notice.widened": "✅ Your bot has its new plan and limits.",
    "notice.widened_silent": (
        "The new plan and limits are in place. Your bot needs some minutes more to take them up: tap Status then."
    ),
    "notice.unchanged": "Nothing was changed.",
    # buttons
    "button.watch": "👀 Watch only",
    "button.buy_week": "Buy {amount} of {symbol} every week",
    "button.mix_calm": "Calm mix",
    "button.mix_balanced": "Balanced mix",
    "button.mix_bold": "Bold mix",
    "button.own_buy": "My own buy",
    "button.own_mix": "My own mix",
    "button.dollars": "{amount}",
    "button.budget": "{amount}",
    "button.every_week": "Once a week",
    "button.every_day": "Every trading day",
    "button.trend_on": "🛡 Add the trend filter",
    "button.trend_off": "Take the trend filter off",
    "button.change_plan": "Change the plan",
    "button.widen": "Agree to more…",
    "button.change_limit": "Change a limit",
    "button.other_plan": "Keep the old plan",
    "button.set_plan": "Change the plan",
    "button.limit_per_order": "Per order: {now}",
    "button.limit_per_day": "Per day: {now}",
    "button.limit_budget": "Invested in all: {now}",
    "button.limit_per_symbol": "In one symbol: {now}",
    "button.limit_cash_kept": "Cash to keep: {now}",
    "button.limit_daily_loss": "Loss per day: {now}",
}
