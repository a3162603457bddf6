"""Turns message ids into Telegram's HTML, and screens into a text with its buttons, in a person's language."""

from __future__ import annotations

import html
import re
from typing import Final

from bot.texts.catalogue import counted, wording
from bot.texts.introduction import COMMANDS
from flows.languages import Language
from flows.screen import Screen
from flows.words import Slot, Text, Verbatim

_SLOT: Final = re.compile(r"\{(\w+)\}")
_TAG: Final = re.compile(r"<[^>]+>")
LONGEST_LABEL: Final = 64
LONGEST_TOAST: Final = 200  # https://core.telegram.org/bots/api#answercallbackquery
# Lines of lists, which stand close together.
CLOSE = (
    *(
        "mark.",
        "card.",
        "review.",
        "working.elapsed",
        "settings.quiet_o",
        "settings.quiet_at",
        "settings.clock",
    ),
    *("differs.", "facts.c", "facts.v", "facts.s", "facts.a", "facts.r", "strays.one"),
)


def render(text: Text, language: Language) -> str:
    """Give the HTML of one message; slot values are escaped. Raises KeyError for an id without wording."""
    return _filled(text, language).strip()


def _filled(text: Text, language: Language) -> str:
    """Give the HTML of a message, with the outer blanks that it may have inside another."""
    values = dict(text.slots)
    number = values.get(counted(text.id) or "")
    words = wording(text.id, language, number if isinstance(number, int) else 0)
    slots = {name: _slot(value, language) for name, value in values.items()}
    return _SLOT.sub(lambda match: slots[match.group(1)], words)


def _slot(value: Slot, language: Language) -> str:
    match value:
        case Text():
            return _filled(value, language)
        case Verbatim(shown):
            return shown
        case _:
            return html.escape(str(value), quote=False)


def plain(text: Text, language: Language) -> str:
    """Give a message without its tags, for where Telegram knows none."""
    return html.unescape(_TAG.sub("", render(text, language)))


def label(text: Text, language: Language) -> str:
    """Give a button's label: plain text, cut where it would be too long for a phone."""
    return _cut(plain(text, language), LONGEST_LABEL)


def toast(text: Text, language: Language) -> str:
    """Give what answers a tap in passing: plain text, cut where Telegram takes no more."""
    return _cut(plain(text, language), LONGEST_TOAST)


def _cut(words: str, longest: int) -> str:
    return words if len(words) <= longest else words[: longest - 1] + "…"


def body(screen: Screen, language: Language) -> str:
    """Give a screen's text; list lines stay together, everything else is set apart by a blank line."""
    parts: list[str] = []
    for line in screen.lines:
        words = render(line, language)
        close = parts and line.id.startswith(CLOSE)
        parts.append(("\n" if close else "\n\n" if parts else "") + words)
    return "".join(parts)


def commands(language: Language) -> tuple[tuple[str, str], ...]:
    """List the commands with what they do, as Telegram's menu shows them."""
    return tuple((name, wording(f"command.{name}", language)) for name in COMMANDS)
