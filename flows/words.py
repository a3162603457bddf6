"""Message ids with their slots. The conversation names what is said; the wording lives with whoever renders it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Slot: TypeAlias = "str | int | Text"


@dataclass(frozen=True, slots=True)
class Text:
    """One message id and the values of its slots."""

    id: str
    slots: tuple[tuple[str, Slot], ...] = ()


def say(message_id: str, /, **slots: Slot) -> Text:
    """Make a `Text`; slots are kept in the order given."""
    return Text(message_id, tuple(slots.items()))
