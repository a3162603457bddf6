"""The trading sessions of the US equity market: weekdays, holidays and half days, by rule rather than by list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2029, 12, 31)
_DAY = timedelta(days=1)
_SATURDAY, _SUNDAY = 5, 6
_JUNETEENTH_SINCE = 2022
_KING_DAY_SINCE = 1998


@dataclass(frozen=True, slots=True)
class Session:
    """One day of regular trading; `opens` and `closes` are UTC."""

    day: date
    opens: datetime
    closes: datetime


def market_day(moment: datetime) -> date:
    """The date in New York at that moment."""
    return moment.astimezone(NEW_YORK).date()


@cache
def session_on(day: date) -> Session | None:
    """The session of that date, None on weekends and holidays."""
    if day.weekday() >= _SATURDAY or day in _holidays(day.year):
        return None
    closing = time(13) if _is_half_day(day) else time(16)
    opens, closes = (datetime.combine(day, at, NEW_YORK).astimezone(UTC) for at in (time(9, 30), closing))
    return Session(day, opens, closes)


def sessions_from(day: date) -> Iterator[Session]:
    """Every session on or after that date, for ever."""
    while True:
        session = session_on(day)
        if session is not None:
            yield session
        day += _DAY


def next_opening(moment: datetime) -> Session:
    """The first session that opens after that moment."""
    return next(each for each in sessions_from(market_day(moment)) if each.opens > moment)


def next_closing(moment: datetime) -> Session:
    """The first session that closes after that moment; while the market is open, the running one."""
    return next(each for each in sessions_from(market_day(moment)) if each.closes > moment)


@lru_cache(maxsize=4096)
def session_before(day: date) -> Session:
    """The last session of an earlier date."""
    while True:
        day -= _DAY
        session = session_on(day)
        if session is not None:
            return session


def sessions_between(first: date, last: date) -> list[Session]:
    """The sessions of the dates from `first` to `last`, both included."""
    days = (first + timedelta(days=count) for count in range((last - first).days + 1))
    return [session for session in map(session_on, days) if session is not None]


@cache
def _holidays(year: int) -> frozenset[date]:
    days = {
        _nth_weekday(year, 2, 0, 3),  # Presidents' Day
        _easter(year) - timedelta(days=2),  # Good Friday
        _nth_weekday(year, 6, 0, 1) - timedelta(days=7),  # Memorial Day: the last Monday of May
        _observed(date(year, 7, 4)),
        _nth_weekday(year, 9, 0, 1),  # Labor Day
        _nth_weekday(year, 11, 3, 4),  # Thanksgiving
        _observed(date(year, 12, 25)),
    }
    if year >= _KING_DAY_SINCE:
        days.add(_nth_weekday(year, 1, 0, 3))
    if year >= _JUNETEENTH_SINCE:
        days.add(_observed(date(year, 6, 19)))
    # A New Year's Day that falls on a Saturday is not moved: the year before would end early.
    new_year = date(year, 1, 1)
    if new_year.weekday() != _SATURDAY:
        days.add(_observed(new_year))
    return frozenset(days)


def _is_half_day(day: date) -> bool:
    thanksgiving = _nth_weekday(day.year, 11, 3, 4)
    return day == thanksgiving + _DAY or (day.month, day.day) in {(7, 3), (12, 24)}


def _observed(day: date) -> date:
    if day.weekday() == _SATURDAY:
        return day - _DAY
    return day + _DAY if day.weekday() == _SUNDAY else day


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _easter(year: int) -> date:
    """Easter Sunday by the Gregorian computus (Gauss, with Lichtenberg's correction)."""
    century = year // 100
    shift = 15 + (3 * century + 3) // 4 - (8 * century + 13) // 25
    moon_age = (19 * (year % 19) + shift) % 30
    correction = moon_age // 29 + (moon_age // 28 - moon_age // 29) * ((year % 19) // 11)
    full_moon = 21 + moon_age - correction
    sunday_offset = 7 - (year + year // 4 + 2 - (3 * century + 3) // 4) % 7
    return date(year, 3, 1) + timedelta(days=full_moon - 1 + 7 - (full_moon - sunday_offset) % 7)
