"""Plans a newcomer can pick, the limits that come with each, and both as the Worker reads and tells them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from enum import StrEnum
from typing import TypeAlias

from flows.words import LONGEST_NUMBER, read_number


class Mode(StrEnum):
    """Practice money or real money."""

    PAPER = "paper"
    LIVE = "live"

    @property
    def other(self) -> Mode:
        """The mode that is not this one."""
        return Mode.LIVE if self is Mode.PAPER else Mode.PAPER


class Pace(StrEnum):
    """How often a recurring buy happens."""

    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Watch:
    """Look and report, never order."""


@dataclass(frozen=True, slots=True)
class Recurring:
    """Buy each of one to ten symbols for a fixed amount (US dollars, two decimals) each day or week."""

    symbols: tuple[str, ...]
    amount: str
    pace: Pace


@dataclass(frozen=True, slots=True)
class Weight:
    """A symbol's share of the budget in whole percents."""

    symbol: str
    percent: int


@dataclass(frozen=True, slots=True)
class Mix:
    """Keep a budget (US dollars) in shares of fixed weights; put right when one is off by `band` percentage points."""

    weights: tuple[Weight, ...]
    budget: str = ""
    band: int = 5


@dataclass(frozen=True, slots=True)
class Trend:
    """A mix that holds a symbol only while its price is above the mean of its last `months` monthly closes."""

    weights: tuple[Weight, ...]
    budget: str = ""
    band: int = 5
    months: int = 10


Plan: TypeAlias = "Watch | Recurring | Mix | Trend"
Weighted: TypeAlias = "Mix | Trend"
KnownPlan: TypeAlias = "Watch | Recurring | Mix | Trend | None"  # not built on Plan: a quoted alias cannot be joined
Plain: TypeAlias = "str | int | list[str] | dict[str, int]"

SUGGESTED = Recurring(("VTI",), "10.00", Pace.WEEK)
MIXES: Mapping[str, tuple[Weight, ...]] = {
    "calm": (Weight("VTI", 30), Weight("BND", 70)),
    "balanced": (Weight("VTI", 60), Weight("BND", 40)),
    "bold": (Weight("VTI", 65), Weight("VXUS", 25), Weight("BND", 10)),
}
SYMBOLS = ("VTI", "SPY", "QQQ", "BND")
AMOUNTS = ("5.00", "10.00", "25.00", "50.00")
BUDGETS = ("100.00", "500.00", "1000.00", "5000.00")
MOST_SYMBOLS = 10
MOST_TOLD, LONGEST_SYMBOL = 50, 20  # symbols, and letters of one, that are believed of what a Worker tells
LEAST_PART = Decimal(5)  # dollars: the Worker leaves smaller differences alone, Alpaca refuses orders below one
# How many buys of each symbol the whole budget covers before the bot stops and asks.
BUYS = {Pace.DAY: 20, Pace.WEEK: 26}


@dataclass(frozen=True, slots=True)
class Limits:
    """What the Worker may do at most: US dollars as strings, empty for a limit that is not set.

    As ceilings they are written into it at deploy time. `cash_kept` is cash never to be touched, `daily_loss` the loss
    of its own shares within a day after which it pauses.
    """

    per_order: str
    per_day: str
    budget: str
    symbols: tuple[str, ...]
    per_symbol: str = ""
    cash_kept: str = ""
    daily_loss: str = ""


def limits(plan: Plan) -> Limits:
    """Give the tightest limits under which `plan` can do its work."""
    match plan:
        case Watch():
            return Limits("0.00", "0.00", "0.00", ())
        case Recurring(symbols, amount, pace):
            once = Decimal(amount) * len(symbols)
            return Limits(amount, f"{once:.2f}", f"{once * BUYS[pace]:.2f}", symbols)
        case Mix(weights, budget) | Trend(weights, budget):
            # The first day may buy all of it, and changed weights may put all into one symbol.
            return Limits(budget, budget, budget, tuple(weight.symbol for weight in weights))


def tighter(one: Limits, other: Limits) -> Limits:
    """Give of each limit the tighter one; one that is no sum of money does not count. The symbols are the first's."""
    sums = {name: _tighter(name, getattr(one, name), getattr(other, name)) for name in SUMS}
    return Limits(symbols=one.symbols, **sums)


