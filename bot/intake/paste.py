"""Reads keys out of what people really paste: labels, quotes, shell lines, JSON, both values at once, broken lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bot.intake import shapes
from bot.intake.cleaning import clean
from bot.intake.fragments import Part, Value, cut, read
from bot.intake.letters import is_ordinary
from bot.intake.noticing import without, without_emails, without_urls
from bot.intake.problems import Expecting, Problem, diagnose, is_spoiled
from bot.intake.shapes import Shape
from deploy.secret import Secret

__all__ = ["Expecting", "Mode", "Paste", "Problem", "read_paste"]

Mode = Literal["paper", "live"]


@dataclass(frozen=True, slots=True)
class Paste:
    """What was found. A value may be there although another was asked for: then that is what the person pasted.

    `mode_hint` is only what the Key ID's first letters suggest; Alpaca alone knows.
    """

    key_id: Secret | None = None
    secret: Secret | None = None
    cloudflare_token: Secret | None = None
    mode_hint: Mode | None = None
    problems: tuple[Problem, ...] = ()


LONGEST_PASTE: Final = 20_000
# Wide on purpose: vendors lengthen their keys without notice, and refusing a good one is worse than asking Alpaca.
_ANY_KEY_ID: Final = re.compile(r"(?=.*[A-Z])(?:[PA]K|(?=.*[0-9]))[A-Z0-9]{14,40}")
_ANY_SECRET: Final = re.compile(r"[A-Za-z0-9+/=_-]{30,80}")
_ANY_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{30,200}")
_SHORTEST_KEY_ID, _USUAL_TOKEN_LENGTH = 16, 53

_MODES: Final[dict[str, Mode]] = {"PK": "paper", "AK": "live"}


def read_paste(text: str, expecting: Expecting | None = None) -> Paste:
    """Find keys and tokens in `text`; never raises. Without `expecting` only well-known shapes count."""
    text, problems = _refuse(clean(text[:LONGEST_PASTE]))
    found, more = _find(text, expecting, explain=not problems)
    key_id = found.get(Part.KEY_ID)
    return Paste(
        key_id=_wrap(key_id),
        secret=_wrap(found.get(Part.SECRET)),
        cloudflare_token=_wrap(found.get(Part.CLOUDFLARE_TOKEN)),
        mode_hint=_MODES.get(key_id[:2]) if key_id else None,
        problems=tuple(dict.fromkeys(problems + more)),
    )


def _refuse(text: str) -> tuple[str, list[Problem]]:
    """Take out what must never be used, so that no part of it is read as something else."""
    problems = []
    for shape, problem in ((Shape.BOT_TOKEN, Problem.BOT_TOKEN), (Shape.GLOBAL_API_KEY, Problem.GLOBAL_API_KEY)):
        rest = without(shape, text)
        if rest != text:
            problems.append(problem)
        text = rest
    return text, problems


def _find(text: str, expecting: Expecting | None, *, explain: bool) -> tuple[dict[Part, str], list[Problem]]:
    """The values in the text, and unless it is clear already, why something that was asked for is not among them."""
    body = without_emails(without_urls(text))
    fragments, recognise = cut(body), _recogniser(expecting)
    reading = read(fragments, recognise)
    values, problems = _settle(reading.values)
    found = {part: value.text for part, value in values.items()}
    unsure = {part for part, value in values.items() if not value.usual}
    if problems or not explain or not (unsure or _lacking(found, expecting)):
        return found, problems
    mended, _ = _settle(read(fragments, recognise, across_pictures=True).values)
    parted = any(value.usual and (part in unsure or part not in found) for part, value in mended.items())
    if unsure and (parted or is_spoiled(body)):
        return {part: text for part, text in found.items() if part not in unsure}, [Problem.STRANGE_CHARACTER]
    if not _lacking(found, expecting):
        return found, []
    reason = diagnose(text, expecting, reading.rest, parted=parted)
    if reason is None:
        return found, [] if found else [Problem.NOTHING_FOUND]
    return found, [reason]


def _wrap(text: str | None) -> Secret | None:
    return Secret(text) if text else None


def _recogniser(expecting: Expecting | None) -> Callable[[str, bool], Sequence[Value]]:
    def recognise(text: str, joined: bool) -> Sequence[Value]:  # noqa: FBT001  (the callback's fixed form)
        usual = _usual(text, expecting, joined=joined)
        return usual or _unusual(text, expecting, joined=joined)

    return recognise


def _usual(text: str, expecting: Expecting | None, *, joined: bool) -> list[Value]:
    """Shapes that are known to be in use."""
    if shapes.is_key_id(text) or shapes.is_small_key_id(text):
        return [Value(Part.KEY_ID, text.upper(), usual=True)]
    if shapes.is_cloudflare_token(text) and (not joined or len(text) == _USUAL_TOKEN_LENGTH):
        return [Value(Part.CLOUDFLARE_TOKEN, "c" + text[1:], usual=True)]
    if not shapes.is_secret(text) or shapes.holds_key_id(text):
        return []
    if expecting is Expecting.CLOUDFLARE_TOKEN:
        token = shapes.may_be_cloudflare(text)
    else:
        token = shapes.may_be_cloudflare(text) and bool(set(text) & set("_-")) and expecting not in _WANTS_SECRET
    return [Value(Part.CLOUDFLARE_TOKEN if token else Part.SECRET, text, usual=True)]


_WANTS_SECRET: Final = (Expecting.SECRET, Expecting.KEY_PAIR)
_WANTS_KEY_ID: Final = (Expecting.KEY_ID, Expecting.KEY_PAIR)


def _unusual(text: str, expecting: Expecting | None, *, joined: bool) -> list[Value]:
    """Shapes never seen yet, which count only where such a value was asked for, and joined only where just one was."""
    if len(text) < _SHORTEST_KEY_ID or (joined and expecting is Expecting.KEY_PAIR) or shapes.is_name(text):
        return []
    if expecting in _WANTS_KEY_ID and _ANY_KEY_ID.fullmatch(text):
        return [Value(Part.KEY_ID, text, usual=False)]
    if shapes.holds_key_id(text):
        return []
    if expecting in _WANTS_SECRET and _ANY_SECRET.fullmatch(text) and not is_ordinary(text):
        return [Value(Part.SECRET, text, usual=False)]
    if expecting is Expecting.CLOUDFLARE_TOKEN and _ANY_TOKEN.fullmatch(text) and not is_ordinary(text):
        known = shapes.is_identifier(text) and len(text) != shapes.OLD_CLOUDFLARE_LENGTH
        return [] if known else [Value(Part.CLOUDFLARE_TOKEN, text, usual=False)]
    return []


def _settle(values: Iterable[Value]) -> tuple[dict[Part, Value], list[Problem]]:
    """One value per part; usual shapes before unusual ones, and none at all where two compete."""
    found: dict[Part, Value] = {}
    problems: list[Problem] = []
    grouped: dict[Part, dict[str, bool]] = {}
    for value in values:
        grouped.setdefault(value.part, {})[value.text] = value.usual
    if Part.KEY_ID in grouped:  # beside a Key ID, a token without a prefix is its Secret
        for text in [one for one in grouped.get(Part.CLOUDFLARE_TOKEN, {}) if not shapes.is_cloudflare_token(one)]:
            grouped.setdefault(Part.SECRET, {})[text] = grouped[Part.CLOUDFLARE_TOKEN].pop(text)
    for part, texts in grouped.items():
        candidates = [text for text, usual in texts.items() if usual] or list(texts)
        if len(candidates) > 1:
            problems.append(Problem.SEVERAL_KEYS)
        elif candidates and part is Part.KEY_ID and candidates[0].startswith("CK"):
            problems.append(Problem.BROKER_KEY)
        elif candidates:
            found[part] = Value(part, candidates[0], usual=texts[candidates[0]])
    return found, problems


def _lacking(found: dict[Part, str], expecting: Expecting | None) -> bool:
    """Whether there is something to explain: nothing at all, or one half of a pair that was asked for whole."""
    if not found:
        return True
    return expecting is Expecting.KEY_PAIR and any(part not in found for part in (Part.KEY_ID, Part.SECRET))
