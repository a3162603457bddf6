"""Message ids with their slots. The conversation names what is said; the wording lives with whoever renders it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Slot: TypeAlias = "str | int | Text | Verbatim"


@dataclass(frozen=True, slots=True)
class Text:
    """One message id and the values of its slots."""

    id: str
    slots: tuple[tuple[str, Slot], ...] = ()


@dataclass(frozen=True, slots=True)
class Verbatim:
    """A text of Soar's own as it was shown once, in HTML: never anything that a user or another party has written."""

    html: str


def say(message_id: str, /, **slots: Slot) -> Text:
    """Make a `Text`; slots are kept in the order given."""
    return Text(message_id, tuple(slots.items()))
