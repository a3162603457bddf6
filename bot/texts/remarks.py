"""The wording in English of what is said in passing: notices, troubles, toasts and events."""

from __future__ import annotations

from typing import Final

from bot.texts.plural import Plural

NOTICES: Final[dict[str, str | Plural]] = {
    "notice.use_buttons": "I did not understand that. Please use the buttons below, or ask in a few words, or /help.",
    "notice.unknown_command": "I do not know /{name}. /help lists what I can do.",
    "notice.safe_screen": "I was updated while you were away, so I start from a safe place. Nothing was changed.",
    "notice.private": "This bot is private. Ask whoever runs it, or run your own: Soar is open source.",
    "notice.resumed": "Welcome back. This is where we were.",
    "notice.busy": "I am in the middle of something for you. It ends in about a minute; please ask again then.",
    "notice.stopping": "I am stopping already. This takes a few seconds.",
    "notice.no_worker": "You have no bot yet. Let's set one up first.",
    "notice.finish_first": "You are setting up a bot. Finish that first, or /cancel it.",
    "notice.nothing_to_cancel": "There is nothing to cancel.",
    "notice.kept_worker": "Your bot stays. Nothing was changed.",
    "notice.cancelled": "Stopped. What you gave me is forgotten and nothing was left behind.",
    "notice.not_undone": (
        "I stopped, but could not remove what was put in place already. "
        "Please delete <code>{detail}</code> in your Cloudflare account."
    ),
    "notice.forgotten": "Done. I have forgotten everything about this chat.",
    "notice.receipt": (
        "Done. I have forgotten everything about this chat. Deleted: where we were, your settings, and {rows}. "
        "The numbers of your messages stay for 48 hours, without your name, so that none is handled twice."
    ),
    "receipt.workers": Plural("count", "{count} bot with its command key", "{count} bots with their command keys"),
    "receipt.consents": Plural("count", "{count} consent", "{count} consents"),
    "receipt.operations": Plural("count", "{count} note of work", "{count} notes of work"),
    "receipt.outbox": Plural("count", "{count} unsent message", "{count} unsent messages"),
    "toast.copy_follows": "Here is your copy.",
    "consent.copy": "📄 You agreed to this on {at} ({zone}). SHA-256 of the text: <code>{digest}</code>",
    "consent.lost": "(The text itself was not kept at that time.)",
    "consent.none": "You have not agreed to anything yet.",
    "notice.away": (
        "⚠️ I was away for more than a day, and may have missed messages. If one with a key is still in this chat, "
        "delete it and make a new key. Then go on below."
    ),
    "notice.too_many": (
        "You sent me more at once than I can read, so I passed over some of it. Keys among it are deleted and were not "
        "used. Please use the buttons above."
    ),
    "notice.phrase_differs": "That is not the phrase. Type {phrase} to go on, or tap a button below.",
    "notice.secret_first": "That was the Secret. I keep it encrypted. Now I need the Key ID as well.",
    "notice.key_id_again": "That was a Key ID, so I use this one. Now I need the Secret that belongs to it.",
    "notice.token_expired": (
        "The Cloudflare token you gave is too old by now: I hold one for an hour at most. Please paste it again, "
        "before you make any keys."
    ),
    "notice.token_expired_keys_kept": (
        "The Cloudflare token you gave is too old by now: I hold one for an hour at most. Please paste one again. "
        "What you gave me of the keys is still here, encrypted: make no new ones."
    ),
    "notice.keys_expired": "I hold keys for 15 minutes at most, and that is over. Please paste them again.",
    "notice.secret_expired": "I hold the Secret for 15 minutes at most, and that is over. Please paste it again.",
    "notice.rotated": "✅ Both keys are changed. Your bot now uses the Key ID ending in <code>{ending}</code>.",
    "tell.status": "📊 Your {mode} bot: {reason}",
    "tell.paused": "⏸ Your {mode} bot is paused. It places no more orders until you resume it.",
    "tell.resumed": "▶️ Your {mode} bot is running again.",
    "notice.woken": "⏰ Your bot wakes itself from now on, every 15 minutes.",
    "tell.woken": "⏰ Your {mode} bot wakes itself from now on, every 15 minutes.",
    "toast.moved_on": "We have moved on already. Please use the buttons shown now.",
    "toast.asking": "Asking your bot…",
}

