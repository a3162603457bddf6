"""Booking fills: cash, shares, the order and the activity all change together, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sandbox.alpaca.accounts import Account, Position
from sandbox.alpaca.clock import in_utc
from sandbox.alpaca.money import ZERO, cents, shares, text
from sandbox.alpaca.orders import Order
from sandbox.alpaca.refusals import Json
from sandbox.alpaca.sessions import market_day


@dataclass(frozen=True, slots=True)
class FillPolicy:
    """What happens to orders placed from now on, once the market is open.

    `immediate` fills them at once; `hold` leaves them open until told otherwise; `delayed` fills them `seconds` of
    market time later; `partial` fills `fraction` at once and the rest `seconds` later, or when told.
    """

    kind: str = "immediate"
    fraction: Decimal = Decimal("0.5")
    seconds: float | None = None

    def apply(self, order: Order, fill_after: datetime | None) -> None:
        """Mark a new order; `fill_after` is the moment a delay ends."""
        order.held = self.kind == "hold"
        order.fill_after = fill_after if self.kind == "delayed" else None
        order.first_part = self.fraction if self.kind == "partial" else None
        order.rest_after = self.seconds if self.kind == "partial" else None


def book(
    account: Account, order: Order, quantity: Decimal, price: Decimal, *, moment: datetime, new_id: Callable[[], str]
) -> Json | None:
    """Fill up to `quantity` shares at `price`; gives the activity that records it, None if nothing could be filled.

    Cash moves by the difference between the order's total before and after, each rounded to the cent, so an order
    filled in parts costs the same as one filled at once. A sale never takes more than the position holds.
    """
    owned = account.positions[order.symbol].qty if order.symbol in account.positions else ZERO
    wanted = order.remaining(price)
    quantity = min(shares(quantity), wanted) if order.side == "buy" else min(shares(quantity), wanted, owned)
    done = False
    if quantity > 0:
        spent = cents(order.filled_value)
        order.filled_qty += quantity
        order.filled_value += quantity * price
        cash = cents(order.filled_value) - spent
        _move(account, order, quantity, cost=quantity * price, cash=cash, day=market_day(moment))
        order.status = "partially_filled"
        order.updated_at = moment
        done = order.side == "sell" and quantity == owned
    if done or order.remaining(price) <= 0:
        order.end("filled", moment)
    if quantity <= 0:
        return None
    account.record(moment)
    return _activity(order, quantity, price, moment, new_id())


def expire(order: Order, moment: datetime) -> bool:
    """End a day order whose session has closed; tells whether it did."""
    if order.ticket.time_in_force == "day" and order.expires_at <= moment:
        order.end("expired", moment)
        return True
    return False


def _move(account: Account, order: Order, quantity: Decimal, *, cost: Decimal, cash: Decimal, day: date) -> None:
    symbol = order.symbol
    if order.side == "buy":
        account.cash -= cash
        if symbol not in account.positions:
            account.positions[symbol] = Position(symbol, ZERO, ZERO, day, ZERO)
        account.positions[symbol].add(quantity, cost)
        return
    account.cash += cash
    account.positions[symbol].remove(quantity)
    if account.positions[symbol].qty == 0:
        del account.positions[symbol]


def _activity(order: Order, quantity: Decimal, price: Decimal, moment: datetime, fill_id: str) -> Json:
    stamp = moment.strftime("%Y%m%d%H%M%S%f")[:17]
    return {
        "id": f"{stamp}::{fill_id}",
        "activity_type": "FILL",
        "transaction_time": in_utc(moment),
        "type": "fill" if order.status == "filled" else "partial_fill",
        "price": text(price),
        "qty": text(quantity),
        "side": order.side,
        "symbol": order.symbol,
        "leaves_qty": text(max(ZERO, order.remaining(price))),
        "order_id": order.id,
        "cum_qty": text(order.filled_qty),
        "order_status": order.status,
    }
