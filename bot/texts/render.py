"""Turns message ids into Telegram's HTML, and screens into a text with its buttons, in a person's language."""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

from bot.texts import formats
from bot.texts.catalogue import CATALOGUE, counted, spoken_by, wording
from bot.texts.direction import closed, isolated, without
from bot.texts.introduction import COMMANDS
from bot.texts.layout import Paragraph, laid_out
from bot.texts.limits import LABEL, TEXT, TOAST
from bot.texts.older import renewed
from bot.texts.recognising import recognised
from flows.languages import Language
from flows.screen import Screen
from flows.words import (
    City,
    Clock,
    Day,
    Listing,
    Moment,
    Money,
    Number,
    Percent,
    Slot,
    Span,
    Text,
    Told,
    Verbatim,
    say,
)

log = logging.getLogger(__name__)
_SLOT: Final = re.compile(r"\{(=?)(\w+)\}")  # {=name} is not isolated
_TAG: Final = re.compile(r"<[^>]+>")


def render(text: Text, language: Language) -> str:
    """Give the HTML of one message; slot values are escaped.

    A message is stored and may be shown by an earlier or a later version: what this one has no wording for, or too few
    slots, or one that cannot be written, is left out (empty), and logged once.
    """
    return _filled(text, language).strip()


def _filled(text: Text, language: Language) -> str:
    """Give the HTML of a message, with the outer blanks that it may have inside another."""
    if text.id not in CATALOGUE:
        _left_out(text.id)
        return ""
    try:
        return _said(text, language)
    except (KeyError, ArithmeticError, ValueError):  # a slot is missing, or a time beyond the calendar is in it
        _left_out(text.id)
        return ""


@cache
def _left_out(message: str) -> None:
    """Note once what this version cannot say."""
    log.error("no wording; left out", extra={"wording": message})


def _said(text: Text, language: Language) -> str:
    values = renewed(text.id, dict(text.slots))
    number = values.get(counted(text.id) or "")
    words = wording(text.id, language, number if isinstance(number, int) else 0)

    def filled(match: re.Match[str]) -> str:
        return _slot(values[match[2]], language, apart=not match[1])

    return _SLOT.sub(filled, words)


def _slot(value: Slot, language: Language, *, apart: bool = True) -> str:
    """Give a slot's HTML; a value is kept `apart` from a text of the other direction."""
    match value:
        case Text():
            return _filled(value, language)
        case Verbatim(shown):
            return shown
        case Listing(items):
            return formats.listed([_slot(each, language, apart=apart) for each in items], language)
        case Told(message, words) if language is not Language.ENGLISH:
            return _told(message, words, language)
        case _:
            # The signs that set directions would only work against the isolates.
            written = html.escape(without(_written(value, language)), quote=False)
            return isolated(written, leftward=language.leftward) if apart else written


def _told(message: str, words: str, language: Language) -> str:
    """Say in another language what a Worker has said in English.

    Where all of its sentences are known they are translated, else `message` stands for them. Without one it is quoted.
    """
    if known := recognised(words):
        return ("" if language is Language.CHINESE else " ").join(_filled(each, language) for each in known)
    if spoken_by(message, language):
        return _filled(Text(message), language)
    return _filled(say("told.quote", words=words), language) if words else ""


def _written(value: str | int | Slot, language: Language) -> str:  # noqa: C901, PLR0911  (a line for each type)
    match value:
        case int():
            return formats.integer(value, language)
        case Money():
            return formats.money(value, language)
        case Number():
            return formats.number(value, language)
        case Percent():
            return formats.percent(value, language)
        case Day():
            return formats.day(value, language)
        case Moment():
            return formats.moment(value, language)
        case Clock():
            return formats.clock(value)
        case Span():
            return formats.span(value, language)
        case City():
            return formats.city(value, language)
        case Told(_, words):
            return words
        case _:
            return str(value)


def plain(text: Text, language: Language) -> str:
    """Give a message without its tags, for where Telegram knows none."""
    return html.unescape(_TAG.sub("", render(text, language)))


def label(text: Text, language: Language) -> str:
    """Give a button's label: plain text, cut where it would be too long for a phone."""
    return _cut(plain(text, language), LABEL) if text.slots else _fixed_label(text.id, language)


@lru_cache(maxsize=len(Language) * 256)
def _fixed_label(message: str, language: Language) -> str:
    return _cut(plain(Text(message), language), LABEL)


def toast(text: Text, language: Language) -> str:
    """Give what answers a tap in passing: plain text, cut where Telegram takes no more."""
    return _cut(plain(text, language), TOAST)


def _cut(words: str, longest: int) -> str:
    return words if len(words) <= longest else closed(words[: longest - 1] + "…")


def body(screen: Screen, language: Language) -> str:
    """Give a screen's text, without the lines that come out empty; never more than Telegram takes."""
    shown, folded = (
        [Paragraph(each.id, words) for each in part if _TAG.sub("", words := render(each, language)).strip()]
        for part in (screen.lines, screen.folded)
    )
    text = laid_out(shown, folded)
    if _too_long(text):  # what a Worker tells has no bounds, and without its screen a chat is stuck
        text = laid_out(_shortened(shown), ())
    return text


def _too_long(text: str) -> bool:
    return len(text) > TEXT // 2 and len(html.unescape(_TAG.sub("", text)).encode("utf-16-le", "replace")) // 2 > TEXT


def _shortened(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Cut all that is longer than its share of the room."""
    room = TEXT // (2 * len(paragraphs)) - len("…\n\n")
    return [each if len(each.words) <= room else Paragraph(each.id, _cut_html(each.words, room)) for each in paragraphs]


def _cut_html(words: str, longest: int) -> str:
    """Cut a paragraph, which then has no tags any more."""
    return html.escape(_cut(html.unescape(_TAG.sub("", words)), longest), quote=False)


def commands(language: Language) -> tuple[tuple[str, str], ...]:
    """List the commands with what they do, as Telegram's menu shows them."""
    return tuple((name, wording(f"command.{name}", language)) for name in COMMANDS)