PASTES: Final[dict[str, str]] = {
    "paste.no_token_found": "I deleted your message, but found no Cloudflare token in it. Copy it again, all of it.",
    "paste.no_key_id_found": "I deleted your message, but found no Key ID in it. Copy it again, all of it.",
    "paste.no_secret_found": "I deleted your message, but found no Secret in it. Copy it again, all of it.",
    "paste.token_instead": (
        "That was a Cloudflare token. I deleted it and did not use it. Here I need the keys from Alpaca."
    ),
    "paste.keys_instead": (
        "Those were Alpaca keys. I deleted them and did not use them. First I need the Cloudflare token; "
        "keep the keys ready."
    ),
    "paste.too_short": "I deleted your message. What you pasted is too short: a part is missing. Copy it again.",
    "paste.too_long": "I deleted your message. What you pasted is too long. Copy only the value itself.",
    "paste.strange_character": (
        "I deleted your message. There is a character in it that no key has, maybe an emoji. Copy the value again."
    ),
    "paste.masked": (
        "I deleted your message. It holds dots or stars instead of the value. "
        "Use the copy button beside it, or make a new key."
    ),
    "paste.looks_cut": "I deleted your message. The value looks cut off. Copy it again, all of it.",
    "paste.several_keys": "I deleted your message. It holds several keys. Paste only the newest.",
    "paste.global_api_key": (
        "That was your Cloudflare <b>Global API Key</b>, which opens everything you have. I deleted it and did not "
        "use it. Please make a token with the button below, and change that key at Cloudflare."
    ),
    "paste.bot_token": (
        "That was a Telegram bot's token. I deleted it and did not use it. To be safe, replace it with @BotFather."
    ),
    "paste.broker_key": (
        "That is a key for brokers, not for a trading account. I deleted it. Make one in your own Alpaca account."
    ),
    "paste.other_id": (
        "That is an account number or another id, not a key. I deleted it. Copy the value from the key panel."
    ),
    "paste.email": "That is an e-mail address. I deleted it. I need the value from the panel, not how you sign in.",
    "paste.file": "I deleted the file unread. Please copy the value and paste it as text.",
    "paste.file_unwanted": "I deleted that file unread: it may have held a key. I never need files.",
    "paste.not_now": (
        "That looked like a key, so I deleted it. I did not use it: nothing asks for it now. To be safe, make a new "
        "one."
    ),
    "paste.in_group": (
        "⚠️ You posted something that looks like a key in a group, where others saw it. Please delete it there and make "
        "a new key. I work only here, in our own chat."
    ),
    "paste.not_deletable": (
        "⚠️ I could not delete a message that may hold a key. Please delete it yourself and make a new key."
    ),
}

