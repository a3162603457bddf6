"""The wording in English of connecting Cloudflare on its own page instead of by a pasted token."""

from __future__ import annotations

from typing import Final

CONNECTING: Final[dict[str, str]] = {
    "button.connect": "🔗 Connect with Cloudflare",
    "token.body_connect": (
        "Your bot lives in your own free Cloudflare account.\n\n"
        "1. Tap <b>Connect with Cloudflare</b> and agree there.\n"
        "2. On the page after it, tap <b>Back to the chat</b>, then <b>Start</b>.\n\n"
        "What I am lent there ends within the hour, and I give it back sooner."
    ),
    "token.paste_too": "✍️ Or make a token yourself and paste it here. I delete your message at once.",
    "notice.connect_stray": (
        "That way back does not belong to this chat, or it is older than ten minutes. Nothing was connected. Did you "
        "not tap Connect here yourself? Then somebody sent you a link, and you need do nothing. Else tap it once more."
    ),
    "connect.to_chat": "Back to the chat",
    "connect.title.back": "Almost done",
    "connect.body.back": (
        "Cloudflare has agreed. Go back to the chat now and tap Start there, within ten minutes. "
        "Did somebody send you this link? Then close this page: nothing is connected yet."
    ),
    "connect.title.declined": "Not connected",
    "connect.body.declined": "You did not agree, so nothing has changed. You can try again in the chat.",
    "connect.title.not_asked": "Nothing to connect",
    "connect.body.not_asked": "The chat does not wait for this any more. Go back and go on from there.",
    "connect.title.old_link": "This link is too old",
    "connect.body.old_link": "Go back to the chat and tap Connect with Cloudflare again.",
    "connect.title.too_late": "That took too long",
    "connect.body.too_late": "More than ten minutes have passed, or this page was opened before. Tap Connect again.",
    "connect.title.other_browser": "Another browser",
    "connect.body.other_browser": (
        "This was not begun in this browser, so nothing was connected. Go back to the chat and tap Connect again."
    ),
    "connect.title.not_granted": "Cloudflare did not agree",
    "connect.body.not_granted": "It gave no access this time. Nothing has changed. Go back and try again.",
    "connect.title.not_now": "Not just now",
    "connect.body.not_now": "I could not store this just now. Go back to the chat and tap Connect again.",
}
