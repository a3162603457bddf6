"""What an account looks like from outside: balances, positions, activities, and equity over time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sandbox.alpaca.accounts import Account, Position, buying_power, spendable_cash
from sandbox.alpaca.clock import in_utc
from sandbox.alpaca.exchange import Exchange
from sandbox.alpaca.moments import read_moment
from sandbox.alpaca.money import cents, ratio, text
from sandbox.alpaca.refusals import Json, bad_parameter
from sandbox.alpaca.sessions import market_day, session_before, sessions_between

_MAINTENANCE = Decimal("0.3")
_STEPS = {"1Min": 1, "5Min": 5, "15Min": 15, "1H": 60}
_UNIT_DAYS = {"D": 1, "W": 7, "M": 30, "A": 365}
_INTRADAY_LIMIT, _MINUTE_LIMIT = 30, 7


def account_answer(exchange: Exchange, account: Account) -> Json:
    """The body of `GET /v2/account`, money as strings."""
    now = exchange.clock.now()
    value = cents(account.market_value(now, exchange.prices))
    equity, power = account.equity_at(now, exchange.prices), buying_power(account, value)
    yesterday = session_before(market_day(now))
    body: Json = {
        "id": account.id,
        "admin_configurations": {},
        "user_configurations": None,
        "account_number": account.number,
        "status": account.status,
        "crypto_status": "INACTIVE",
        "currency": account.currency,
        "buying_power": text(power),
        "regt_buying_power": text(power),
        "effective_buying_power": text(power),
        "non_marginable_buying_power": text(spendable_cash(account)),
        "options_buying_power": text(spendable_cash(account)),
        "options_approved_level": 0,
        "options_trading_level": 0,
        "cash": text(account.cash),
        "accrued_fees": "0",
        "pending_transfer_in": "0",
        "pending_transfer_out": "0",
        "pending_reg_taf_fees": "0",
        "portfolio_value": text(equity),
        "trading_blocked": account.trading_blocked,
        "transfers_blocked": account.transfers_blocked,
        "account_blocked": account.account_blocked,
        "trade_suspended_by_user": account.settings.suspend_trade,
        "shorting_enabled": False,
        "created_at": in_utc(account.created_at),
        "multiplier": text(account.multiplier),
        "equity": text(equity),
        "last_equity": text(account.last_equity(now, exchange.prices)),
        "long_market_value": text(value),
        "short_market_value": "0",
        "position_market_value": text(value),
        "initial_margin": text(cents(value / 2)),
        "maintenance_margin": text(cents(value * _MAINTENANCE)),
        "last_maintenance_margin": text(cents(value * _MAINTENANCE)),
        "sma": "0",
        "balance_asof": yesterday.day.isoformat(),
        "crypto_tier": 0,
        "intraday_adjustments": text(account.deposited_since(yesterday.closes)),
    }
    return {name: field for name, field in body.items() if name not in account.omitted}


def settings_answer(account: Account) -> Json:
    """The body of `GET /v2/account/configurations`."""
    return asdict(account.settings)


def position_answer(exchange: Exchange, account: Account, position: Position) -> Json:
    """One position as the API shows it; gains are fractions, not percentages."""
    now, asset = exchange.clock.now(), exchange.assets[position.symbol]
    account.begin_day(position, now, exchange.prices)
    price, yesterday = exchange.price(position.symbol), exchange.prices.last_close(position.symbol, now)
    value = position.qty * price
    return {
        "asset_id": asset.id,
        "symbol": asset.symbol,
        "exchange": asset.exchange,
        "asset_class": "us_equity",
        "asset_marginable": True,
        "qty": text(position.qty),
        "qty_available": text(account.available(position.symbol, price)),
        "avg_entry_price": text(position.average),
        "side": "long",
        "market_value": text(value),
        "cost_basis": text(position.cost),
        "unrealized_pl": text(value - position.cost),
        "unrealized_plpc": text(ratio(value - position.cost, position.cost)),
        "unrealized_intraday_pl": text(value - position.day_basis),
        "unrealized_intraday_plpc": text(ratio(value - position.day_basis, position.day_basis)),
        "current_price": text(price),
        "lastday_price": text(yesterday),
        "change_today": text(ratio(price - yesterday, yesterday)),
    }


def portfolio_history(exchange: Exchange, account: Account, query: dict[str, str]) -> Json:
    """Equity over time, as plain numbers; raises Refusal for a period or timeframe Alpaca does not know."""
    start, end = _span(exchange, query)
    days = (end - start).days
    step = query.get("timeframe") or ("1Min" if days < _MINUTE_LIMIT else "15Min" if days < _INTRADAY_LIMIT else "1D")
    if step != "1D" and step not in _STEPS:
        raise bad_parameter("invalid timeframe")
    if step != "1D" and days > _INTRADAY_LIMIT:
        raise bad_parameter("only 1D timeframe is accepted for periods longer than 30 days")
    points = [each for each in _points(start, end, step) if each[1] >= account.created_at]
    first_day = market_day(points[0][1]) if points else market_day(end)
    base = account.equity_at(session_before(first_day).closes, exchange.prices)
    equity = [account.equity_at(min(moment, end), exchange.prices) for _, moment in points]
    body: Json = {
        "timestamp": [label for label, _ in points],
        "equity": [float(value) for value in equity],
        "profit_loss": [float(value - base) for value in equity],
        "profit_loss_pct": [float(ratio(value - base, base)) for value in equity],
        "base_value": float(base),
        "base_value_asof": session_before(first_day).day.isoformat(),
        "timeframe": step,
    }
    if query.get("cashflow_types", "NONE") != "NONE":
        body["cashflow"] = {"CSD": [float(_deposited_on(account, moment)) for _, moment in points]}
    return body


def _span(exchange: Exchange, query: dict[str, str]) -> tuple[datetime, datetime]:
    if {"start", "end", "period"} <= set(query):
        raise bad_parameter("period cannot be combined with both start and end")
    period = re.fullmatch(r"([1-9]\d{0,3})([DWMA])", query.get("period", "1M"))
    if period is None:
        raise bad_parameter("invalid period")
    length = timedelta(days=int(period[1]) * _UNIT_DAYS[period[2]])
    now = exchange.clock.now()
    start = read_moment("start", query["start"]) if "start" in query else None
    end = min(now, read_moment("end", query["end"])) if "end" in query else now
    if start is not None and "end" not in query:
        end = min(now, start + length) if "period" in query else now
    return (end - length if start is None else start), end


def _points(start: datetime, end: datetime, step: str) -> Iterator[tuple[int, datetime]]:
    """Labels (unix seconds) and the moments whose equity they carry: the end of each window."""
    for session in sessions_between(market_day(start), market_day(end)):
        if step == "1D":
            if session.opens <= end:
                yield _midnight(session.day), session.closes
            continue
        window, moment = timedelta(minutes=_STEPS[step]), session.opens
        while moment < session.closes and moment <= end:
            if moment >= start:
                yield int(moment.timestamp()), moment + window
            moment += window


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())


def _deposited_on(account: Account, moment: datetime) -> Decimal:
    day = market_day(moment)
    return sum((amount for at, amount in account.deposits if market_day(at) == day), Decimal(0))


def find_activities(account: Account, kinds: set[str], query: dict[str, str]) -> list[Json]:
    """Activities of those kinds (all if none), newest first unless `direction=asc`, a page at a time."""
    found = [each for each in account.activities if not kinds or each["activity_type"] in kinds]
    category = query.get("category")
    if category not in {None, "trade_activity", "non_trade_activity"} or (category and kinds):
        raise bad_parameter("invalid category")
    if category is not None:
        found = [each for each in found if (each["activity_type"] == "FILL") is (category == "trade_activity")]
    if "order_id" in query:
        found = [each for each in found if each.get("order_id") == query["order_id"]]
    for name in ("after", "until"):
        if name in query:
            edge = read_moment(name, query[name])
            found = [each for each in found if (_moment_of(each) > edge) is (name == "after")]
    if "date" in query:
        day = read_moment("date", query["date"]).date()
        found = [each for each in found if _moment_of(each).date() == day]
    found.sort(key=_moment_of, reverse=query.get("direction", "desc") == "desc")
    token = query.get("page_token")
    if token is not None:
        ids: list[Any] = [each["id"] for each in found]
        found = found[ids.index(token) + 1 :] if token in ids else []
    return found[: _page_size(query)]


def _page_size(query: dict[str, str]) -> int:
    words = query.get("page_size", "100")
    if not words.isdecimal() or not 1 <= int(words) <= 100:  # noqa: PLR2004  (stated in the sentence)
        raise bad_parameter("page_size must be between 1 and 100")
    return int(words)


def _moment_of(activity: Json) -> datetime:
    """When it happened; its id begins with that moment to the millisecond."""
    stamp = str(activity["id"])[:17]
    return datetime.strptime(stamp + "000", "%Y%m%d%H%M%S%f").replace(tzinfo=UTC)
