"""Recognises what a Worker says in English, so that it can be said in any language.

A Worker may be older or newer than this program: a text counts as known only if all of its sentences are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Final, TypeAlias

from bot.texts.plural import Plural
from bot.texts.sentences import OLDER, PARTS, SENTENCES
from flows.words import Day, Listing, Money, Number, Percent, Slot, Text, say

LONGEST: Final = 4000  # letters: no Worker of ours says so much
CUT: Final = "…"
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_UNKNOWN: Final = "an unknown amount"
_SUM: Final = rf"(?:-?\$\d[\d,]{{0,19}}\.\d\d|{_UNKNOWN})"
_SYMBOL: Final = r"[A-Z][A-Z0-9.]{0,9}"
_ORDER: Final = rf"{_SUM} of {_SYMBOL}"
_DATE: Final = rf"on (?:{'|'.join(MONTHS)}) \d{{1,2}}"
_DAY: Final = "|".join(PARTS["day"])
Kind: TypeAlias = "tuple[str, Callable[[str], Slot]]"


def _sum(words: str) -> Slot:
    return say("told.unknown_sum") if words == _UNKNOWN else Money(words.replace("$", "").replace(",", ""))


def _order(words: str) -> Slot:
    amount, _, symbol = words.rpartition(" of ")
    return say("told.order", sum=_sum(amount), symbol=symbol)


def _when(words: str) -> Slot:
    day, time = words.removesuffix(" in New York").rsplit(" at ", 1)
    return say("told.when", day=_part("day")(day) if day in PARTS["day"] else _date(day), time=time)


def _date(words: str) -> Slot:
    month, number = words.removeprefix("on ").split()
    return say("day.date", day=Day(f"--{MONTHS.index(month) + 1:02}-{int(number):02}"))


def _part(name: str) -> Callable[[str], Slot]:
    return lambda words: say(PARTS[name][words])


def _row(pattern: str, read: Callable[[str], Slot]) -> Kind:
    """Several of a kind."""
    return rf"{pattern}(?:, {pattern})*", lambda words: Listing(
        tuple(read(each) for each in re.findall(pattern, words))
    )


# What may stand in a slot, and what is made of it, by the slot's name.
_NUMBER: Final[Kind] = (r"\d{1,12}(?:\.\d{1,18})?", Number)
_COUNT: Final[Kind] = (r"\d{1,6}", int)
_SHARE: Final[Kind] = (r"\d{1,6}%", lambda words: Percent(int(words[:-1])))
KINDS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(("sum", "limit", "price"), (_SUM, _sum)),
    **dict.fromkeys(("shares", "before"), _NUMBER),
    **dict.fromkeys(("count", "months"), _COUNT),
    **dict.fromkeys(("share", "target"), _SHARE),
    **{name: ("|".join(map(re.escape, PARTS[name])), _part(name)) for name in ("period", "ending", "ceiling")},
    "symbol": (_SYMBOL, str),
    "symbols": _row(_SYMBOL, str),
    "orders": _row(_ORDER, _order),
    "when": (rf"(?:{_DAY}|{_DATE}) at \d{{1,2}}:\d\d in New York", _when),
    "words": (r".+?", str),
}


def _compiled(english: str) -> re.Pattern[str]:
    """Make a pattern of a sentence; it ends where the text does or a blank stands."""
    parts = re.split(r"\{(\w+)\}", english)
    literal, slots = map(re.escape, parts[::2]), parts[1::2]
    opened = [f"(?P<{name}>{KINDS[name][0]})" for name in slots]
    return re.compile("".join(a + b for a, b in zip(literal, [*opened, ""], strict=True)) + r"(?=\s|$)", re.ASCII)


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Compile all of them, once, when a Worker's words are first to be said in another language."""
    known = [(message, english) for message, text in SENTENCES.items() for english in _forms(text)]
    known += [(message, english) for english, message in OLDER.items()]
    return [(message, _compiled(english)) for message, english in known]


def _forms(text: str | Plural) -> tuple[str, ...]:
    return (text.one, text.other) if isinstance(text, Plural) else (text,)


def recognised(words: str) -> tuple[Text, ...]:
    """Give a Worker's sentences as messages; none where one of them is not known, but for one that was cut."""
    return _recognised(words) if len(words) <= LONGEST else ()


@lru_cache(maxsize=512)  # 40 kB each at worst
def _recognised(words: str) -> tuple[Text, ...]:
    rest, found = " ".join(words.split()), list[Text]()
    while rest:
        text, length = _first(rest)
        if text is None:
            cut = found and rest.endswith(CUT)
            return (*found, say("told.cut")) if cut else ()
        found.append(text)
        rest = rest[length:].lstrip()
    return tuple(found)


def _first(words: str) -> tuple[Text | None, int]:
    """Read the longest sentence at the beginning."""
    matches = ((message, match) for message, pattern in _patterns() if (match := pattern.match(words)))
    message, match = max(matches, key=lambda each: each[1].end(), default=("", None))
    if match is None:
        return None, 0
    return say(message, **{name: KINDS[name][1](value) for name, value in match.groupdict().items()}), match.end()
