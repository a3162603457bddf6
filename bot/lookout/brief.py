"""How a Worker stands at the end of a day, in a few lines: value, profit, orders, next look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from bot.lookout.sight import moment
from bot.operations.tending import in_words
from deploy.outcomes import Day
from deploy.reports import Status
from flows.notices import zone_of
from flows.words import Text, say

EXCHANGE: Final = "America/New_York"
MOST_ORDERS: Final = 3


@dataclass(frozen=True, slots=True)
class Brief:
    """What a Worker told of its day."""

    status: Status
    days: tuple[Day, ...] = ()


def lines(brief: Brief, zone: str) -> tuple[Text, ...]:
    """Give the lines about one Worker; hours are local to `zone`."""
    status = brief.status
    told = [*_money(brief), *_orders(status)]
    if status.paused is not None:
        told.append(say("summary.paused", why=status.paused.note))
    elif (following := moment(status.next_tick)) is not None:
        told.append(say("summary.next", at=f"{datetime.fromtimestamp(following, zone_of(zone)):%H:%M}"))
    if not status.armed:
        told.append(say("summary.unarmed"))
    return tuple(told)


def _money(brief: Brief) -> Sequence[Text]:
    status, profit = brief.status, _profit(brief)
    if status.budget is not None and status.budget.value and status.plan.get("kind") != "watch":
        value = say("summary.value", value=_dollars(status.budget.value), left=_dollars(status.budget.left))
        return (value, *profit)
    if status.account is not None and status.account.equity:
        return (say("summary.account", equity=_dollars(status.account.equity)), *profit)
    return (say("summary.no_look"),)


def _profit(brief: Brief) -> Sequence[Text]:
    amounts = [_number(day.profit) for day in brief.days]
    if not amounts or amounts[-1] is None:
        return ()
    ever = signed(amounts[-1])
    last, before = brief.days[-1], amounts[-2] if len(amounts) > 1 else Decimal(0)
    if before is None or last.date != _today(brief.status):
        return (say("summary.profit", ever=ever),)
    return (say("summary.profit_today", ever=ever, today=signed(amounts[-1] - before)),)


def _today(status: Status) -> str:
    now = moment(status.now)
    return "" if now is None else f"{datetime.fromtimestamp(now, zone_of(EXCHANGE)):%Y-%m-%d}"


def _orders(status: Status) -> Sequence[Text]:
    orders = status.orders_today
    if not orders:
        return (say("summary.no_orders"),)
    sizes = (f"${each.notional}" if each.notional else str(each.qty) for each in orders)
    pairs = zip(orders, sizes, strict=True)
    shown = [f"{each.side} {size} of {each.symbol} ({in_words(each.status)})" for each, size in pairs]
    more = f" and {len(shown) - MOST_ORDERS} more" if len(shown) > MOST_ORDERS else ""
    return (say("summary.orders", count=len(orders), orders=", ".join(shown[:MOST_ORDERS]) + more),)


def _number(amount: str) -> Decimal | None:
    try:
        number = Decimal(amount)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _dollars(amount: str) -> str:
    number = _number(amount)
    return f"${amount}" if number is None else f"${number:,.2f}"


def signed(amount: Decimal) -> str:
    """Write a gain or loss in dollars, with its sign."""
    sign = "-" if amount < 0 else "+"
    return f"{sign}${abs(amount):,.2f}"
