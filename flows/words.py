"""Message ids with their slots. The conversation names what is said; the wording lives with whoever renders it.

What looks different from language to language, such as sums, dates and lists, is a type of its own; a plain text is
shown as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias

Slot: TypeAlias = (
    "str | int | Text | Money | Number | Percent | Day | Moment | Clock | Span | City | Listing | Told | Verbatim"
)

LONGEST_NUMBER: Final = 40  # signs
MOST_DIGITS: Final = 15  # before the point: no sum and no number of shares has more


@dataclass(frozen=True, slots=True)
class Text:
    """One message id and the values of its slots."""

    id: str
    slots: tuple[tuple[str, Slot], ...] = ()


@dataclass(frozen=True, slots=True)
class Money:
    """A sum as a decimal text; `signed` shows a plus, too, `whole` no cents. What is no number is shown as it is."""

    amount: str
    currency: str = "USD"
    signed: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A decimal number as a text, all of its digits shown."""

    value: str


@dataclass(frozen=True, slots=True)
class Percent:
    """A share of a hundred."""

    value: int


@dataclass(frozen=True, slots=True)
class Day:
    """A date (ISO 8601), also without its year (--11-24)."""

    date: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A date with its time of day: Unix seconds, shown by the clock of a zone (an IANA name)."""

    at: int
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day alone: Unix seconds, shown by the clock of a zone (an IANA name)."""

    at: int
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time in seconds; with `seen` from now it is so long ago (`past`) or so far ahead (`ahead`)."""

    seconds: int
    seen: str = ""


@dataclass(frozen=True, slots=True)
class City:
    """A time zone (an IANA name), called by its city."""

    zone: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Several things in a row: "A, B and C"."""

    items: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What a Worker has told in English, and the message that says about the same in any language; empty for none."""

    message: str
    words: str


@dataclass(frozen=True, slots=True)
class Verbatim:
    """A text of Soar's own as it was shown once, in HTML: never anything that a user or another party has written."""

    html: str


def read_number(text: str) -> Decimal | None:
    """Read a number that somebody told; None for what is none, or so large or long that nobody could mean it.

    "1e999999999" is a number, too, but writing it out takes a gigabyte.
    """
    try:
        number = Decimal(text) if len(text) <= LONGEST_NUMBER else Decimal("NaN")
    except InvalidOperation:
        return None
    return number if number.is_finite() and -LONGEST_NUMBER < number.adjusted() < MOST_DIGITS else None


def say(message_id: str, /, **slots: Slot) -> Text:
    """Make a `Text`; slots are kept in the order given."""
    return Text(message_id, tuple(slots.items()))


def listing(*items: Slot) -> Slot:
    """Put things in a row; a dash stands for none."""
    return Listing(items) if items else "–"
