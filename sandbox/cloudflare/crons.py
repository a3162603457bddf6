"""Reads cron expressions as Cloudflare does (UTC, five fields, weekday 1 is Sunday) and fires Workers by the clock."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
MONTHS = {name: str(number) for number, name in enumerate(MONTH_NAMES, 1)}
WEEKDAYS = {name: str(number) for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
FIELDS: tuple[tuple[int, int, Mapping[str, str]], ...] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, MONTHS),
    (1, 7, WEEKDAYS),
)
PART = re.compile(r"(?P<all>\*)|(?P<first>\d{1,2})(-(?P<last>\d{1,2}))?")
MINUTE = timedelta(minutes=1)
LOOK_BACK = timedelta(days=7)


class InvalidCronError(ValueError):
    """The text is no cron expression."""


@dataclass(frozen=True, slots=True)
class Cron:
    """A parsed expression: the allowed numbers of each field."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    @classmethod
    def parse(cls, text: str) -> Cron:
        """Parse; raises InvalidCronError. L, W and # are not known here."""
        fields = text.split()
        if len(fields) != len(FIELDS):
            raise InvalidCronError(text)
        return cls(*(_numbers(field, *limits) for field, limits in zip(fields, FIELDS, strict=True)))

    def matches(self, moment: datetime) -> bool:
        """Tell whether the expression fires in this minute. Restricted day and weekday: either will do."""
        if moment.minute not in self.minutes or moment.hour not in self.hours or moment.month not in self.months:
            return False
        day = moment.day in self.days
        weekday = moment.isoweekday() % 7 + 1 in self.weekdays
        if len(self.days) == 31 or len(self.weekdays) == 7:  # noqa: PLR2004  (a full field restricts nothing)
            return day and weekday
        return day or weekday


def _numbers(field: str, low: int, high: int, names: Mapping[str, str]) -> frozenset[int]:
    found: set[int] = set()
    for part in field.upper().split(","):
        text, _, step = part.partition("/")
        spelled = "-".join(names.get(word, word) for word in text.split("-"))
        match = PART.fullmatch(spelled)
        if match is None or (step and not step.isdecimal()) or part.endswith("/") or step == "0":
            raise InvalidCronError(field)
        first = low if match["all"] else int(match["first"])
        last = high if match["all"] or (step and not match["last"]) else int(match["last"] or match["first"])
        if not low <= first <= last <= high:
            raise InvalidCronError(field)
        found.update(range(first, last + 1, int(step or 1)))
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Due:
    """One expression of one Worker, and since when it counts."""

    account: str
    script: str
    cron: str
    since: datetime


class CronClock:
    """Fires what is due, minute by minute; a change counts only `delay` after it was made."""

    def __init__(self, *, now: Callable[[], datetime], delay: timedelta, running: bool) -> None:
        self.now = now
        self.delay = delay
        self.running = running

    async def keep(
        self, listed: Callable[[], Iterable[Due]], fire: Callable[[Due, datetime], Awaitable[object]]
    ) -> None:
        """Run for ever; a slow Worker does not hold up the others."""
        async with asyncio.TaskGroup() as firing:
            last = _minute(self.now())
            while True:
                moment = self.now()
                await asyncio.sleep((_minute(moment) + MINUTE - moment).total_seconds())
                current = _minute(self.now())
                for due in self.due(listed(), last, current):
                    firing.create_task(_as_task(fire(due, current)))
                last = current

    def due(self, listed: Iterable[Due], last: datetime, current: datetime) -> list[Due]:
        """Pick what fires at `current`; nothing while the clock is stopped or has not moved on."""
        if not self.running or current <= last:
            return []
        return [due for due in listed if due.since + self.delay <= current and Cron.parse(due.cron).matches(current)]


def last_match(expression: str, since: datetime, now: datetime) -> datetime | None:
    """Find the last minute after `since` and up to `now` in which the expression fires; looks back a week at most."""
    cron, minute = Cron.parse(expression), _minute(now)
    while minute > max(since, now - LOOK_BACK):
        if cron.matches(minute):
            return minute
        minute -= MINUTE
    return None


async def _as_task(work: Awaitable[object]) -> None:
    await work


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