def _tighter(name: str, *told: str) -> str:
    sums = [(amount, each) for each in told if (amount := dollars(each)) is not None and amount >= 0]
    if not sums:
        return ""
    pick = max if name == AT_LEAST else min
    return pick(sums, key=lambda each: each[0])[1]


def symbols_of(plan: Plan) -> tuple[str, ...]:
    """List what a plan may buy."""
    match plan:
        case Watch():
            return ()
        case Recurring(symbols):
            return symbols
        case Mix(weights) | Trend(weights):
            return tuple(weight.symbol for weight in weights)


def least_budget(weights: tuple[Weight, ...]) -> Decimal:
    """Give the smallest budget (whole dollars) of which every part is worth an order."""
    smallest = min(weight.percent for weight in weights)
    return (LEAST_PART * 100 / smallest).quantize(Decimal(1), ROUND_UP)


def with_trend(plan: Weighted) -> Weighted:
    """Give the same mix with the trend filter, or without it where it had one."""
    return Mix(plan.weights, plan.budget) if isinstance(plan, Trend) else Trend(plan.weights, plan.budget)


def plan_json(plan: Plan) -> dict[str, Plain]:
    """Give the plan as the Worker reads it."""
    match plan:
        case Watch():
            return {"kind": "watch"}
        case Recurring(symbols, amount, pace):
            return {"kind": "recurring", "symbols": list(symbols), "amount": amount, "every": str(pace)}
        case Mix(weights, _, band):
            return {"kind": "mix", "weights": {each.symbol: each.percent for each in weights}, "band": band}
        case Trend(weights, _, band, months):
            parts = {each.symbol: each.percent for each in weights}
            return {"kind": "trend", "weights": parts, "band": band, "months": months}


def limits_json(bounds: Limits) -> dict[str, Plain]:
    """Give the limits as the Worker reads them; one that is not set is left out."""
    sums = {name: getattr(bounds, name) for name in SUMS}
    return {**{name: value for name, value in sums.items() if value}, "symbols": list(bounds.symbols)}


OPTIONAL = ("per_symbol", "cash_kept", "daily_loss")  # limits that a bot need not have
SUMS = ("per_order", "per_day", "budget", *OPTIONAL)
AT_LEAST = "cash_kept"  # the one limit that is tighter when it is higher


def plan_of(told: object, budget: str) -> Plan | None:
    """Read a plan as a Worker tells it; None for a kind that is not known here. `budget` is what its limits say."""
    plan = _plan_of(told, budget)
    named = symbols_of(plan) if plan else ()
    return plan if len(named) <= MOST_TOLD and all(len(each) <= LONGEST_SYMBOL for each in named) else None


def _plan_of(told: object, budget: str) -> Plan | None:
    match told:
        case {"kind": "watch"}:
            return Watch()
        case {"kind": "recurring", "symbols": list(symbols), "amount": str(amount), "every": "day" | "week" as every}:
            return Recurring(tuple(str(symbol) for symbol in symbols), amount, Pace(every))
        case {"kind": "mix", "weights": dict(weights), "band": int(band)} if _weights(weights) and _whole(band):
            return Mix(_weights(weights), budget, band)
        case {"kind": "trend", "weights": dict(weights), "band": int(band), "months": int(months)} if _weights(
            weights
        ) and _whole(band, months):
            return Trend(_weights(weights), budget, band, months)
        case _:
            return None


def _weights(told: Mapping[object, object]) -> tuple[Weight, ...]:
    parts = ((str(symbol), each) for symbol, each in told.items() if isinstance(each, int) and _whole(each))
    return tuple(Weight(symbol, percent) for symbol, percent in parts)


def _whole(*told: object) -> bool:
    """Tell whether these are whole numbers; JSON's true is one in Python, but cannot be stored as one."""
    return all(type(each) is int for each in told)


def limits_of(told: object) -> Limits | None:
    """Read limits as a Worker tells them; None when there are none."""
    if not isinstance(told, Mapping) or not told:
        return None
    symbols = told.get("symbols")
    some = symbols[:MOST_TOLD] if isinstance(symbols, list) else []
    listed = tuple(str(symbol)[:LONGEST_SYMBOL] for symbol in some)
    sums = {name: str(told.get(name) or "")[: LONGEST_NUMBER + 1] for name in SUMS}
    return Limits(symbols=listed, **sums)


def dollars(sum_of_money: str) -> Decimal | None:
    """Read a sum the Worker told or a user chose; None where there is none."""
    return read_number(sum_of_money)
