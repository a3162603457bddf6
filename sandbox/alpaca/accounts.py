"""Brokerage accounts: cash, positions, settings, key pairs, and a history from which equity at any moment follows."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum

from sandbox.alpaca.money import ZERO, cents
from sandbox.alpaca.orders import Order
from sandbox.alpaca.prices import Prices
from sandbox.alpaca.refusals import Json
from sandbox.alpaca.sessions import market_day, session_before

STATUSES = (
    "INACTIVE", "PAPER_ONLY", "ONBOARDING", "SUBMISSION_FAILED", "SUBMITTED", "ACCOUNT_UPDATED", "APPROVAL_PENDING",
    "ACTIVE", "REJECTED", "ACCOUNT_CLOSED", "APPROVED", "ACCOUNT_CLOSED_PENDING", "ACTION_REQUIRED", "LIMITED",
)  # fmt: skip
_AVERAGE = Decimal("0.0000000001")


class Mode(Enum):
    """Practice money or real money; the value is also the host's name."""

    PAPER = "paper"
    LIVE = "live"

    @property
    def key_prefix(self) -> str:
        """What a Key ID of this mode begins with."""
        return "PK" if self is Mode.PAPER else "AK"


@dataclass(slots=True)
class KeyPair:
    """One Key ID with its secret; a pair that was replaced stays listed, inactive."""

    key_id: str
    secret: str = field(repr=False)
    account_id: str
    created_at: datetime
    active: bool = True


@dataclass(slots=True)
class Position:
    """Shares held; `cost` is what they cost, `day_basis` what they were worth when `day` began or when bought on it."""

    symbol: str
    qty: Decimal
    cost: Decimal
    day: date
    day_basis: Decimal

    @property
    def average(self) -> Decimal:
        """Average price paid per share."""
        return (self.cost / self.qty).quantize(_AVERAGE) if self.qty else ZERO

    def add(self, qty: Decimal, cost: Decimal) -> None:
        """Book a purchase."""
        self.qty += qty
        self.cost += cost
        self.day_basis += cost

    def remove(self, qty: Decimal) -> None:
        """Book a sale; cost and basis shrink in proportion."""
        left = self.qty - qty
        self.cost = self.cost * left / self.qty
        self.day_basis = self.day_basis * left / self.qty
        self.qty = left


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What an account held from `at` until the next snapshot."""

    at: datetime
    cash: Decimal
    held: dict[str, Decimal]


@dataclass(slots=True)
class Settings:
    """What `/v2/account/configurations` shows and changes."""

    disable_overnight_trading: bool = False
    fractional_trading: bool = True
    max_margin_multiplier: str = "2"
    max_options_trading_level: int = 0
    no_shorting: bool = True
    ptp_no_exception_entry: bool = False
    suspend_trade: bool = False
    trade_confirm_email: str = "all"


@dataclass(slots=True)
class Account:
    """One account of one mode; money in USD."""

    id: str
    number: str
    mode: Mode
    email: str
    created_at: datetime
    cash: Decimal
    status: str = "ACTIVE"
    currency: str = "USD"
    multiplier: Decimal = Decimal(2)
    trading_blocked: bool = False
    transfers_blocked: bool = False
    account_blocked: bool = False
    settings: Settings = field(default_factory=Settings)
    rate_limit: int | None = 200
    omitted: frozenset[str] = frozenset()
    positions: dict[str, Position] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    by_client_id: dict[str, Order] = field(default_factory=dict)
    open_orders: dict[str, Order] = field(default_factory=dict)
    activities: list[Json] = field(default_factory=list)
    history: list[Snapshot] = field(default_factory=list)
    deposits: list[tuple[datetime, Decimal]] = field(default_factory=list)
    closing: tuple[date, Decimal] | None = None

    def record(self, moment: datetime) -> None:
        """Note what is held now, for the equity of later questions."""
        latest = self.history[-1].at if self.history else moment
        held = {symbol: position.qty for symbol, position in self.positions.items()}
        self.history.append(Snapshot(max(moment, latest), self.cash, held))

    def equity_at(self, moment: datetime, prices: Prices) -> Decimal:
        """Cash plus the value of what was held then, in cents; before the first record, as at the first record."""
        index = max(0, bisect_right(self.history, moment, key=lambda each: each.at) - 1)
        then = self.history[index]
        return cents(then.cash + sum((qty * prices.at(name, moment) for name, qty in then.held.items()), ZERO))

    def last_equity(self, moment: datetime, prices: Prices) -> Decimal:
        """Equity at the close of the session before today's."""
        today = market_day(moment)
        if self.closing is None or self.closing[0] != today:
            self.closing = today, self.equity_at(session_before(today).closes, prices)
        return self.closing[1]

    def market_value(self, moment: datetime, prices: Prices) -> Decimal:
        """What all positions are worth at that moment."""
        return sum((each.qty * prices.at(each.symbol, moment) for each in self.positions.values()), ZERO)

    def deposited_since(self, moment: datetime) -> Decimal:
        """Deposits less withdrawals after that moment."""
        return sum((amount for at, amount in self.deposits if at > moment), ZERO)

    def reserved_cash(self) -> Decimal:
        """What open buy orders may still spend."""
        return sum((order.reserved for order in self.open_orders.values() if order.side == "buy"), ZERO)

    def held_for_orders(self, symbol: str, price: Decimal) -> Decimal:
        """Shares promised to open sell orders."""
        selling = (order for order in self.open_orders.values() if order.side == "sell" and order.symbol == symbol)
        return sum((order.remaining(price) for order in selling), ZERO)

    def available(self, symbol: str, price: Decimal) -> Decimal:
        """Shares that a new sell order may use."""
        position = self.positions.get(symbol)
        return ZERO if position is None else max(ZERO, position.qty - self.held_for_orders(symbol, price))

    def begin_day(self, position: Position, moment: datetime, prices: Prices) -> None:
        """On a new market day, measure the day's gain from the last close on."""
        today = market_day(moment)
        if position.day != today:
            position.day = today
            position.day_basis = position.qty * prices.last_close(position.symbol, moment)


def buying_power(account: Account, market_value: Decimal) -> Decimal:
    """Cash for an account without margin; else (equity less initial margin) times the multiplier; less open buys."""
    if account.multiplier <= 1:
        power = account.cash
    else:
        power = (account.cash + market_value - market_value / 2) * account.multiplier
    return cents(max(ZERO, power - account.reserved_cash()))


def spendable_cash(account: Account) -> Decimal:
    """Buying power without margin."""
    return cents(max(ZERO, account.cash - account.reserved_cash()))


def minute_of(moment: datetime) -> int:
    """The minute a rate limit counts in."""
    return int(moment.timestamp() // timedelta(minutes=1).total_seconds())
