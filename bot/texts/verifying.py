"""The wording in English of /verify, of updates, and of Workers that Soar has no record of."""

from __future__ import annotations

from typing import Final

from bot.texts.plural import Plural

VERIFYING: Final[dict[str, str | Plural]] = {
    # work
    "atwork.verify": "🔎 <b>Reading your bot back from Cloudflare</b>",
    "atwork.update": "⬆️ <b>Updating your bot</b>",
    "atwork.widen": "🎛 <b>Giving your bot its new plan and limits</b>",
    "step.agree": "Writing what you agreed to into your bot",
    "atwork.adopt": "🤝 <b>Taking the bot over</b>",
    "atwork.clear": "🗑 <b>Removing the bot</b>",
    "step.read": "Reading its code, variables and clock from Cloudflare",
    "step.compare": "Comparing each file with what is published",
    "step.look": "Looking at the bot in your account",
    "step.listen": "Giving it a new command key, and waiting for it to listen",
    "step.remove": "Cancelling its orders and deleting it",
    # an account's number
    "accountid.title": "<b>Which account does this token belong to?</b>",
    "accountid.body": (
        "It is an account's own token, and may not say. Open Cloudflare with the button below: the long number in the "
        "page's address, right after <i>dash.cloudflare.com/</i>, is the account. Copy the number or the whole address "
        "and send it to me."
    ),
    "notice.no_account_id": "I see no account number there: it has 32 letters and digits, from 0 to 9 and a to f.",
    # the verdict
    "verdict.title": "🔎 <b>What Cloudflare says is running as</b> <code>{script}</code>",
    "verdict.clean": (
        "✅ <b>What runs is what is published.</b> Every file is the same, byte for byte, and nothing was added or "
        "changed."
    ),
    "verdict.published": (
        "⚠️ <b>The code is what is published, byte for byte, but not all around it is as I put it there.</b>"
    ),
    "verdict.earlier": (
        "⬆️ <b>It runs exactly what I put there, an earlier version than today's.</b> Nobody has changed the code. "
        "You can update it: keys, plan, history and a pause stay as they are."
    ),
    "verdict.changed": (
        "⚠️ <b>The code is not what is published.</b> Somebody with access to your Cloudflare account changed it, or it "
        "is of a version I do not know. I changed nothing. Not you? Pause it and delete its key at Alpaca."
    ),
    "verdict.absent": (
        "❌ <b>There is no such bot in your Cloudflare account any more.</b> It was deleted there. Your shares at "
        "Alpaca are untouched. Tidy up here, and delete its key at Alpaca."
    ),
    "verdict.differs": "<b>What differs:</b>",
    "verdict.strays": "ℹ️ Bots of mine without a record here: {count}.",
    "differs.module_changed": "• file <code>{name}</code> is not the published one",
    "differs.module_added": "• file <code>{name}</code> is not a published one",
    "differs.module_missing": "• file <code>{name}</code> is missing",
    "differs.variable_changed": "• variable <code>{name}</code> has another value than I set",
    "differs.variable_missing": "• variable <code>{name}</code> is missing",
    "differs.binding_added": "• <code>{name}</code> was added to what it can use",
    "differs.secret_missing": "• secret <code>{name}</code> is missing",
    "differs.schedule_missing": "• its clock <code>{name}</code> is missing: it does not look at the market by itself",
    "differs.schedule_added": "• an extra clock: <code>{name}</code>",
    "differs.address_off": "• its address is switched off: my commands do not reach it",
    "differs.previews_on": "• addresses for other versions are switched on",
    "differs.domain_added": "• it also answers at <code>{name}</code>",
    "differs.versions_split": "• {name} versions run side by side; I could compare only the newest",
    "differs.date_changed": "• it runs with the rules of {name} (compatibility date)",
    "differs.flag_added": "• an extra setting: <code>{name}</code> (compatibility flag)",
    "differs.mark_missing": "• the mark that says it is mine is missing: I neither update nor remove it",
    "differs.more": "• and {count} more",
    "facts.title": "<b>What is there:</b>",
    "facts.code": Plural("modules", "• code: {modules} file, {size} bytes", "• code: {modules} files, {size} bytes"),
    "facts.variables": "• variables: {names}",
    "facts.secrets": "• secrets (names only, nobody can read the values): {names}",
    "facts.schedules": "• clock: {crons}",
    "facts.address_on": "• address: on workers.dev, switched on; domains of its own: {domains}",
    "facts.address_off": "• address: on workers.dev, switched off; domains of its own: {domains}",
    "facts.releases": "• versions deployed: {count}, the last one {last} UTC",
    "button.verify": "🔎 Check what runs",
    "button.update": "⬆️ Update it",
    "button.replace": "Replace that code with the published",
    "button.tidy": "Tidy up here",
    "button.strays": "Show the bots without a record",
    "button.check_again": "Check again",
    "button.keep_code": "Keep that code",
    "overwrite.title": "⚠️ <b>Replace code that is not mine in {script}?</b>",
    "overwrite.body": (
        "Every file is replaced by the published one, and files that are not published are gone. If you wrote them, "
        "keep a copy first: I have none. Keys, variables, history and a pause stay.\n\n"
        "To go on, type <code>{phrase}</code>"
    ),
    "notice.updated": "⬆️ Updated: what runs is what is published today. Keys, plan, history and a pause are as before.",
    "notice.updated_silent": (
        "⬆️ Updated. The new version does not answer yet; that can take a minute. Tap Status to see it."
    ),
    "notice.verdict_old": (
        "That check was some minutes old, so I looked again first and changed nothing. Please decide anew below."
    ),
    # Workers without a record
    "strays.title": "🤔 <b>There is a bot of mine that I do not know</b>",
    "strays.body": (
        "Your Cloudflare account {account} holds what I must have put there, but I have no record of it: after "
        "/forget, or from a set-up that was cut off. It may still be trading."
    ),
    "strays.one": "• <code>{script}</code> ({mode})",
    "button.adopt": "🤝 Take over {script}",
    "button.clear": "🗑 Remove {script}",
    "button.leave_new": "Leave it, set up a new one",
    "button.leave": "Leave it",
    "button.leave_on": "Leave it, go on",
    "notice.adopted": "🤝 <b>{script}</b> listens to me again. Its keys, plan and history are as they were.",
    "notice.cleared": "🗑 <b>{script}</b> is gone from your account. Delete its key at Alpaca as well.",
    "notice.bot_missing": (
        "⚠️ <b>{script}</b> is no longer in this Cloudflare account: it was deleted there. /verify lets me tidy up here."
    ),
    # a new address
    "done.title_coming": "🎉 <b>Your bot is in place, its address is coming up</b>",
    "done.coming": "A new address takes Cloudflare up to four minutes. You need not wait: I tell you when it is there.",
    "done.alarm": (
        "⏰ All five clocks of your free Cloudflare account are in use, so your bot wakes itself every 15 minutes. "
        "That works just as well."
    ),
    "tell.arrived": "✅ Your {mode} bot {script} answers at its new address. {reason}",
    "tell.not_arrived": (
        "⚠️ Your {mode} bot {script} is in place, but its new address did not answer within four minutes. Its clock may "
        "run all the same. Tap Status in a while; if it stays silent, use /verify."
    ),
}
