"""Finds what looks like a key or token inside any text: prose, code, a URL, a file name, a key broken in pieces."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from bot.intake import shapes
from bot.intake.cleaning import clean
from bot.intake.letters import is_ordinary
from bot.intake.shapes import Shape

LONGEST_TEXT = 200_000
LONGEST_KEY, MOST_PIECES = 71, 12

# Nothing that could be noticed is shorter than this, and a text without such a run is free of whole keys.
_RUN = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_EMBEDDED = (
    (Shape.BOT_TOKEN, re.compile(r"(?<![0-9])[0-9]{6,12}:[A-Za-z0-9_-]{30,}"), shapes.is_bot_token),
    (Shape.GLOBAL_API_KEY, re.compile(r"(?<![A-Za-z0-9])[cC]fk_[A-Za-z0-9_-]{16,}"), shapes.is_global_api_key),
    (Shape.CLOUDFLARE_TOKEN, re.compile(r"(?<![A-Za-z0-9])[cC]f[ua]t_[A-Za-z0-9_-]{20,}"), shapes.is_cloudflare_token),
    (Shape.KEY_ID, re.compile(r"(?<![A-Za-z0-9])(?:PK|AK|CK)[A-Z0-9]{18,24}(?![A-Za-z0-9])"), shapes.is_key_id),
    (Shape.KEY_ID, re.compile(r"(?<![A-Za-z0-9_-])[pPaA]k[a-z0-9]{18,24}(?![A-Za-z0-9_@-])"), shapes.is_small_key_id),
    (Shape.GLOBAL_API_KEY, re.compile(r"(?<![A-Za-z0-9])[0-9a-f]{37}(?![A-Za-z0-9])"), shapes.is_global_api_key),
)
_LABELLED = re.compile(
    r"(?i:secret|token|passw(?:or)?d|bearer|api[_ -]?key|[?&;_-]key)[\"']?\s?[:=]?\s?[\"']?"
    r"(?P<value>[A-Za-z0-9+/_-]{28,80}={0,2})"
)
# The possessive quantifiers keep a hostile text of one endless run from taking quadratic time.
_URL = re.compile(
    r"""(?<![A-Za-z0-9.-])(?:[A-Za-z][A-Za-z0-9+.-]*+://|(?:[A-Za-z0-9-]++\.)+[A-Za-z]{2,}/)[^\s"'<>{}|\\^]*"""
)
_EMAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]++@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
# Only a text that mixes letters with digits, or capitals with small letters, can hold a key in pieces.
_ODD = re.compile(r"[a-z][A-Z]|[0-9][A-Za-z]|[A-Za-z][0-9]|[A-Z]{4}")
# Not the plain letters of a word that has others as well, such as "anlamadım".
_PIECE = re.compile(r"(?<!\w)[A-Za-z0-9+/_-]++={0,2}+(?!\w)")


def notice(text: str) -> Shape | None:
    """What kind of secret this text seems to hold; None when it holds none that can be seen.

    Kinds with a prefix are seen anywhere, URLs included; kinds without one not in URLs, which are full of such runs,
    unless the URL itself calls them key, token or secret. A secret divided over two messages cannot be seen. What is
    drawn from the same characters at the same length, such as a Solana address or a session token, counts as a secret.
    """
    text = clean(text[:LONGEST_TEXT])
    if _RUN.search(text):
        for shape, pattern, fits in _EMBEDDED:
            if any(fits(found.group()) for found in pattern.finditer(text)):
                return shape
        bare = without_urls(text)
        for run in _loose_runs(text, bare):
            return Shape.CLOUDFLARE_TOKEN if set(run) & set("_-") else Shape.SECRET
        text = bare
    return _in_pieces(text) if _ODD.search(text) else None


def without(shape: Shape, text: str) -> str:
    """The text with a mark in place of everything that looks like this kind of key; only kinds with a prefix."""
    for kind, pattern, fits in _EMBEDDED:
        if kind is shape:
            for found in {one.group() for one in pattern.finditer(text)}:
                text = text.replace(found, " \x00 ") if fits(found) else text
    return text


def without_urls(text: str) -> str:
    """The text with a mark in place of each URL, so that no path or query is taken for a key."""
    return _URL.sub(" \x00 ", text)


def without_emails(text: str) -> str:
    """The text with a mark in place of each e-mail address."""
    return _EMAIL.sub(" \x00 ", text)


def _loose_runs(text: str, bare: str) -> Iterator[str]:
    """Runs without a prefix that are random enough to be secrets."""
    for found in _LABELLED.finditer(text):
        if shapes.is_random_mix(found["value"]):
            yield found["value"]
    for found in _RUN.finditer(without_emails(bare)):
        run = found.group()
        if (len(run) in shapes.NOTICED_LENGTHS and shapes.is_random_mix(run)) or shapes.unglue(run):
            yield run


def _in_pieces(text: str) -> Shape | None:
    """A key that a line break, a blank or an emoji has cut: neighbouring pieces that only make sense as one."""
    for group in _groups(text):
        for start in range(len(group) - 1):
            whole, strange = group[start]
            words = 0 if strange else 1
            for piece, strange in group[start + 1 : start + MOST_PIECES]:
                whole += piece
                words += 0 if strange else 1
                if len(whole) > LONGEST_KEY:
                    break
                shape = _whole_key(whole, words=words)
                if shape is not None:
                    return shape
    return None


def _whole_key(text: str, *, words: int) -> Shape | None:
    """The kind of key that pieces make together; only a Key ID, all capitals itself, may contain a word in capitals."""
    if shapes.is_key_id(text):
        return Shape.KEY_ID
    if not words and (shapes.is_secret(text) or shapes.unglue(text)):
        return Shape.SECRET
    return Shape.CLOUDFLARE_TOKEN if not words and shapes.is_cloudflare_token(text) else None


def _groups(text: str) -> Iterator[list[tuple[str, bool]]]:
    """Neighbouring pieces with nothing but blanks or pictures between them, each with whether it is no word.

    Words end a group, except those in capitals: a few letters cut from a Key ID look like one.
    """
    group: list[tuple[str, bool]] = []
    end = 0
    for found in _PIECE.finditer(text):
        piece = found.group()
        strange = not is_ordinary(piece)
        usable = (strange or piece.isupper()) and not shapes.is_identifier(piece)
        if group and not (usable and parts_a_key(text[end : found.start()])):
            yield group
            group = []
        if usable:
            group.append((piece, strange))
        end = found.end()
    yield group


def parts_a_key(between: str) -> bool:
    """Whether what stands between two pieces is blank or a picture: punctuation or another word ends a key."""
    return all(sign.isspace() or unicodedata.category(sign) in {"So", "Sk", "Cn", "Co", "Cs"} for sign in between)
