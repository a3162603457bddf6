"""Plans a newcomer can pick, the limits that come with each, and reading what people type for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeAlias


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
    """Buy one symbol for a fixed amount (US dollars, two decimals) each day or week."""

    symbol: str
    amount: str
    pace: Pace


Plan: TypeAlias = "Watch | Recurring"

SUGGESTED = (Recurring("VTI", "10.00", Pace.WEEK), Recurring("SPY", "5.00", Pace.DAY))
SYMBOLS = ("VTI", "SPY", "QQQ", "BND")
AMOUNTS = ("5.00", "10.00", "25.00", "50.00")
SMALLEST, LARGEST = Decimal("1.00"), Decimal("1000.00")
# How many buys the whole budget covers before the bot stops and asks.
BUYS = {Pace.DAY: 20, Pace.WEEK: 26}


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings written into the Worker at deploy time: US dollars as strings, and the symbols it may order."""

    per_order: str
    per_day: str
    budget: str
    symbols: tuple[str, ...]


def limits(plan: Plan) -> Limits:
    """Give the tightest limits under which `plan` can do its work."""
    match plan:
        case Watch():
            return Limits("0.00", "0.00", "0.00", ())
        case Recurring(symbol, amount, pace):
            return Limits(amount, amount, f"{Decimal(amount) * BUYS[pace]:.2f}", (symbol,))


def read_amount(text: str) -> str | None:
    """Read an amount in dollars as people type it ("$10", "10,50", "1 000"); None if it is none or out of bounds."""
    bare = re.sub(r"(?i)usd|dollars?|[\s$_\u00a0\u202f']", "", text)
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", bare):
        bare = bare.replace(",", "")
    try:
        amount = Decimal(bare.replace(",", "."))
    except InvalidOperation:
        return None
    if not amount.is_finite() or not SMALLEST <= amount <= LARGEST or amount != round(amount, 2):
        return None
    return f"{amount:.2f}"


def read_symbol(text: str) -> str | None:
    """Read a US stock or ETF symbol ("vti", "$SPY", "brk.b"); None if it cannot be one."""
    bare = text.strip().lstrip("$").upper()
    return bare if re.fullmatch(r"[A-Z]{1,5}(\.[A-Z])?", bare) else None


def plan_json(plan: Plan) -> dict[str, object]:
    """Give the plan as the Worker reads it."""
    match plan:
        case Watch():
            return {"kind": "watch"}
        case Recurring(symbol, amount, pace):
            return {"kind": "recurring", "symbols": [symbol], "amount": amount, "every": str(pace)}


def limits_json(plan: Plan) -> dict[str, object]:
    """Give the limits as the Worker reads them."""
    ceilings = limits(plan)
    return {
        "per_order": ceilings.per_order,
        "per_day": ceilings.per_day,
        "budget": ceilings.budget,
        "symbols": list(ceilings.symbols),
    }
