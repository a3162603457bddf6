"""The wording in English of the private form."""

from __future__ import annotations

from typing import Final

FORM: Final[dict[str, str]] = {
    # the choice
    "make.choice": "Then the <b>private form</b>: unseen by me and Telegram.",
    "make.first_pair": "Your bot waits for its first keys.",
    "token.form_instead": "The <b>private form</b> needs no token.",
    "button.private_form": "🔒 Private form (recommended)",
    "button.paste_here": "Paste the keys here",
    # putting the bot in place without keys
    "form.preparing": "🔒 <b>Putting your bot in place</b>",
    "form.preparing_body": ("This can take four minutes. Or paste both keys here."),
    "step.script_bare": "Uploading the bot, without keys",
    "step.form": "Opening your private form",
    "form.unready": "Your bot has no form yet. Try again, or paste the keys here.",
    "form.now_secret": "I have the Key ID, encrypted. Now paste the Secret as well.",
    "form.now_key_id": "I have the Secret, encrypted. Now paste the Key ID as well.",
    # the form
    "form.opening": "🔒 <b>Asking your bot for its private form…</b>",
    "form.title": "🔒 <b>Your private form is open</b>",
    "form.body": (
        "It is a page of your own bot. Make the keys at Alpaca, open the form, enter both there. "
        "They go from your phone straight into your bot: neither I nor Telegram see them. "
        "It works once, for ten minutes."
    ),
    "form.code": "The form asks for this code: <code>{code}</code>",
    "form.lost": "I can no longer make its link. Take a new form, or paste the keys here.",
    "button.open_form": "🔒 Open the form",
    "button.form_done": "I have done it",
    "button.new_form": "Make a new form",
    "button.plain_link": "It does not open",
    "button.in_telegram": "Open inside Telegram",
    "toast.looking": "I am asking your bot…",
    # how it ends
    "form.connected": (
        "✅ <b>Connected:</b> Alpaca account ending in <code>{account}</code>, {mode}. "
        "Neither I nor Telegram have seen your keys."
    ),
    "form.pasted": "✅ <b>Connected:</b> Alpaca account ending in <code>{account}</code>, {mode}.",
    "tell.connected": (
        "✅ Your {mode} bot <code>{script}</code> has its keys: Alpaca account ending in <code>{account}</code>. "
        "Tap Status to see how it does."
    ),
    "form.over_title": "🔒 <b>That form is over</b>",
    "form.expired": "Nobody used it within ten minutes. Make a new one when you are ready.",
    "form.locked": "Five wrong tries have locked it. No keys were stored. Make a new one and try again.",
    "form.closed": "It was closed, or another was opened after it. Make a new one.",
    "form.unopened": "I could not open a form. Your bot is unchanged. Try again, or paste the keys here.",
    "form.unseen": "I could not see whether it was used. Make a new one, or ask with /status.",
    "form.outdated": (
        "This bot is of an earlier version and has no private form. Paste the keys here, or update it first with "
        "/verify."
    ),
    "form.token_for_paste": "To paste keys I need a Cloudflare token once more: I have forgotten yours, as promised.",
    "form.token_to_undo": (
        "To remove the bot without keys I need a Cloudflare token once more. You can also leave it: it does nothing."
    ),
    # a bot without keys
    "card.keyless": "🔑 <b>No keys yet.</b> It is in place and does nothing.",
    "card.keyless_next": "<b>Next:</b> open its private form and enter the keys there.",
    "summary.keyless": "🔑 No keys yet: it does nothing. /start opens its private form.",
    "differs.form_changed": (
        "• ⚠️ <b>who may give this bot its keys was changed</b> (<code>{name}</code>). Enter no keys in its form. "
        "An update puts it right; if it was not you, delete the key at Alpaca"
    ),
}
