"""Cuts pasted text into pieces and finds the most sensible way to put keys together from them.

A paste may hold labels, quotes, a whole curl command, and keys that a line break has cut. Every way of joining
neighbouring pieces into keys has a price, mostly for characters left over; the cheapest way wins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from bot.intake.letters import is_ordinary
from bot.intake.noticing import parts_a_key
from bot.intake.shapes import unglue

MOST_FRAGMENTS = 300
MOST_JOINED, LONGEST_JOINED = 30, 256

_PIECE = re.compile(r"[A-Za-z0-9+/_-]+")
_EMPHASIS = re.compile(r"(?P<mark>_{1,3})(?P<inner>.*[^_])(?P=mark)")
_PADDING = re.compile(r"={1,2}(?![A-Za-z0-9+/=_-])")
# What makes the piece before it a name: `key: …`, `"key": "…"`, `KEY='…'`, `key => …`.
_NAMES = re.compile(r"""["']?[ \t]*[:=]+>?[ \t]*["'{[]*[A-Za-z0-9+/_-]""")

LEFT_OVER_LABEL, LEFT_OVER_PER_CHARACTER, LEFT_OVER_WORD_PER_CHARACTER = 0.1, 1.0, 0.1
PER_JOINT, UNUSUAL, UNUSUAL_AND_JOINED, RETOUCHED = 1.0, 5.0, 20.0, 0.01


class Part(Enum):
    """What a piece, or several joined, can be."""

    KEY_ID = auto()
    SECRET = auto()
    CLOUDFLARE_TOKEN = auto()


@dataclass(frozen=True, slots=True, repr=False)
class Fragment:
    """A run of key characters: whether it is a word, whether it names what follows it (`key:`), how it is attached.

    `attached` says that only blanks or pictures lie between it and the one before, `pictured` that there are pictures.
    """

    text: str
    padding: str
    word: bool
    names: bool
    attached: bool
    pictured: bool


@dataclass(frozen=True, slots=True, repr=False)
class Value:
    """A key or token put together from fragments; `usual` is false for a shape that was only guessed."""

    part: Part
    text: str
    usual: bool


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """The values found, and the longest run that was left over and is no word."""

    values: tuple[Value, ...]
    rest: str


Recogniser = Callable[[str, bool], Sequence[Value]]
"""Names what a text, given alone or as joined from several fragments (True), can be; empty when it is nothing."""


def cut(text: str) -> list[Fragment]:
    """The runs of key characters in a text, at most 300 of them."""
    fragments: list[Fragment] = []
    end = 0
    for found in _PIECE.finditer(text):
        between = text[end : found.start()]
        padding = _PADDING.match(text, found.end())
        names = _NAMES.match(text, found.end()) is not None
        end = padding.end() if padding else found.end()
        attached, tail = bool(fragments) and parts_a_key(between), padding.group() if padding else ""
        first, *second = unglue(found.group()) or (found.group(),)
        word = is_ordinary(first)
        fragments.append(Fragment(first, "" if second else tail, word, names, attached, not between.isspace()))
        fragments += [Fragment(text, tail, word, names, attached=False, pictured=False) for text in second]
        if len(fragments) >= MOST_FRAGMENTS:
            break
    return fragments


def read(fragments: Sequence[Fragment], recognise: Recogniser, *, across_pictures: bool = False) -> Reading:
    """Put keys together at the lowest price; `across_pictures` also joins what an emoji or other sign has parted."""
    best: list[tuple[float, tuple[Value, ...], str]] = [(0.0, (), "")]
    for end in range(1, len(fragments) + 1):
        last = fragments[end - 1]
        price, values, rest = best[end - 1]
        longest = rest if last.names or last.word or len(rest) >= len(last.text) else last.text
        options = [(price + _waste(last), values, longest)]
        for start, value, extra in _spans(fragments, end, recognise, across_pictures=across_pictures):
            price, values, rest = best[start]
            options.append((price + extra, (*values, value), rest))
        best.append(min(options, key=lambda option: option[0]))
    return Reading(best[-1][1], best[-1][2])


def _waste(fragment: Fragment) -> float:
    if fragment.names:
        return LEFT_OVER_LABEL
    return len(fragment.text) * (LEFT_OVER_WORD_PER_CHARACTER if fragment.word else LEFT_OVER_PER_CHARACTER)


def _spans(
    fragments: Sequence[Fragment], end: int, recognise: Recogniser, *, across_pictures: bool
) -> Iterator[tuple[int, Value, float]]:
    """Every value that ends with the fragment before `end`: where it starts, what it is, its price."""
    text, words = "", True
    for start in range(end - 1, max(-1, end - 1 - MOST_JOINED), -1):
        one = fragments[start]
        joints = end - 1 - start
        if joints and (one.names or len(text) > LONGEST_JOINED):
            return
        text = one.text + one.padding * (not joints) + text
        words = words and one.word
        for form, retouched in _forms(text) if not (joints and words) else ():
            for value in recognise(form, joints > 0):
                unusual = 0.0 if value.usual else UNUSUAL_AND_JOINED if joints else UNUSUAL
                yield start, value, joints * PER_JOINT + unusual + retouched
        if not (one.attached and (across_pictures or not one.pictured)):
            return


def _forms(text: str) -> Iterator[tuple[str, float]]:
    """The text as it may be meant, with a price: out of _markdown_, itself, without a list's dash, without padding."""
    inner = _EMPHASIS.fullmatch(text)
    if inner:
        yield inner["inner"], 0.0
    yield text, RETOUCHED if inner else 0.0
    if text[0] == "-":
        yield text.lstrip("-"), RETOUCHED
    if text[-1] == "=":
        yield text.rstrip("="), RETOUCHED
