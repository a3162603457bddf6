"""The wording under the drawn pictures: what is in them, where to look, and the usual reasons for not seeing it."""

from __future__ import annotations

from typing import Final


def _caption(where: str, shown: str, *reasons: str) -> str:
    """Join the sentence, what the picture shows for who cannot see it, and the reasons, folded away."""
    listed = "\n".join(f"• {reason}" for reason in reasons)
    return (
        f"{where}\n<i>In the picture: {shown}</i>\n<blockquote expandable><b>I don't see it</b>\n{listed}</blockquote>"
    )


WHERE: Final[dict[str, str]] = {
    "where.sign_in": _caption(
        "<b>New here?</b> Tap <b>Sign up</b> (1). <b>Have an account?</b> Type your e-mail and password, "
        "then tap <b>Log in</b> (2). It is the same on a phone and on a computer.",
        "Alpaca's page with two fields, the button Log in under them, and Sign up at the bottom.",
        "A page in the app asks for more about you? That is for real money. For practice you may stop there.",
        "No e-mail came? Look in the spam folder, then ask for it again on the same page.",
        "Nothing but a blank page? Open it in your phone's browser instead of inside Telegram.",
    ),
    "where.mode_switch": _caption(
        "The switch is at the <b>top left</b>, on a phone as on a computer. Tap it and pick the mode.",
        "Alpaca's page twice, phone and computer; a small box at the top left unfolds to Live and Paper.",
        "On a phone it may be behind the menu sign at the top left.",
        "It shows a name or a number? That is the switch, too: tap it.",
        "There is no Live in it? Then Alpaca has not opened a real-money account for you yet.",
    ),
    "where.api_keys_box": _caption(
        "Find the box <b>Your API Keys</b>. On a <b>phone</b> scroll down, it is near the bottom. "
        "On a <b>computer</b> look at the right.",
        "Alpaca's page twice; the box Your API Keys is near the bottom on the phone and at the right on the computer.",
        "You are not on the page <b>Home</b> (the overview): go there first.",
        "The box is called only <b>API Keys</b>? That is the one.",
        "On a phone, ask your browser for the desktop site.",
    ),
    "where.generate_key": _caption(
        "In the box tap <b>Generate New Key</b> (1). <b>Key ID</b> and <b>Secret</b> appear (2). Leave that page open: "
        "on a <b>phone</b> just switch to Telegram, on a <b>computer</b> keep the tab.",
        "The box Your API Keys twice: first with the button Generate New Key, then with Key ID and Secret.",
        "The button says <b>Regenerate</b>? You have keys already. New ones end the old ones.",
        "No button, and the switch says LIVE? Alpaca must first open your real-money account.",
        "Nothing happens? Load the page again and sign in once more.",
    ),
    "where.key_id": _caption(
        "Copy the <b>Key ID</b>, the shorter value, with the sign beside it. No sign? On a <b>phone</b> hold a finger "
        "on it, on a <b>computer</b> mark it with the mouse; then copy. Leave the page open.",
        "A panel with two values; the upper and shorter one, the Key ID, and its copy sign are marked.",
        "There are no values? Tap <b>Generate New Key</b> first.",
        "It starts with neither PK nor AK? Then it is the Secret, or the number of your account.",
        "The panel is closed? The Secret is gone for good. Generate a new pair and use that one.",
    ),
    "where.secret": _caption(
        "Copy the <b>Secret</b>, the longer value, with the sign beside it, and paste it here. No sign? On a "
        "<b>phone</b> hold a finger on it, on a <b>computer</b> mark it with the mouse; then copy.",
        "The same panel; the lower and longer value, the Secret, and its copy sign are marked.",
        "The panel is closed? The Secret is gone for good. Generate a new pair and paste both values.",
        "You see dots instead of letters? Generate a new pair; the old Secret is never shown again.",
        "There is only a Key ID? Scroll down in the panel.",
    ),
    "where.key_panel": _caption(
        "Copy <b>Key ID</b> (1) and <b>Secret</b> (2) with the signs beside them, and paste them into the form. No "
        "sign? On a <b>phone</b> hold a finger on the value, on a <b>computer</b> mark it with the mouse; then copy.",
        "A panel with the Key ID above the longer Secret; both and their copy signs are marked.",
        "The panel is closed? The Secret is gone for good. Generate a new pair and use that one.",
        "You see dots instead of letters? Generate a new pair; the old Secret is never shown again.",
        "There is only a Key ID? Scroll down in the panel.",
    ),
    "where.cloudflare_token": _caption(
        "The form is filled in. Tap <b>Continue to summary</b> (1) at its very end, then <b>Create Token</b> (2), "
        "and copy the token that appears (3). It is the same on a phone and on a computer.",
        "Cloudflare's form with the button Continue to summary, and the next page with Create Token and the token.",
        "Cloudflare asks you to sign in? Do that, then tap <b>Make the token</b> here once more.",
        "The form is empty? Pick the template <b>Edit Cloudflare Workers</b>: it opens a little more, and works.",
        "The token is shown once. If it is lost, make another.",
    ),
}
