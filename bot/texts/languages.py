"""The wording in English of the choice of a language."""

from __future__ import annotations

from typing import Final

LANGUAGES: Final[dict[str, str]] = {
    "language.title": "🌐 <b>Which language shall I speak?</b>",
    "language.body": "Tap one. Nothing else changes: you go on where you were.",
    "button.languages": "🌐 Language",
    "button.picked": "✓ {text}",
    "button.telegrams": "Like my Telegram ({language})",
    "button.picked_telegrams": "✓ Like my Telegram ({language})",
    "consent.shown": "{text}",
}
