"""An order, from its request to its last fill, and how Alpaca writes it down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sandbox.alpaca.assets import Asset
from sandbox.alpaca.clock import in_utc
from sandbox.alpaca.money import ZERO, cents, shares, text
from sandbox.alpaca.refusals import Json

_AVERAGE = Decimal("0.000000001")
_FINAL_FIELDS = {"filled": "filled_at", "canceled": "canceled_at", "expired": "expired_at", "rejected": "failed_at"}


@dataclass(frozen=True, slots=True)
class Ticket:
    """What was asked for, checked for form; exactly one of `qty` and `notional` is set."""

    symbol: str
    side: str
    type: str
    time_in_force: str
    client_order_id: str
    qty: Decimal | None = None
    notional: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    extended_hours: bool = False
    position_intent: str | None = None

    @property
    def is_fractional(self) -> bool:
        """Whether it names dollars, or a part of a share."""
        return self.notional is not None or (self.qty is not None and self.qty != self.qty.to_integral_value())


@dataclass(slots=True)
class Order:
    """A placed order; `filled_value` is the exact sum of quantity times price over its fills."""

    id: str
    ticket: Ticket
    asset: Asset
    submitted_at: datetime
    expires_at: datetime
    status: str = "accepted"
    updated_at: datetime | None = None
    ended_at: datetime | None = None
    filled_qty: Decimal = ZERO
    filled_value: Decimal = ZERO
    estimate: Decimal = ZERO
    held: bool = False
    fill_after: datetime | None = None
    first_part: Decimal | None = None
    rest_after: float | None = None
    triggered: bool = False

    @property
    def symbol(self) -> str:
        """The symbol traded."""
        return self.ticket.symbol

    @property
    def side(self) -> str:
        """`buy` or `sell`."""
        return self.ticket.side

    @property
    def is_open(self) -> bool:
        """Whether it can still be filled or cancelled."""
        return self.status not in _FINAL_FIELDS

    @property
    def reserved(self) -> Decimal:
        """Dollars a buy may still spend: its notional or its cost at the price of submission, less what was spent."""
        return max(ZERO, self.estimate - cents(self.filled_value))

    def remaining(self, price: Decimal) -> Decimal:
        """Shares still to fill at that price; for a notional order, what its remaining dollars buy."""
        if self.ticket.qty is not None:
            return self.ticket.qty - self.filled_qty
        return shares(((self.ticket.notional or ZERO) - self.filled_value) / price)

    def is_marketable(self, price: Decimal) -> bool:
        """Whether limit and stop allow a fill at that price; a stop once reached stays reached."""
        limit, stop, buys = self.ticket.limit_price, self.ticket.stop_price, self.side == "buy"
        if stop is not None and not self.triggered:
            self.triggered = price >= stop if buys else price <= stop
            return self.triggered
        return limit is None or (price <= limit if buys else price >= limit)

    def end(self, status: str, moment: datetime) -> None:
        """Close the order for good."""
        self.status, self.ended_at, self.updated_at = status, moment, moment

    def answer(self) -> Json:
        """The order as the API shows it."""
        ticket, submitted = self.ticket, in_utc(self.submitted_at)
        average = (self.filled_value / self.filled_qty).quantize(_AVERAGE) if self.filled_qty else None
        body: Json = {
            "id": self.id,
            "client_order_id": ticket.client_order_id,
            "created_at": submitted,
            "updated_at": in_utc(self.updated_at) if self.updated_at else submitted,
            "submitted_at": submitted,
            "filled_at": None,
            "expired_at": None,
            "expires_at": in_utc(self.expires_at),
            "canceled_at": None,
            "failed_at": None,
            "replaced_at": None,
            "replaced_by": None,
            "replaces": None,
            "asset_id": self.asset.id,
            "symbol": ticket.symbol,
            "asset_class": "us_equity",
            "notional": _text(ticket.notional),
            "qty": _text(ticket.qty),
            "filled_qty": text(self.filled_qty),
            "filled_avg_price": _text(average),
            "order_class": "",
            "order_type": ticket.type,
            "type": ticket.type,
            "side": ticket.side,
            "position_intent": ticket.position_intent or ("buy_to_open" if self.side == "buy" else "sell_to_close"),
            "time_in_force": ticket.time_in_force,
            "limit_price": _text(ticket.limit_price),
            "stop_price": _text(ticket.stop_price),
            "status": self.status,
            "extended_hours": ticket.extended_hours,
            "legs": None,
            "trail_percent": None,
            "trail_price": None,
            "hwm": None,
        }
        if self.ended_at is not None:
            body[_FINAL_FIELDS[self.status]] = in_utc(self.ended_at)
        return body


def _text(value: Decimal | None) -> str | None:
    return None if value is None else text(value)
