"""The market's clock: real time by default; it can be set, frozen, moved on, or the market forced open or shut.

A forced market is in the middle of a session, or hours away from one, whatever the time of day: what a trading program
does then must not depend on when it is tried out.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sandbox.alpaca.refusals import Json
from sandbox.alpaca.sessions import NEW_YORK, next_closing, next_opening

_OPEN_FOR = timedelta(hours=5)
_SHUT_FOR = timedelta(hours=1)


class MarketClock:
    """Tells the market's time; `wall` gives the real time in UTC."""

    def __init__(self, wall: Callable[[], datetime]) -> None:
        """Start at the real time, running."""
        self.wall = wall
        self.forced: bool | None = None
        self._base = self._anchor = wall()
        self.frozen = False

    def now(self) -> datetime:
        """The market's time, UTC."""
        return self._base if self.frozen else self._base + (self.wall() - self._anchor)

    def set(self, moment: datetime) -> None:
        """Continue from `moment`, running or frozen as before."""
        self._base, self._anchor = moment, self.wall()

    def advance(self, seconds: float) -> None:
        """Move on by that many seconds."""
        self.set(self.now() + timedelta(seconds=seconds))

    def freeze(self, frozen: bool) -> None:  # noqa: FBT001  (the state itself)
        """Stop the clock or let it run on from where it stands."""
        self.set(self.now())
        self.frozen = frozen

    def follow_real_time(self) -> None:
        """Drop every setting: real time, real sessions."""
        self.forced, self.frozen = None, False
        self.set(self.wall())

    def is_open(self) -> bool:
        """Whether orders are filled now."""
        return self.open_at(self.now())

    def open_at(self, moment: datetime) -> bool:
        """Whether orders are filled at that moment, a forced state included."""
        return next_closing(moment).opens <= moment if self.forced is None else self.forced

    def closing_after(self, moment: datetime) -> datetime:
        """When a day order of that moment ends: the next close; four to five hours ahead while forced open."""
        if self.forced is None:
            return next_closing(moment).closes
        if self.forced:
            return moment.replace(minute=0, second=0, microsecond=0) + _OPEN_FOR
        return next_opening(moment + _SHUT_FOR).closes

    def opening_after(self, moment: datetime) -> datetime:
        """When the market opens next; while forced shut, not within the hour."""
        if self.forced is None:
            return next_opening(moment).opens
        return next_opening(self.closing_after(moment) if self.forced else moment + _SHUT_FOR).opens

    def answer(self) -> Json:
        """The body of `GET /v2/clock`, times in New York."""
        now = self.now()
        return {
            "timestamp": in_new_york(now),
            "is_open": self.open_at(now),
            "next_open": in_new_york(self.opening_after(now)),
            "next_close": in_new_york(self.closing_after(now)),
        }


def in_new_york(moment: datetime) -> str:
    """ISO 8601 with New York's offset, as the clock endpoint writes it."""
    return moment.astimezone(NEW_YORK).isoformat()


def in_utc(moment: datetime) -> str:
    """ISO 8601 with a Z, as orders and accounts write it; `moment` must be UTC."""
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
