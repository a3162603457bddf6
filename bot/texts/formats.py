"""Numbers, sums, dates and lists as each language writes them, from CLDR by way of Babel; digits are always 0 to 9."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta, get_timezone_location
from babel.lists import format_list
from babel.numbers import NumberPattern, format_decimal, format_percent

from flows.languages import Language
from flows.notices import UTC, zone_of
from flows.words import LONGEST_NUMBER, City, Clock, Day, Moment, Money, Number, Percent, Span, read_number

_CURRENCY: Final = re.compile(r"[A-Z]{3}")
LEAST_SPAN: Final = 60  # seconds
HOURS_FROM: Final = 1.5  # hours: less is told in minutes
SMALL: Final = 1000
_REMEMBERED: Final = 2048  # the same figures come again and again, and each takes Babel 10 to 40 µs


@lru_cache(maxsize=len(Language))
def locale_of(language: Language) -> Locale:
    """Give Babel's data of a language; it is loaded when it is first used."""
    return Locale.parse(language.value)


def prepare() -> None:
    """Load now what the first sum and the first date would have to wait for.

    English and Babel itself are most of it; another language is 4 ms more and 1 MB, when somebody first speaks it.
    """
    money(Money("1.5", signed=True), Language.ENGLISH)
    moment(Moment(0), Language.ENGLISH)
    span(Span(90, "past"), Language.ENGLISH)
    listed(["", ""], Language.ENGLISH)
    city(City("Europe/Berlin"), Language.ENGLISH)


def integer(value: int, language: Language) -> str:
    """Write a whole number."""
    return str(value) if 0 <= value < SMALL else str(format_decimal(value, locale=locale_of(language)))


def number(value: Number, language: Language) -> str:
    """Write a decimal number with all its digits; what is none is given back as it is, the beginning of it."""
    amount = read_number(value.value)
    return value.value[:LONGEST_NUMBER] if amount is None else _number(amount, language)


@lru_cache(maxsize=_REMEMBERED)
def _number(amount: Decimal, language: Language) -> str:
    return str(format_decimal(amount, locale=locale_of(language), decimal_quantization=False))


@lru_cache(maxsize=_REMEMBERED)
def percent(value: Percent, language: Language) -> str:
    """Write a share of a hundred."""
    return str(format_percent(Decimal(value.value) / 100, locale=locale_of(language)))


def money(value: Money, language: Language) -> str:
    """Write a sum; what is none is given back as it is, the beginning of it.

    In a text that goes leftward it is written as in English: in "10.00 US$" the parts of the sign change places
    wherever isolates are not known, "$10.00" stays as it is.
    """
    amount = read_number(value.amount)
    if amount is None or not _CURRENCY.fullmatch(value.currency):
        return f"{value.amount[:LONGEST_NUMBER]} {value.currency[:LONGEST_NUMBER]}".strip()
    return _money(value, amount, Language.ENGLISH if language.leftward else language)


@lru_cache(maxsize=_REMEMBERED)
def _money(value: Money, amount: Decimal, language: Language) -> str:
    pattern, locale = _pattern(language, whole=value.whole), locale_of(language)
    written = pattern.apply(amount, locale, currency=value.currency, currency_digits=not value.whole)
    return f"+{written}" if value.signed and amount >= 0 else str(written)


@lru_cache(maxsize=2 * len(Language))
def _pattern(language: Language, *, whole: bool) -> NumberPattern:
    pattern: NumberPattern = locale_of(language).currency_formats["standard"]
    if whole:
        pattern = copy.copy(pattern)
        pattern.frac_prec = (0, 0)
    return pattern


def day(value: Day, language: Language) -> str:
    """Write a date, one without a year (--11-24) too; what is none is given back as it is, the beginning of it."""
    return _day(value, language) if len(value.date) <= LONGEST_NUMBER else value.date[:LONGEST_NUMBER]


@lru_cache(maxsize=_REMEMBERED)
def _day(value: Day, language: Language) -> str:
    try:
        if value.date.startswith("--"):
            leap = datetime.fromisoformat(f"2000{value.date[1:]}")
            return str(format_skeleton("MMMMd", leap, locale=locale_of(language)))
        return str(format_date(date.fromisoformat(value.date), "medium", locale=locale_of(language)))
    except ValueError:
        return value.date


def moment(value: Moment, language: Language) -> str:
    """Write a date with its time of day."""
    here = _here(value.at, value.zone)
    return f"{format_date(here, 'medium', locale=locale_of(language))} {here:%H:%M}"


def clock(value: Clock) -> str:
    """Write a time of day, as every language here reads it."""
    return f"{_here(value.at, value.zone):%H:%M}"


def _here(at: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at, zone_of(zone))


@lru_cache(maxsize=_REMEMBERED)
def span(value: Span, language: Language) -> str:
    """Write a length of time in minutes, hours or days."""
    seconds = max(LEAST_SPAN, value.seconds)
    length = timedelta(seconds=-seconds if value.seen == "past" else seconds)
    direction, locale = bool(value.seen), locale_of(language)
    words = format_timedelta(length, "minute", threshold=HOURS_FROM, add_direction=direction, locale=locale)
    return str(words)


def city(value: City, language: Language) -> str:
    """Name a time zone by its city."""
    if value.zone == UTC:
        return UTC
    return str(get_timezone_location(value.zone, locale=locale_of(language), return_city=True))


def listed(items: Sequence[str], language: Language) -> str:
    """Put what is written already in a row."""
    return str(format_list(items, "standard", locale=locale_of(language)))
