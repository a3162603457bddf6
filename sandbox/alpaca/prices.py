"""Generated prices: a seeded random walk over sessions, the same in every run, with settings, splits and stale feeds.

The price at any moment is a pure function of seed, symbol, moment and what was set, so yesterday's equity can always be
worked out again. Outside sessions it rests at the last close.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from sandbox.alpaca.assets import Asset
from sandbox.alpaca.money import cents
from sandbox.alpaca.sessions import Session, market_day, session_before, session_on

FIRST_SESSION = date(2022, 1, 3)
_CENT = Decimal("0.01")
_DRIFT, _VOLATILITY = 0.0003, 0.009
_OVERNIGHT = 0.3
_WAVES = (0.0022, 0.0012, 0.0006)


@dataclass(frozen=True, slots=True)
class _Change:
    """From `at` on: hold this price, or walk on multiplied by `factor`; `split` says new shares per old one."""

    at: datetime
    factor: Decimal
    held: Decimal | None
    split: Decimal | None = None


@dataclass(slots=True)
class _Tape:
    """All there is to know about one symbol's price."""

    start: float
    dice: random.Random
    logs: list[float] = field(default_factory=lambda: [0.0])
    waves: list[tuple[float, ...]] = field(default_factory=list)
    changes: list[_Change] = field(default_factory=list)
    stale: timedelta = timedelta()
    missing: bool = False


class Prices:
    """The price of every asset at any moment."""

    def __init__(self, assets: Mapping[str, Asset], seed: int) -> None:
        """Give another `seed` to get another market."""
        self._assets = assets
        self._seed = seed
        self._tapes: dict[str, _Tape] = {}

    def at(self, symbol: str, moment: datetime) -> Decimal:
        """Dollars per share, in cents, never below one cent."""
        tape = self._tape(symbol)
        change = _last_change(tape, moment)
        if change is not None and change.held is not None:
            return change.held
        walked = Decimal(repr(_walk(tape, moment)))
        return max(_CENT, cents(walked if change is None else walked * change.factor))

    def last_close(self, symbol: str, moment: datetime) -> Decimal:
        """The close of the session before that day's, in today's shares: splits since then are taken out."""
        closed = session_before(market_day(moment)).closes
        return self.at(symbol, closed) / self.split_factor(symbol, closed, moment)

    def traded_at(self, symbol: str, moment: datetime, *, is_open: bool) -> datetime:
        """When the latest trade was printed: now in a session, else at the last close; older if the feed is stale."""
        latest = moment if is_open else min(moment, _session_at(moment).closes)
        return latest - self._tape(symbol).stale

    def is_missing(self, symbol: str) -> bool:
        """Whether the feed knows nothing of this symbol."""
        return symbol not in self._assets or self._tape(symbol).missing

    def split_factor(self, symbol: str, since: datetime, until: datetime) -> Decimal:
        """New shares per old one by the splits after `since` and up to `until`."""
        factor = Decimal(1)
        for change in self._tape(symbol).changes:
            if change.split is not None and since < change.at <= until:
                factor *= change.split
        return factor

    def hold(self, symbol: str, price: Decimal, moment: datetime) -> None:
        """From now on the price is exactly this."""
        self._change(symbol, moment, cents(price), hold=True)

    def release(self, symbol: str, moment: datetime, price: Decimal | None = None) -> None:
        """Walk on from `price`, by default from the present one."""
        self._change(symbol, moment, price or self.at(symbol, moment), hold=False)

    def split(self, symbol: str, ratio: Decimal, moment: datetime) -> None:
        """Give `ratio` new shares for each old one, at a price divided by it."""
        tape = self._tape(symbol)
        change = _last_change(tape, moment)
        factor = (change.factor if change else Decimal(1)) / ratio
        held = None if change is None or change.held is None else max(_CENT, cents(change.held / ratio))
        tape.changes.append(_Change(moment, factor, held, ratio))

    def make_stale(self, symbol: str, by: timedelta) -> None:
        """Date every trade and quote of this symbol back by that much."""
        self._tape(symbol).stale = by

    def make_missing(self, symbol: str, *, missing: bool) -> None:
        """Leave the symbol out of every answer of the data host, or put it back."""
        self._tape(symbol).missing = missing

    def _change(self, symbol: str, moment: datetime, price: Decimal, *, hold: bool) -> None:
        tape = self._tape(symbol)
        factor = price / Decimal(repr(_walk(tape, moment)))
        tape.changes.append(_Change(moment, factor, price if hold else None))

    def _tape(self, symbol: str) -> _Tape:
        tape = self._tapes.get(symbol)
        if tape is None:
            dice = random.Random(f"{self._seed}:{symbol}")  # noqa: S311  (a market, not a secret)
            tape = self._tapes[symbol] = _Tape(float(self._assets[symbol].base), dice)
        return tape


def _last_change(tape: _Tape, moment: datetime) -> _Change | None:
    return next((change for change in reversed(tape.changes) if change.at <= moment), None)


def _walk(tape: _Tape, moment: datetime) -> float:
    """The undisturbed price: from the last close, a jump overnight, then waves that vanish at both ends of the day."""
    session = _session_at(moment)
    index = _ordinal(session.day)
    while len(tape.logs) < index + 2:
        tape.logs.append(tape.logs[-1] + tape.dice.gauss(_DRIFT, _VOLATILITY))
        tape.waves.append(tuple(tape.dice.gauss(0, height) for height in _WAVES))
    before, after = tape.logs[index], tape.logs[index + 1]
    passed = min(1.0, (moment - session.opens) / (session.closes - session.opens))
    wave = sum(height * math.sin(math.pi * turn * passed) for turn, height in enumerate(tape.waves[index], 1))
    if passed >= 1:
        wave = 0.0
    return tape.start * math.exp(before + (after - before) * (_OVERNIGHT + (1 - _OVERNIGHT) * passed) + wave)


def _session_at(moment: datetime) -> Session:
    """The session that opened last, at that moment."""
    day = market_day(moment)
    today = session_on(day)
    return today if today is not None and today.opens <= moment else session_before(day)


_days: list[date] = [FIRST_SESSION]


@lru_cache(maxsize=4096)
def _ordinal(day: date) -> int:
    """How many sessions lie between the first one and that day's; days before the first count as it."""
    while _days[-1] < day:
        following = _days[-1] + timedelta(days=1)
        while session_on(following) is None:
            following += timedelta(days=1)
        _days.append(following)
    return max(0, bisect_right(_days, day) - 1)
