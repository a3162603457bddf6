"""The wording in English: screens of the road. HTML as Telegram knows it; `{slots}` are filled in, escaped."""

from __future__ import annotations

from typing import Final

SCREENS: Final[dict[str, str]] = {
    # frame
    "frame.step": "<b>Step {step} of {steps}</b>",
    "frame.step_in": "<b>Step {step} of {steps}</b> · {badge}",
    "frame.notice": "<blockquote>{notice}</blockquote>",
    "badge.paper": "📝 PAPER (practice money)",
    "badge.live": "💵 LIVE (real money)",
    "mode.paper": "PAPER",
    "mode.live": "LIVE",
    # welcome
    "welcome.title": "<b>Hello! I help you set up your own trading bot.</b>",
    "welcome.body": (
        "It takes about five minutes:\n\n"
        "1. Open a free account at <b>Alpaca</b>, the broker.\n"
        "2. Pick what your bot may do.\n"
        "3. Connect <b>Cloudflare</b>, where it lives, free.\n"
        "4. Paste two keys. I delete those messages at once.\n\n"
        "Bot and keys stay in <b>your</b> accounts. I keep neither."
    ),
    # Alpaca account
    "alpaca.title": "<b>Open Alpaca and sign in</b>",
    "alpaca.body": (
        "Alpaca is the broker: the company that buys and sells for you.\n\n"
        "No account yet? Signing up is free and needs only an e-mail address.\n\n"
        "Come back when you are signed in. Make no keys yet: I will tell you when."
    ),
    # mode
    "mode.title": "<b>Practice or real money?</b>",
    "mode.body": (
        "📝 <b>PAPER</b> is practice: pretend money, real prices, nothing to lose.\n"
        "💵 <b>LIVE</b> is real money. Alpaca must have checked your ID.\n\n"
        "<b>Your first bot?</b> Pick PAPER. You can add a live one later.\n\n"
        "At Alpaca, set the switch (top left) to your mode: each has its own keys."
    ),
    # plan
    # review
    "consent.text": (
        "<b>I agree</b> means:\n"
        "• These accounts are mine.\n"
        "• Soar gives no advice. I may lose money.\n"
        "• An Alpaca key can place orders. I can delete it."
    ),
    "live.title": "<b>This is real money</b>",
    "live.body": (
        "Your bot will place orders with your money, within the limits you have seen.\n\n"
        "To go on, type <code>{phrase}</code>"
    ),
    # Cloudflare
    "token.title": "<b>Connect Cloudflare</b>",
    "token.body": (
        "Your bot lives in your own free Cloudflare account. A <b>token</b> lets me put it there.\n\n"
        "1. Tap <b>Make the token</b>. The form is filled in.\n"
        "2. Tap <b>Continue to summary</b>, then <b>Create Token</b>.\n"
        "3. Copy the token.\n"
        "<blockquote expandable><b>What it opens</b>\nTwo things only: putting programs in place "
        "(Workers Scripts: Edit) and reading your account's name (Account Settings: Read).</blockquote>"
    ),
    "token.title_again": "<b>A Cloudflare token, please</b>",
    "token.body_again": (
        "I never keep one, so I need a token again. I forget it when we are done.\n\n"
        "1. Tap <b>Make the token</b>. The form is filled in.\n"
        "2. Tap <b>Continue to summary</b>, then <b>Create Token</b>.\n"
        "3. Copy the token."
    ),
    "token.paste": "✍️ <b>Paste the token now.</b> I delete your message at once.",
    "connecting.title": "⏳ <b>Checking with Cloudflare…</b>",
    "connecting.body": "This takes a few seconds. Your message is deleted.",
    "account.title": "<b>Which Cloudflare account?</b>",
    "account.body": "Your token opens more than one. Tap the one your bot shall live in.",
    "name.title": "<b>Your account needs an address name</b>",
    "name.body": (
        "Cloudflare gives every account one name for its programs' addresses, ending in <i>.workers.dev</i>. "
        "Yours has none yet.\n\nTake <b>{suggestion}</b>, or type another: letters, digits and dashes."
    ),
    "keep.title": "✅ <b>Connected to {account}</b>",
    "keep.body": (
        "May your bot keep this token, encrypted in your own account?\n\n"
        "<b>Yes:</b> you can change its keys or remove it from this chat with one tap.\n"
        "<b>No:</b> I will ask you for a token each time.\n\n"
        "Either way <b>I</b> forget it when the set-up has ended."
    ),
    # keys
    "make.title": "<b>Now make the keys at Alpaca</b>",
    "make.body": (
        "1. Check that Alpaca's switch (top left) says <b>{mode}</b>.\n"
        "2. In <b>Your API Keys</b> tap <b>Generate New Key</b>.\n"
        "3. Leave that page open: the <b>Secret</b> is shown only once."
    ),
    "make.old_pair": "⚠️ New keys end the old ones at once.",
    "keyid.title": "✍️ <b>Paste the Key ID</b>",
    "keyid.body": (
        "It is the shorter value, in capitals and digits, and starts with PK (paper) or AK (live). "
        "I delete your message at once. You may also paste both values in one message."
    ),
    "keyid.secret_held": "The Secret is here already, encrypted.",
    "secret.title": "✍️ <b>Now paste the Secret</b>",
    "secret.key_id_held": "✅ Key ID ending in <code>{ending}</code> received, message deleted.",
    "secret.body": (
        "It is the longer value from the same panel. I delete your message at once, then check both keys "
        "and put your bot in place. That takes about half a minute."
    ),
    # work
    "working.deploy": "🚀 <b>Putting your bot in place</b>",
    "working.rotate": "🔑 <b>Changing the keys</b>",
    "working.stopping": "⏳ <b>Stopping, and removing what was put in place…</b>",
    "working.elapsed": "{seconds} s",
    "mark.done": "✅ {step}",
    "mark.running": "⏳ {step}…",
    "mark.waiting": "▫️ {step}",
    "mark.failed": "❌ {step}",
    "step.check_keys": "Checking the keys with Alpaca",
    "step.name": "Finding your address",
    "step.script": "Uploading the bot and its keys",
    "step.address": "Switching its address on",
    "step.schedule": "Setting its clock: every 15 minutes",
    "step.answering": "Waiting for it to answer",
    "step.first_tick": "Taking its first look at the market",
    "step.change": "Handing it the new keys",
    "wrongmode.title": "<b>These are {other} keys, but you picked {mode}</b>",
    "wrongmode.to_paper": "The keys are good. Go on with practice money, or paste the keys of the other mode.",
    "wrongmode.to_live": "The keys are good, but they open your real money account. I never switch to that by myself.",
    "wrongmode.fixed": (
        "A bot keeps its mode. Make a pair in the right mode and paste it. For a bot in the other mode, tap "
        "<b>Another bot</b> on this bot's card."
    ),
    "stopped.title": "<b>That did not work yet</b>",
    "stopped.body": (
        "Nothing you gave is lost: the keys stay here, encrypted, for some minutes. Try again, or paste others."
    ),
    # looking after
    "destroy.title": "🗑 <b>Remove your bot {script}?</b>",
    "destroy.body": (
        "It stops at once, its open orders are cancelled, and it is deleted from your Cloudflare account with its "
        "keys. What you own at Alpaca stays yours. Soon after, nobody can bring it back.\n\n"
        "To go on, type <code>{phrase}</code>"
    ),
    "leaving.title": "🗑 <b>Removing your bot {script} in a moment</b>",
    "leaving.body": "You can still keep it for a moment. Nothing has been touched yet.",
    "button.undo": "↩️ No, keep my bot",
    "destroying.title": "⏳ <b>Removing your bot…</b>",
    "destroying.body": (
        "I pause it, cancel its open orders and delete it. This takes some seconds, and five minutes at most."
    ),
    "gone.sure": "✅ <b>Your bot {script} is gone.</b> I have forgotten it.",
    "gone.unsure": (
        "⚠️ <b>I could not make sure that {script} is gone.</b> Please look in your Cloudflare account: "
        "if it is still listed, delete it there."
    ),
    "gone.by_hand": (
        "<b>Two things only you can do:</b>\n"
        "• At Alpaca, delete the API key the bot used.\n"
        "• At Cloudflare, delete the token named <b>Soar</b>."
    ),
    "which.title": "<b>Which bot?</b>",
    "cancel.title": "<b>Stop the set-up?</b>",
    "cancel.body": "I forget what you gave me so far. Nothing is left behind.",
    "forget.title": "<b>Shall I forget you?</b>",
    "forget.body": "I delete everything I know about this chat.",
    "forget.with_worker": (
        "⚠️ You have a bot. If I forget you I lose the key that commands it, and it stays as it is: running or paused. "
        "You can remove it or pause it first. With a Cloudflare token I can take it over again later."
    ),
}

