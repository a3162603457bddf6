"""The data host: snapshots, latest trades, quotes and bars, and history, for keys of either mode on the free plan."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from starlette.datastructures import Headers
from starlette.routing import Route

from sandbox.alpaca.accounts import Account
from sandbox.alpaca.bars import Timeframe, daily_bar, history, minute_bar, read_timeframe
from sandbox.alpaca.clock import in_utc
from sandbox.alpaca.exchange import Exchange
from sandbox.alpaca.host import Answer, Call, Handler, Host, endpoint
from sandbox.alpaca.keys import from_basic
from sandbox.alpaca.moments import moment
from sandbox.alpaca.refusals import Json, Refusal
from sandbox.alpaca.sessions import market_day, session_before, session_on

_LATEST = ("symbols", "feed", "currency")
_HISTORY = (
    "symbols", "timeframe", "start", "end", "limit", "adjustment", "asof", "feed", "currency", "page_token", "sort",
)  # fmt: skip
_LATEST_FEEDS = {"delayed_sip", "iex", "otc", "sip", "boats", "overnight"}
_FREE_FEEDS = {"iex", "delayed_sip"}
_HISTORY_FEEDS = {"iex", "otc", "sip", "boats"}
_SYMBOL = re.compile(r"[A-Z][A-Z0-9.]{0,9}")
_DELAY = timedelta(minutes=15)
_MOST_POINTS, _USUAL_POINTS = 10_000, 1_000
_NO_SIP = "subscription does not permit querying recent SIP data"


def routes(host: Host) -> list[Route]:
    """Every route of the data host."""

    def route(path: str, handler: Handler, queries: tuple[str, ...]) -> Route:
        return endpoint(host, "GET", path, handler, authorize=_authorize, queries=queries, unexpected=_unexpected)

    return [
        route("/v2/stocks/snapshots", _latest(None, _snapshot), _LATEST),
        route("/v2/stocks/trades/latest", _latest("trades", _trade), _LATEST),
        route("/v2/stocks/quotes/latest", _latest("quotes", _quote), _LATEST),
        route("/v2/stocks/bars/latest", _latest("bars", minute_bar), _LATEST),
        route("/v2/stocks/bars", _bars, _HISTORY),
    ]


def _refuse(message: str) -> Refusal:
    return Refusal(400, None, message)


def _unexpected(names: list[str]) -> Refusal:
    return _refuse(f"unexpected parameter(s): {', '.join(names)}")


def _authorize(exchange: Exchange, headers: Headers) -> Account:
    pair = (headers.get("apca-api-key-id", ""), headers.get("apca-api-secret-key", ""))
    if not all(pair):
        pair = from_basic(headers.get("authorization", "")) or pair
    if not all(pair):
        raise Refusal(403, None, "forbidden.")
    account = exchange.account_of(*pair)
    if account is None:
        raise Refusal(401, None, "unauthorized.")
    return account


def _latest(name: str | None, one: Callable[[Exchange, str], Json]) -> Handler:
    """A handler that answers for each symbol now, under `name` or at the top."""

    def handler(call: Call) -> Answer:
        feed = call.query.get("feed", "iex")
        if feed not in _LATEST_FEEDS:
            raise _refuse(f"invalid feed: {feed}")
        if feed not in _FREE_FEEDS:
            raise Refusal(403, None, _NO_SIP if feed == "sip" else f"subscription does not permit querying {feed} data")
        found = {symbol: one(call.exchange, symbol) for symbol in _symbols(call)}
        return Answer(found if name is None else {name: found})

    return handler


def _symbols(call: Call) -> list[str]:
    """The symbols asked for that the feed knows; others are left out, as in the original."""
    if not call.query.get("symbols"):
        raise _refuse("symbols is required")
    if call.query.get("currency", "USD") != "USD":
        raise _refuse("currency is not supported by this sandbox")
    asked = list(dict.fromkeys(call.query["symbols"].split(",")))
    for symbol in asked:
        if not _SYMBOL.fullmatch(symbol):
            raise _refuse(f"invalid symbol: {symbol}")
    return [symbol for symbol in asked if not call.exchange.prices.is_missing(symbol)]


def _traded_at(exchange: Exchange, symbol: str) -> datetime:
    now = exchange.clock.now()
    return exchange.prices.traded_at(symbol, now, is_open=exchange.clock.open_at(now))


def _trade(exchange: Exchange, symbol: str) -> Json:
    at = _traded_at(exchange, symbol)
    price = float(exchange.price(symbol))
    return {"t": in_utc(at), "x": "V", "p": price, "s": 100, "c": ["@"], "i": int(at.timestamp() * 1000), "z": "B"}


def _quote(exchange: Exchange, symbol: str) -> Json:
    price, at = float(exchange.price(symbol)), in_utc(_traded_at(exchange, symbol))
    ask, bid = round(price + 0.01, 2), max(0.0, round(price - 0.01, 2))
    return {"t": at, "ax": "V", "ap": ask, "as": 200, "bx": "V", "bp": bid, "bs": 300, "c": ["R"], "z": "B"}


def _snapshot(exchange: Exchange, symbol: str) -> Json:
    now = exchange.clock.now()
    today = session_on(market_day(now))
    current = today if today is not None and today.opens <= now else session_before(market_day(now))
    return {
        "latestTrade": _trade(exchange, symbol),
        "latestQuote": _quote(exchange, symbol),
        "minuteBar": minute_bar(exchange, symbol),
        "dailyBar": daily_bar(exchange.prices, symbol, current, now),
        "prevDailyBar": daily_bar(exchange.prices, symbol, session_before(current.day), now),
    }


def _bars(call: Call) -> Answer:
    query, now = call.query, call.exchange.clock.now()
    frame: Timeframe | None = read_timeframe(query.get("timeframe", ""))
    if frame is None:
        raise _refuse("invalid timeframe" if query.get("timeframe") else "timeframe is required")
    feed = query.get("feed", "sip")
    if feed not in _HISTORY_FEEDS:
        raise _refuse(f"invalid feed: {feed}")
    end = _edge(call, "end", now if feed == "iex" else now - _DELAY)
    start = _edge(call, "start", _day_start(now))
    if feed != "iex" and end > now - _DELAY:
        raise Refusal(403, None, _NO_SIP)
    if start > end:
        raise _refuse("end should not be before start")
    limit = _limit(query)
    adjusted_to = now if {"split", "all"} & set(query.get("adjustment", "raw").split(",")) else None
    skip = _skip(query)
    bars: dict[str, list[Json]] = {}
    points = [
        (symbol, bar)
        for symbol in sorted(_symbols(call))
        for bar in _sorted(
            history(call.exchange.prices, symbol, frame, start, min(end, now), adjusted_to=adjusted_to), query
        )
    ]
    for symbol, bar in points[skip : skip + limit]:
        bars.setdefault(symbol, []).append(bar)
    token = f"p{skip + limit}" if len(points) > skip + limit else None
    return Answer({"bars": bars, "next_page_token": token})


def _sorted(bars: list[Json], query: dict[str, str]) -> list[Json]:
    if query.get("sort", "asc") not in {"asc", "desc"}:
        raise _refuse("invalid sort")
    return bars if query.get("sort", "asc") == "asc" else bars[::-1]


def _skip(query: dict[str, str]) -> int:
    token = query.get("page_token", "p0")
    if not re.fullmatch(r"p\d{1,9}", token):
        raise _refuse("invalid page_token")
    return int(token[1:])


def _limit(query: dict[str, str]) -> int:
    words = query.get("limit", str(_USUAL_POINTS))
    if not words.isdecimal() or not 1 <= int(words) <= _MOST_POINTS:
        raise _refuse("invalid limit, limit must be between 1 and 10000")
    return int(words)


def _edge(call: Call, name: str, default: datetime) -> datetime:
    if name not in call.query:
        return default
    found = moment(call.query[name])
    if found is None:
        raise _refuse(f"invalid {name}: expected RFC 3339 or YYYY-MM-DD")
    return found


def _day_start(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
