"""Says why a paste holds nothing usable, as exactly as its text allows."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

from bot.intake import shapes
from bot.intake.letters import is_ordinary
from bot.intake.noticing import without_emails


class Expecting(Enum):
    """What the chat has asked for; it decides only what the look of a text leaves open."""

    KEY_ID = auto()
    SECRET = auto()
    KEY_PAIR = auto()
    CLOUDFLARE_TOKEN = auto()


class Problem(Enum):
    """Why something that was asked for is not in the paste, or not usable."""

    NOTHING_FOUND = auto()
    TOO_SHORT = auto()
    TOO_LONG = auto()
    STRANGE_CHARACTER = auto()
    MASKED = auto()
    LOOKS_CUT = auto()
    SEVERAL_KEYS = auto()
    GLOBAL_API_KEY = auto()
    BOT_TOKEN = auto()
    BROKER_KEY = auto()
    OTHER_ID = auto()
    EMAIL = auto()


_MASK: Final = re.compile(r"(?:[•●∙·⋅⬤◦○▪■█✱∗*]\s?){3,}|\.{4,}|[xX]{8,}")
_ELLIPSIS: Final = re.compile(r"[A-Za-z0-9+/_-]{4}\.{3}|\.{3}[A-Za-z0-9+/_-]{4}")
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{15,}")
_CHUNK: Final = re.compile(r"\S{16,}")
_KEY_CHARACTER: Final = re.compile(r"[A-Za-z0-9+/=_-]")
_FOREIGN_ENDS: Final = re.compile(r"^[^A-Za-z0-9+/=_-]+|[^A-Za-z0-9+/=_-]+$")
_KEY_PREFIX: Final = re.compile(r"[PA]K[A-Z0-9]{4,}")
_NO_CAPITALS_MISSING: Final = re.compile(r"[A-Z0-9]+")

_LIMITS: Final = {Expecting.KEY_ID: (16, 40), Expecting.SECRET: (30, 80), Expecting.CLOUDFLARE_TOKEN: (30, 200)}
_WORTH_A_WORD = 4
_MOSTLY = 0.6


def diagnose(text: str, expecting: Expecting | None, rest: str, *, parted: bool) -> Problem | None:
    """The likeliest reason; None when nothing in the text resembles what was asked for.

    `rest` is the longest run that belonged to no value; `parted` says a value appears once emoji are taken out.
    """
    if _MASK.search(text):
        return Problem.MASKED
    if parted:
        return Problem.STRANGE_CHARACTER
    if _ELLIPSIS.search(text):
        return Problem.LOOKS_CUT
    if any(shapes.is_identifier(found) for found in _ID.findall(text)):
        return Problem.OTHER_ID
    bare = without_emails(text)
    if is_spoiled(bare):
        return Problem.STRANGE_CHARACTER
    return _length(rest, expecting) or (Problem.EMAIL if bare != text else None)


def is_spoiled(text: str) -> bool:
    """Whether a key in the text has something foreign inside it, such as an emoji or a letter of another alphabet."""
    return any(_spoiled(chunk) for chunk in _CHUNK.findall(text))


def _spoiled(chunk: str) -> bool:
    inner = _FOREIGN_ENDS.sub("", chunk)
    if any(sign in inner for sign in "\"':,;{}<>") or "://" in inner:
        return False
    own = _KEY_CHARACTER.findall(inner)
    return _MOSTLY * len(inner) <= len(own) < len(inner) and not is_ordinary("".join(own)) and len(own) >= _WORTH_A_WORD


def _length(rest: str, expecting: Expecting | None) -> Problem | None:
    if _KEY_PREFIX.fullmatch(rest) and len(rest) < _LIMITS[Expecting.SECRET][0]:
        return Problem.LOOKS_CUT
    if expecting is None or len(rest) < _WORTH_A_WORD:
        return None
    if expecting is Expecting.KEY_PAIR:
        expecting = Expecting.KEY_ID if _NO_CAPITALS_MISSING.fullmatch(rest) else Expecting.SECRET
    shortest, longest = _LIMITS[expecting]
    if len(rest) > longest:
        return Problem.TOO_LONG
    if len(rest) >= shortest:
        return None
    return Problem.LOOKS_CUT if 2 * len(rest) >= shortest and expecting is not Expecting.KEY_ID else Problem.TOO_SHORT
