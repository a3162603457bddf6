"""Turns message ids into Telegram's HTML, and screens into a text with its buttons."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Final

from bot.texts.advice import ADVICE
from bot.texts.english import BUTTONS, SCREENS
from bot.texts.help import HELP
from bot.texts.places import WHERE
from bot.texts.plans import PLANS
from bot.texts.preferences import PREFERENCES
from bot.texts.remarks import NOTICES, PASTES, TROUBLES
from bot.texts.tending import TENDING
from bot.texts.verifying import VERIFYING
from flows.screen import Screen
from flows.words import Text

CATALOGUE: Final[Mapping[str, str]] = {
    **SCREENS,
    **BUTTONS,
    **NOTICES,
    **PASTES,
    **TROUBLES,
    **HELP,
    **WHERE,
    **ADVICE,
    **PLANS,
    **PREFERENCES,
    **TENDING,
    **VERIFYING,
}
_SLOT = re.compile(r"\{(\w+)\}")
LONGEST_LABEL = 64
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


def render(text: Text) -> str:
    """Give the HTML of one message; slot values are escaped. Raises KeyError for an id without wording."""
    slots = {name: _slot(value) for name, value in text.slots}
    return _SLOT.sub(lambda match: slots[match.group(1)], CATALOGUE[text.id]).strip()


def _slot(value: str | int | Text) -> str:
    return render_inner(value) if isinstance(value, Text) else html.escape(str(value), quote=False)


def render_inner(text: Text) -> str:
    """Give the HTML of a message inside another; outer blanks are kept."""
    slots = {name: _slot(value) for name, value in text.slots}
    return _SLOT.sub(lambda match: slots[match.group(1)], CATALOGUE[text.id])


def label(text: Text) -> str:
    """Give a button's label: plain text, cut where it would be too long for a phone."""
    words = html.unescape(re.sub(r"<[^>]+>", "", render(text)))
    return words if len(words) <= LONGEST_LABEL else words[: LONGEST_LABEL - 1] + "…"


def body(screen: Screen) -> str:
    """Give a screen's text; list lines stay together, everything else is set apart by a blank line."""
    parts: list[str] = []
    for line in screen.lines:
        words = render(line)
        close = parts and line.id.startswith(CLOSE)
        parts.append(("\n" if close else "\n\n" if parts else "") + words)
    return "".join(parts)
