"""The wording in English of the Cloudflare token that a bot keeps, or does not."""

from __future__ import annotations

from typing import Final

KEEPING: Final[dict[str, str]] = {
    "kept.title": "☁️ <b>The Cloudflare token of</b> <code>{script}</code>",
    "kept.yes": (
        "<b>It keeps one.</b> So it can change its keys and remove itself when you tap that, and I need not ask you. "
        "The token lies encrypted in your own Cloudflare account; only programs there can use it."
    ),
    "kept.no": (
        "<b>It keeps none.</b> So I ask you for a token each time you change its keys or remove it, and forget it then."
    ),
    "kept.gone": (
        "✅ <b>It keeps the token no more.</b> At Cloudflare the token itself is still good: delete it there. When I "
        "need one from now on, I ask you."
    ),
    "button.give_token": "Let it keep a token",
    "button.other_token": "Give it another token",
    "button.do_take_token": "Take the token away",
    "button.about_token": "More about it",
    "act.take_token_title": "<b>Take its Cloudflare token away?</b>",
    "act.take_token_body": (
        "From then on I ask you for a token to change its keys or to remove it. All else goes on as before."
    ),
    # one to keep
    "token.title_keep": "<b>A token for your bot to keep</b>",
    "token.why_keep": "It lies encrypted in your own account, and I forget it.",
    "token.only_pasted": "It must be a pasted one: what Cloudflare lends ends within the hour.",
    "token.steps_keep": (
        "1. Tap <b>Make the token</b>. The form is filled in.\n"
        "2. Tap <b>Continue to summary</b>, then <b>Create Token</b>.\n"
        "3. Copy the token."
    ),
    "error.token_lent": (
        "What Cloudflare lends ends within the hour, so your bot cannot keep it. I gave it back. Make a token with the "
        "button below and paste it here."
    ),
    # work
    "atwork.give_token": "☁️ <b>Giving your bot the token</b>",
    "atwork.take_token": "☁️ <b>Taking the token away from your bot</b>",
    "step.token_in": "Putting it among your bot's secrets at Cloudflare",
    "step.token_out": "Deleting it from your bot's secrets at Cloudflare",
    "step.token_seen": "Waiting for your bot to confirm it",
    # how it ended
    "notice.token_given": "✅ Your bot keeps a token now.",
    "notice.token_unseen": (
        "Cloudflare has made the change, but your bot does not confirm it yet. That can take a minute. /status asks it "
        "again."
    ),
    "taking.token_dead": (
        "Cloudflare did not let your bot take its token out: that token may be deleted or run out. Paste another, and "
        "I do it for your bot."
    ),
    "taking.not_by_itself": (
        "Your bot could not take its token out itself just now. Paste a token, and I do it at Cloudflare. Or go back "
        "and try later."
    ),
}