TROUBLES: Final[dict[str, str]] = {
    "error.unknown": (
        "Something went wrong that I do not know ({code}), so I stopped. Nothing is lost. Please try again; if it "
        "stays, tell whoever runs this bot the number <code>{incident}</code>. {detail}"
    ),
    "error.ours": "{error} If it stays, tell whoever runs this bot the number <code>{incident}</code>.",
    "error.token_invalid": (
        "Cloudflare does not know this token. I changed nothing. Copy it again, all of it, or make a new one."
    ),
    "error.token_expired": "This token has run out at Cloudflare. I changed nothing. Please make a new one.",
    "error.token_disabled": (
        "This token is switched off at Cloudflare. I changed nothing. Switch it on there or make a new one."
    ),
    "error.token_not_yet_valid": "This token is not valid yet. I changed nothing. Make one without a start date.",
    "error.token_ip_restricted": (
        "This token works only from certain addresses, and mine is not one of them. I changed nothing. "
        "Make one without that limit."
    ),
    "error.permission_missing": (
        "<b>{detail}</b> is missing in this token. I changed nothing. Tap <b>Make the token</b>: that link adds it."
    ),
    "error.token_is_global_key": (
        "That is your Cloudflare <b>Global API Key</b>, which opens everything you have. I did not use it. Please make "
        "a token with the button below, and change that key at Cloudflare."
    ),
    "error.account_id_needed": (
        "This token belongs to an account and cannot say which. I changed nothing. Make a token of your own with the "
        "button below."
    ),
    "error.account_id_wrong": (
        "This token does not open that account. I changed nothing. Send me the number of the account it was made in."
    ),
    "error.no_accounts": (
        "This token opens no Cloudflare account, so it is of no use here. Make a new one with the button below."
    ),
    "error.other_cloudflare_account": (
        "This token opens another Cloudflare account than the one your bot lives in. I changed nothing. Make a token "
        "in your bot's account."
    ),
    "error.token_gone": "I no longer hold the Cloudflare token. Please paste it again.",
    "error.no_token": "Your bot holds no Cloudflare token. Please paste one, so that I can do this for you.",
    "error.wrong_pair": (
        "Alpaca does not accept this pair, so I did not use it. Both keys must come from one panel; a newer pair "
        "ends the older. Please paste the Key ID again."
    ),
    "error.other_alpaca_account": (
        "These keys belong to another Alpaca account than your bot, so I did not use them. Make a pair in the "
        "account it was set up with."
    ),
    "error.keys_gone": "I hold keys for 15 minutes at most, and that is over. Please paste them again.",
    "error.account_not_active": (
        "The keys are right, but Alpaca says your account is not ready yet ({detail}). Finish its set-up at Alpaca, "
        "then try again."
    ),
    "error.account_blocked": (
        "The keys are right, but Alpaca has blocked trading in this account ({detail}), so no bot can work there. "
        "Have that lifted at Alpaca, then try again."
    ),
    "blocked.account": "the whole account is blocked",
    "blocked.trading": "trading is blocked",
    "blocked.user": "orders are switched off in your settings",
    "error.alpaca_slow": "Alpaca is slow to answer, so your keys are not checked yet. Please try again in a minute.",
    "error.alpaca_unreachable": "I cannot reach Alpaca now, so I stopped. Please try again in a minute.",
    "error.alpaca_busy": "Many people are checking keys just now, so yours must wait. Please try again in a minute.",
    "error.alpaca_odd": (
        "Alpaca gave an answer I do not know ({detail}), so your keys are not checked yet. Please try again in a "
        "minute."
    ),
    "error.email_unverified": (
        "Cloudflare wants you to confirm your e-mail address first, so I put nothing in place. Look for its message in "
        "your mailbox, tap the link in it, then try again."
    ),
    "error.name_taken": "Somebody else has that name, so your account has none yet. Please try another.",
    "error.name_present": "Your account has got an address name meanwhile. Please try again.",
    "error.name_invalid": "That name will not do: use letters, digits and dashes, at most 63, no dash at the ends.",
    "error.script_limit": (
        "Your Cloudflare account holds 100 programs already, the most it may, so I put nothing in place. Delete one "
        "there, then try again."
    ),
    "error.cron_limit": (
        "Your Cloudflare account has used all five of its free clocks, and this bot is too old to wake itself. Remove "
        "one there (a Worker's Cron Trigger), then try again."
    ),
    "error.throttled": "Cloudflare asks us to slow down, so I stopped. Please try again in five minutes.",
    "error.unreachable": (
        "I cannot reach Cloudflare now, though I tried several times, so I stopped. Please try again in a minute."
    ),
    "error.not_answering": (
        "Your bot is in place, but its new address does not answer yet. That can take some minutes. Please try again."
    ),
    "error.not_arrived": (
        "Your bot is in place, but its new address did not answer within four minutes. Tap Status in a while."
    ),
    "error.nothing_to_inherit": (
        "A variable of your bot has gone since I looked, so I left all as it is. Please check it again with /verify."
    ),
    "error.keys_needed": "Your bot no longer holds its Alpaca keys. I changed nothing. Change its keys with /rotate.",
    "error.foreign_script": (
        "A program of that name in your Cloudflare account is not mine, so I did not touch it. Delete it there if "
        "you do not need it, then try again."
    ),
    "error.worker_unreachable": (
        "Your bot does not answer now, so I know nothing new of it. Please try again in a minute."
    ),
    "error.worker_refused": (
        "Your bot refused the command ({detail}), so it may not be done. Tap Status to see how it stands."
    ),
    "error.name_missing": "Your Cloudflare account has no address name yet. Cancel and start again to make one.",
    "error.script_absent": "Your bot is no longer in your Cloudflare account. Remove it here too, then set up another.",
    "error.busy": (
        "Cloudflare is still busy with another change in your account, so I stopped. Please try again in a minute."
    ),
    "error.worker_absent": (
        "There is no bot at its address: it may have been deleted in Cloudflare. Tap Remove to tidy up here."
    ),
    "removal.absent": (
        "There is no bot at its address: it may have been deleted in Cloudflare already. Paste a token, and I make "
        "sure of it and tidy up here."
    ),
    "removal.not_by_itself": (
        "Your bot could not remove itself just now. Go back and try again in a minute, or paste a token, and I remove "
        "it at Cloudflare."
    ),
    "notice.orders_open": (
        "⚠️ I could not make sure that all its orders are cancelled. Please look at Alpaca and cancel what is still "
        "open there. What is left ends with the trading day."
    ),
    "removal.still_there": (
        "Your bot is paused and has cancelled its open orders, but Cloudflare did not let it delete itself: the token "
        "it holds may be deleted or run out. Paste a token, and I delete it at Cloudflare."
    ),
    "error.still_there": "Your bot is paused, but Cloudflare did not let it delete itself. Remove it once more.",
    "rotation.token_dead": (
        "The new keys are good, but Cloudflare did not let your bot put them in place: the token it holds may be "
        "deleted or run out. It still has the old keys. Paste a token, not the keys, and I change "
        "them."
    ),
    "error.token_dead": (
        "Cloudflare did not let your bot do that: its token may be deleted or run out. /settings shows how to give "
        "it a new one."
    ),
    "rotation.not_by_itself": (
        "Your bot could not change its keys itself just now. Paste a token, and I change them; you need not paste the "
        "keys again. Or go back and try later."
    ),
    "rotation.absent": (
        "There is no bot at its address: it may be deleted in Cloudflare. Paste a token, and I look there; you need "
        "not paste the keys again."
    ),
    "rotation.key_lost": (
        "I have lost the key that commands your bot. Paste a token, and I change its keys at Cloudflare; you need not "
        "paste them again."
    ),
    "error.version_waiting": (
        "A newer version of this bot is uploaded in your Cloudflare account but not running, so Cloudflare does not "
        "let its keys be changed. I changed nothing. Deploy that version in Cloudflare's dashboard, then try again."
    ),
    "error.worker_forgotten": "I do not know that bot any more, so I did nothing. Tap /start to see what there is.",
    "error.command_key_lost": (
        "I have lost the key that commands your bot. It goes on working. To remove it, paste a Cloudflare token."
    ),
    "error.stuck": "That took too long, so I stopped waiting. Please try again.",
    "error.timeout": "That took too long, so I stopped waiting. Please try again.",
}