BUTTONS: Final[dict[str, str]] = {
    "button.plain": "{text}",
    "button.begin": "Let's start",
    "button.how_safe": "How is this safe?",
    "button.alpaca_sign_up": "Sign up free",
    "button.alpaca_open": "Open Alpaca",
    "button.alpaca_paper": "Open Alpaca (PAPER)",
    "button.alpaca_live": "Open Alpaca (LIVE)",
    "button.signed_in": "I am signed in",
    "button.paper": "📝 PAPER: practice (recommended)",
    "button.live": "💵 LIVE: real money",
    "button.agree": "I agree",
    "button.token": "Make the token",
    "button.tokens": "Cloudflare tokens",
    "button.workers": "Open Cloudflare",
    "button.cloudflare_sign_up": "No Cloudflare account? Sign up free",
    "button.keep_connection": "Go on with {account}",
    "button.earlier": "« Earlier",
    "button.more": "More »",
    "button.use_name": "Use {name}",
    "button.keep_yes": "Yes, my bot keeps it (recommended)",
    "button.keep_no": "No, ask me each time",
    "button.have_keys": "I see my keys",
    "button.stop": "Stop",
    "button.switch": "Go on with {mode}",
    "button.paste_other": "Paste {mode} keys",
    "button.try_again": "Try again",
    "button.other_keys": "Paste other keys",
    "button.again_from_start": "Set up a new bot",
    "button.keep_worker": "Keep my bot",
    "button.keep_going": "Go on with the set-up",
    "button.stop_now": "Stop and forget",
    "button.keep_all": "Keep everything",
    "button.destroy_first": "Remove my bot first",
    "button.pause_first": "⏸ Pause my bot first",
    "button.forget": "Forget me",
    "button.back": "‹ Back",
    "button.back_to": "‹ Back to where I was",
    "button.cancel": "✕ Cancel",
    "button.help": "Help",
    "button.agreements": "📄 Send me what I agreed to",
    "button.picture": "🖼 Show me where",
    "button.picture_api_keys_box": "🖼 Where to look",
    "button.picture_generate_key": "🖼 Where to tap",
    "button.picture_key_panel": "🖼 Where to copy",
}
