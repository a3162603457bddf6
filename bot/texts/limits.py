"""How long a text may be, from https://core.telegram.org/bots/api: counted without tags, slots as they stand."""

from __future__ import annotations

from typing import Final

TEXT: Final = 4096  # sendMessage
CAPTION: Final = 1024  # sendPhoto, sendDocument
LABEL: Final = 64  # what fits a button; longer ones are cut
TOAST: Final = 200  # answerCallbackQuery
COMMAND: Final = 256  # BotCommand
DESCRIPTION: Final = 512  # setMyDescription
SHORT_DESCRIPTION: Final = 120  # setMyShortDescription
_BY_BEGINNING: Final = {
    "button.": LABEL,
    "topic.": LABEL,
    "toast.": TOAST,
    "command.": COMMAND,
    "about.description": DESCRIPTION,
    "about.short": SHORT_DESCRIPTION,
    "where.": CAPTION,
    "chart.caption": CAPTION,
    "export.caption": CAPTION,
    "notice.private": TOAST,
}


def limit_of(name: str) -> int | None:
    """Give what a message may have at most; None for one that is a part of a text."""
    return next((most for beginning, most in _BY_BEGINNING.items() if name.startswith(beginning)), None)
