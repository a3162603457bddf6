"""Bars drawn from the generated prices: by the minute, hour, day, week or month."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby

from sandbox.alpaca.exchange import Exchange
from sandbox.alpaca.money import cents
from sandbox.alpaca.prices import Prices
from sandbox.alpaca.refusals import Json
from sandbox.alpaca.sessions import NEW_YORK, Session, market_day, sessions_between

_FRAME = re.compile(r"(\d{1,2})(Min|T|Hour|H|Day|D|Week|W|Month|M)")
_UNITS = {"T": "Min", "H": "Hour", "D": "Day", "W": "Week", "M": "Month"}
_ALLOWED = {"Min": range(1, 60), "Hour": range(1, 24), "Day": range(1, 2), "Week": range(1, 2)}
_MONTHS = (1, 2, 3, 4, 6, 12)
_SAMPLES = 6
_UNSPLIT = Decimal(1)
_INSTANT = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Timeframe:
    """The width of a bar: so many minutes, hours, days, weeks or months."""

    count: int
    unit: str


def read_timeframe(words: str) -> Timeframe | None:
    """Read `15Min`, `1Day` and the like; None if it is no timeframe."""
    match = _FRAME.fullmatch(words)
    if match is None:
        return None
    count, unit = int(match[1]), _UNITS.get(match[2], match[2])
    allowed = count in _MONTHS if unit == "Month" else count in _ALLOWED[unit]
    return Timeframe(count, unit) if allowed else None


def minute_bar(exchange: Exchange, symbol: str) -> Json:
    """The bar of the minute of the latest trade."""
    now = exchange.clock.now()
    traded = exchange.prices.traded_at(symbol, now, is_open=exchange.clock.open_at(now))
    start = (traded - _INSTANT).replace(second=0, microsecond=0)
    return _bar(exchange.prices, symbol, start, start, min(now, start + timedelta(minutes=1)))


def daily_bar(prices: Prices, symbol: str, session: Session, now: datetime) -> Json:
    """The bar of that session, up to now if it is still running."""
    return _bar(prices, symbol, _midnight(session.day), session.opens, min(now, session.closes))


def history(
    prices: Prices, symbol: str, frame: Timeframe, start: datetime, end: datetime, *, adjusted_to: datetime | None
) -> list[Json]:
    """The bars that begin from `start` to `end`, oldest first; splits up to `adjusted_to` are taken out."""
    first = max(market_day(start), date(2016, 1, 1))
    sessions = sessions_between(first, max(first, market_day(end)))
    windows = _intraday(sessions, frame) if frame.unit in {"Min", "Hour"} else _grouped(sessions, frame)
    found: list[Json] = []
    for label, opens, closes in windows:
        if label < start or opens > end:
            continue
        divisor = _UNSPLIT if adjusted_to is None else prices.split_factor(symbol, closes, adjusted_to)
        found.append(_bar(prices, symbol, label, opens, min(closes, end), divisor=divisor))
    return found


def _intraday(sessions: list[Session], frame: Timeframe) -> list[tuple[datetime, datetime, datetime]]:
    width = timedelta(minutes=frame.count) if frame.unit == "Min" else timedelta(hours=frame.count)
    windows = []
    for session in sessions:
        opens = session.opens
        while opens < session.closes:
            windows.append((opens, opens, min(opens + width, session.closes)))
            opens += width
    return windows


def _grouped(sessions: list[Session], frame: Timeframe) -> list[tuple[datetime, datetime, datetime]]:
    def group(session: Session) -> date:
        if frame.unit == "Week":
            return session.day - timedelta(days=session.day.weekday())
        if frame.unit == "Month":
            return date(session.day.year, (session.day.month - 1) // frame.count * frame.count + 1, 1)
        return session.day

    windows = []
    for day, members in groupby(sessions, group):
        days = list(members)
        windows.append((_midnight(day), days[0].opens, days[-1].closes))
    return windows


def _bar(
    prices: Prices, symbol: str, label: datetime, opens: datetime, closes: datetime, *, divisor: Decimal = _UNSPLIT
) -> Json:
    samples = _SAMPLES if closes - opens > timedelta(minutes=1) else 2
    moments = [opens + (closes - opens) * step / (samples - 1) for step in range(samples)]
    sampled = [float(cents(prices.at(symbol, each) / divisor)) for each in moments]
    volume = 1000 + int(opens.timestamp()) // 60 % 977 * 13
    return {
        "t": label.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "o": sampled[0],
        "h": max(sampled),
        "l": min(sampled),
        "c": sampled[-1],
        "v": int(volume * divisor),
        "n": volume // 10,
        "vw": round(sum(sampled) / len(sampled), 6),
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), NEW_YORK)
