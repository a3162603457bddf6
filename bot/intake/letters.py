"""Tells random characters from written words, because a key and a long word differ in nothing else."""

from __future__ import annotations

import re

# Which letters often follow which: the 180 commonest pairs, counted over the words of twelve European languages.
# Written words are made of them to four fifths or more; of random pairs only a quarter are among them.
_FOLLOWERS = {
    "a": "bcdgiklmnprstu",
    "b": "aeilor",
    "c": "aehikort",
    "d": "aeio",
    "e": "acdefgiklmnprstvx",
    "f": "eiou",
    "g": "eirsu",
    "h": "aeio",
    "i": "acdefgklmnorstv",
    "k": "aeiost",
    "l": "adeilostu",
    "m": "aeiop",
    "n": "acdegiknostu",
    "o": "cdlmnoprstuw",
    "p": "aeiloprt",
    "r": "adeimnorstuy",
    "s": "aceiklopstu",
    "t": "aehiorstuy",
    "u": "ilmnprst",
    "v": "aeio",
    "w": "aei",
    "z": "ae",
}
_COMMON = frozenset(first + second for first, seconds in _FOLLOWERS.items() for second in seconds)
_WORDLIKE, _FEW_TURNS = 0.65, 0.42

_LETTERS = re.compile(r"[A-Za-z]+")
# A place where the kind of character changes: lower, upper, digit, anything else.
_TURN = re.compile(r"(?<=[a-z])(?=[^a-z])|(?<=[A-Z])(?=[^A-Z])|(?<=[0-9])(?=[^0-9])|(?<=[^A-Za-z0-9])(?=[A-Za-z0-9])")


def spelling(text: str) -> float:
    """Share (0 to 1) of neighbouring letters that written words often have; 1.0 when there is no pair to judge."""
    pairs = [a + b for run in _LETTERS.findall(text) for a, b in zip(run.lower(), run.lower()[1:], strict=False)]
    return sum(pair in _COMMON for pair in pairs) / len(pairs) if pairs else 1.0


def turns(text: str) -> int:
    """How often the kind of character changes along the text: rarely in words and names, at every other one in keys."""
    return len(_TURN.findall(text))


def reads_like_words(text: str) -> bool:
    """Whether a long run (an identifier, a path, a file name) is made of words rather than drawn at random."""
    return turns(text) <= _FEW_TURNS * len(text) and spelling(text) >= _WORDLIKE


_PARTS = re.compile(r"[_/+=-]+")
_SHORT, _LONGEST_WORD, _WORD = 3, 20, 0.5


def is_ordinary(piece: str) -> bool:
    """Whether a piece of text is a word, a label such as APCA_API_KEY_ID, or a one-digit list number."""
    if ("/" in piece or "+" in piece) and not (piece.islower() or piece.isupper()):
        return False  # a snippet of a Secret sooner than "and/or"
    return all(_is_word(part) for part in _PARTS.split(piece) if part)


def _is_word(part: str) -> bool:
    if not part.isalpha():
        return part.isdigit() and len(part) == 1
    if not (part.islower() or part.isupper() or part.istitle()) or len(part) > _LONGEST_WORD:
        return False
    return len(part) <= _SHORT or spelling(part) >= _WORD
