"""The wording in English of the help topics."""

from __future__ import annotations

from typing import Final

HELP: Final[dict[str, str]] = {
    "topic.help": "What I can do",
    "topic.plans": "What each plan does",
    "topic.budget": "Budget and own shares",
    "topic.trial": "Trial and start",
    "topic.modes": "Practice or real money",
    "topic.security": "How is this safe?",
    "topic.permissions": "What a key can do",
    "topic.token": "The Cloudflare token",
    "topic.costs": "What does it cost?",
    "topic.independence": "If Soar goes away",
    "topic.news": "What I tell you",
    "topic.privacy": "What is kept",
    "topic.words": "Words explained",
    # what people type who look for a topic
    "search.help": "help command commands start begin do able possible menu",
    "search.plans": "plan plans strategy mix trend filter recurring buy stocks bonds shares fund rebalance invest",
    "search.budget": "budget limit limits most spend invested own shares sell touch ceiling tighten raise",
    "search.trial": "trial dry run start arm armed begin trading test simulate",
    "search.modes": (
        "switch switching change mode modes paper practice practise live real money later both second twin same move "
        "upgrade another"
    ),
    "search.security": "safe safety secure security trust steal stolen hacked scam leak keys secret delete",
    "search.permissions": "permission permissions allowed access withdraw withdrawal withdrawals transfer bank scope",
    "search.token": "cloudflare token kept keep keeps hold holds sealed encrypted change remove permission",
    "search.costs": "cost costs price free fee fees pay paid charge money expensive commission",
    "search.independence": "gone vanish disappear stop shut down bankrupt without offline dies closed dashboard",
    "search.news": "news notice notices notify notification message messages alert silent quiet mute summary daily",
    "search.privacy": "privacy private data keep kept store stored know personal delete gdpr",
    "search.common": (
        "the and for you your are can how what when where why who does did has have will with this that from not but "
        "all any its was were would could should about into one two"
    ),
    "search.words": "mean means meaning word glossary broker paper live token worker symbol order explain",
    "help.help": (
        "<b>What I can do</b>\n\n"
        "/start: go on where we were\n"
        "/status: how your bot is doing\n"
        "/pause: hold it · /resume: let it go on\n"
        "/plan: what it does, and its limits\n"
        "/settings: which news you get, and when\n"
        "/cancel: stop a set-up\n\n"
        "Or ask me a question in your own words."
        "<blockquote expandable><b>More commands</b>\n"
        "/chart: how its shares have done · /export: its books\n"
        "/lock: stop all orders of the account · /unlock\n"
        "/rotate: change its Alpaca keys\n"
        "/language: which language I speak\n"
        "/verify: compare what runs with what is published, and update it\n"
        "/destroy: remove it\n"
        "/security: how your keys are handled\n"
        "/privacy: what I keep · /forget: delete it</blockquote>"
    ),
    "help.plans": (
        "<b>What each plan does</b>\n\n"
        "<b>Watch only</b>: looks every 15 minutes and reports. It never orders.\n"
        "<b>Buy</b>: a fixed amount, every trading day or once a week. It never sells.\n"
        "<b>Mix</b>: fixed parts of a budget. It buys and sells to keep them.\n\n"
        "No plan borrows money or bets on falling prices. All can lose money."
        "<blockquote expandable><b>More about them</b>\n"
        "<b>Buy</b> takes one to ten symbols.\n"
        "<b>Mix</b> is, for example, 60% shares and 40% bonds. Once a trading day it looks; when a part is 5 points "
        "off it sells what is too much and buys what is too little.\n"
        "<b>Trend filter</b>: a mix that holds a symbol only while its price is above its mean of ten months. "
        "That can soften long falls. It also sells low at times and misses quick recoveries.</blockquote>"
    ),
    "help.budget": (
        "<b>Budget and own shares</b>\n\n"
        "The budget is the most your bot may have invested at one time. What it sells gives room again.\n"
        "It sells only what it bought: shares you held before, or buy yourself, are not touched."
        "<blockquote expandable><b>Changing it</b>\n"
        "Budget, limits and symbols are written into your bot when it is put in place. In this chat you can tighten "
        "them (/plan). Going beyond needs your Cloudflare token and a new agreement, so whoever took over this chat "
        "could not do it.</blockquote>"
    ),
    "help.trial": (
        "<b>Trial and start</b>\n\n"
        "A new bot, and one with a new plan, only shows what it would order: a trial. The market must be "
        "open for that.\n"
        "When it looks right, tap <b>Start trading</b>. With real money you type a phrase for that. /pause holds it "
        "again at any time."
        "<blockquote expandable><b>From practice to real money</b>\n"
        "On your bot's card, tap <b>Another bot</b>, then <b>Same plan, real money</b>.</blockquote>"
    ),
    "help.modes": (
        "<b>Practice or real money</b>\n\n"
        "A bot keeps its mode: PAPER is practice, LIVE is real money. To switch later, open its card with /status, tap "
        "<b>Another bot</b>, then <b>Same plan, real money</b>.\n"
        "A second bot gets the same plan and limits. Both work side by side.\n"
        "Back to practice it is the same: <b>Same plan, practice money</b>."
        "<blockquote expandable><b>What you need for it</b>\n"
        "Your real-money account at Alpaca must be opened and have money in it. The rest is as with your first bot. "
        "You type a phrase before real money is used.\n"
        "The first bot goes on as it is. To stop it, tap <b>Pause</b> or <b>Remove</b> on its card.</blockquote>"
    ),
    "help.security": (
        "<b>How your keys are handled</b>\n\n"
        "• By the <b>private form</b> they go from your phone into your bot. Neither I nor Telegram see them.\n"
        "• Pasted here, I delete the message first, and hold the key encrypted for 15 minutes at most (a Cloudflare "
        "token for an hour).\n"
        "• Then it rests in your own Cloudflare account only."
        "<blockquote expandable><b>What you should know</b>\n"
        "• Until I delete it, Telegram has a message you paste, too: bots cannot use secret chats. Deleting is a "
        "request, not a proof.\n"
        "• Cloudflare runs your bot and its form, and ends the encrypted connection to it. Whoever can put programs "
        "into your account there controls the page.\n"
        "• I keep one key of another kind: with it I give your bot the commands of this chat, as to trade, pause, sell "
        "its shares, lock the account, change keys, remove itself. It cannot go beyond what you agreed to.\n"
        "• /verify shows whether the code that runs is the published one.\n"
        "• You can end everything without me: delete the key at Alpaca, or the bot at Cloudflare.</blockquote>"
    ),
    "help.permissions": (
        "<b>What a key can do</b>\n\n"
        "An Alpaca key can read its account and place and cancel orders there. Alpaca offers none that can do less.\n"
        "The Cloudflare token can put programs into your account, remove them, and read the account's name. Nothing "
        "else."
        "<blockquote expandable><b>And money going out?</b>\n"
        "An Alpaca key can also add an address for crypto withdrawals. Since October 2026 Alpaca documents withdrawals "
        "themselves as possible on its own page only.</blockquote>"
    ),
    "help.token": (
        "<b>The Cloudflare token</b>\n\n"
        "A bot that keeps one can change its keys and remove itself when you tap that here. It is encrypted in your "
        "own account. A bot without one does that, too: then I ask you for a token each time, and forget it.\n\n"
        "To change that, open /settings and tap <b>Cloudflare token</b>."
        "<blockquote expandable><b>Without me</b>\n"
        "In Cloudflare open Workers, your bot, <b>Settings</b>, then <b>Variables and Secrets</b>.\n"
        "• To take it away, delete <code>CLOUDFLARE_API_TOKEN</code>, and the token itself, too.\n"
        "• To give it one, add a token as a secret of that name.\n"
        "Then ask for /status here, and I see it.</blockquote>"
    ),
    "help.costs": (
        "<b>What does it cost?</b>\n\n"
        "Soar is free. Cloudflare's free plan covers your bot. An Alpaca account is free and charges no commission on "
        "US shares; small regulatory fees apply to sales."
        "<blockquote expandable><b>What the free plan covers</b>\n"
        "100 programs, five clocks and 100,000 requests a day. Your bot uses one program, one clock and about 220 "
        "requests.</blockquote>"
    ),
    "help.independence": (
        "<b>If Soar goes away</b>\n\n"
        "Your bot goes on: it runs in your account and needs nothing from me.\n"
        "To remove it without me, open Cloudflare → Workers, pick the program whose name starts with <i>soar-</i>, and "
        "delete it. To cut it off at once, delete its key at Alpaca."
    ),
    "help.news": (
        "<b>What I tell you</b>\n\n"
        "I tell you, once, what your bot ordered, what went wrong, and when it stopped itself. If it stops looking at "
        "the market or is gone, I tell you within half an hour.\n\n"
        "In /settings you can silence each kind of news, pick quiet hours, and ask for a daily summary."
    ),
    "help.privacy": (
        "<b>What is kept</b>\n\n"
        "No Alpaca key and no Cloudflare token. I keep your Telegram user ID (not your phone number), where we "
        "are in this chat, what you agreed to, your settings, and what I need to look after your bots.\n\n"
        "/forget deletes all of it."
        "<blockquote expandable><b>In full</b>\n"
        "About this chat: your Telegram user ID and language, where the conversation stands, what you agreed to and "
        "when, which news you want and when, and news for you until Telegram has it.\n"
        "About each bot: its name and address, your Cloudflare account's number, the last four characters of the "
        "Alpaca account and Key ID, its plan and limits, its command key, encrypted, and up to where its news was "
        "read.</blockquote>"
    ),
    "help.words": (
        "<b>Words explained</b>\n\n"
        "<b>Broker</b>: a company that buys and sells shares for you. Here: Alpaca.\n"
        "<b>Paper</b>: practice with pretend money. <b>Live</b>: real money.\n"
        "<b>Key ID and Secret</b>: user name and password for a program.\n"
        "<b>Token</b>: the same at Cloudflare, in one piece."
        "<blockquote expandable><b>More words</b>\n"
        "<b>Worker</b>: a small program that runs at Cloudflare; your bot is one.\n"
        "<b>Symbol</b>: a share's short name, like VTI.\n"
        "<b>Order</b>: asking the broker to buy or sell.\n"
        "<b>Fund</b>: many shares or bonds in one. VTI: US shares, VXUS: shares of the rest of the world, BND: US "
        "bonds.\n"
        "<b>Bond</b>: a loan that pays interest; moves less than shares.\n"
        "<b>Trial</b>: it shows what it would order, and orders nothing.</blockquote>"
    ),
}
