"""How a Worker stands at the end of a day, in a few lines: value, profit, orders, next look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from bot.lookout.sight import moment
from deploy.outcomes import Day
from deploy.reports import Order, Status
from flows.dealings import size_words, state_words, why_paused
from flows.notices import zone_of
from flows.words import Clock, Money, Slot, Text, listing, read_number, say

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
    if status.keyless:
        return (say("summary.keyless"),)
    told = [*_money(brief), *_orders(status)]
    if status.paused is not None:
        told.append(say("summary.paused", why=why_paused(status.paused.reason, status.paused.note)))
    elif (following := moment(status.next_tick)) is not None:
        told.append(say("summary.next", at=Clock(int(following), zone)))
    if not status.armed:
        told.append(say("summary.unarmed"))
    return tuple(told)


def _money(brief: Brief) -> Sequence[Text]:
    status, profit = brief.status, _profit(brief)
    if status.budget is not None and status.budget.value and status.plan.get("kind") != "watch":
        value = say("summary.value", value=Money(status.budget.value), left=Money(status.budget.left))
        return (value, *profit)
    if status.account is not None and status.account.equity:
        return (say("summary.account", equity=Money(status.account.equity, status.account.currency or "USD")), *profit)
    return (say("summary.no_look"),)


def _profit(brief: Brief) -> Sequence[Text]:
    amounts = [read_number(day.profit) for day in brief.days]
    if not amounts or amounts[-1] is None:
        return ()
    ever = _gain(amounts[-1])
    last, before = brief.days[-1], amounts[-2] if len(amounts) > 1 else Decimal(0)
    if before is None or last.date != _today(brief.status):
        return (say("summary.profit", ever=ever),)
    return (say("summary.profit_today", ever=ever, today=_gain(amounts[-1] - before)),)


def _today(status: Status) -> str:
    now = moment(status.now)
    return "" if now is None else f"{datetime.fromtimestamp(now, zone_of(EXCHANGE)):%Y-%m-%d}"


def _orders(status: Status) -> Sequence[Text]:
    orders = status.orders_today
    if not orders:
        return (say("summary.no_orders"),)
    shown: list[Slot] = [_order(each) for each in orders[:MOST_ORDERS]]
    if len(orders) > MOST_ORDERS:
        shown.append(say("summary.more_orders", count=len(orders) - MOST_ORDERS))
    return (say("summary.orders", count=len(orders), orders=listing(*shown)),)


def _order(order: Order) -> Text:
    side = "sell" if order.side == "sell" else "buy"
    size = size_words(side, order.symbol, order.notional or "", order.qty or "")
    return say("summary.order", order=size, state=state_words(order.status))


def _gain(amount: Decimal) -> Money:
    return Money(f"{amount:.2f}", signed=True)
