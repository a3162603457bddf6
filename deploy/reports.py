"""What a Worker says about itself, read tolerantly: it may be older or newer than this program, or not even ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Order:
    """An order the Worker placed or meant to place; money and quantities are decimal texts in USD and shares."""

    symbol: str
    side: str
    notional: str | None
    qty: str | None
    client_order_id: str
    status: str
    reason: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read one from the Worker's JSON."""
        return cls(
            symbol=text(fields, "symbol"),
            side=text(fields, "side"),
            notional=maybe(fields, "notional"),
            qty=maybe(fields, "qty"),
            client_order_id=text(fields, "client_order_id"),
            status=text(fields, "status"),
            reason=text(fields, "reason"),
        )


@dataclass(frozen=True, slots=True)
class Run:
    """One tick: when, why, and what came of it."""

    id: int
    slot: str
    source: str
    at: str
    ms: int
    outcome: str
    reason: str
    orders: tuple[Order, ...]
    market_open: bool | None
    request_ids: tuple[str, ...]

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read one from the Worker's JSON."""
        return cls(
            id=whole(fields, "id"),
            slot=text(fields, "slot"),
            source=text(fields, "source"),
            at=text(fields, "at"),
            ms=whole(fields, "ms"),
            outcome=text(fields, "outcome"),
            reason=text(fields, "reason"),
            orders=tuple(Order.read(entry) for entry in records(fields, "orders")),
            market_open=truth(fields, "market_open"),
            request_ids=tuple(str(entry) for entry in listed(fields, "request_ids")),
        )


@dataclass(frozen=True, slots=True)
class Holder:
    """The broker account as the last tick saw it; `ending` is all that is shown of its number."""

    ending: str
    status: str
    currency: str
    cash: str
    equity: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read it from the Worker's JSON."""
        return cls(**{name: text(fields, name) for name in ("ending", "status", "currency", "cash", "equity")})


@dataclass(frozen=True, slots=True)
class Pause:
    """Why and since when the Worker does not trade."""

    reason: str
    since: str
    note: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read it from the Worker's JSON."""
        return cls(reason=text(fields, "reason"), since=text(fields, "since"), note=text(fields, "note"))


@dataclass(frozen=True, slots=True)
class Position:
    """Something held, with its value and its gain or loss in USD as decimal texts."""

    symbol: str
    qty: str
    market_value: str
    unrealized_pl: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read one from the Worker's JSON."""
        return cls(**{name: text(fields, name) for name in ("symbol", "qty", "market_value", "unrealized_pl")})


@dataclass(frozen=True, slots=True)
class Status:
    """All that the Worker stored at its last tick."""

    script: str
    mode: str
    template: str
    deployment: str
    now: str
    account: Holder | None
    paused: Pause | None
    plan: Fields
    ceilings: Fields
    last_tick: Run | None
    last_order: Order | None
    ticks: int
    orders_today: tuple[Order, ...]
    positions: tuple[Position, ...]
    holds_cloudflare_token: bool
    key_ending: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read it from the Worker's JSON."""
        account, paused = record(fields, "account"), record(fields, "paused")
        tick, order = record(fields, "last_tick"), record(fields, "last_order")
        return cls(
            script=text(fields, "script"),
            mode=text(fields, "mode"),
            template=text(fields, "template"),
            deployment=text(fields, "deployment"),
            now=text(fields, "now"),
            account=Holder.read(account) if account else None,
            paused=Pause.read(paused) if paused else None,
            plan=record(fields, "plan") or {},
            ceilings=record(fields, "ceilings") or {},
            last_tick=Run.read(tick) if tick else None,
            last_order=Order.read(order) if order else None,
            ticks=whole(fields, "ticks"),
            orders_today=tuple(Order.read(entry) for entry in records(fields, "orders_today")),
            positions=tuple(Position.read(entry) for entry in records(fields, "positions")),
            holds_cloudflare_token=truth(fields, "holds_cloudflare_token") is True,
            key_ending=text(fields, "key_ending"),
        )


@dataclass(frozen=True, slots=True)
class Event:
    """Something worth telling; `fields` holds what else the Worker said about it."""

    id: int
    at: str
    kind: str
    text: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Pulse:
    """When the Worker last looked at the market (ISO 8601, empty if never), and why it is paused, if it is."""

    run: str
    paused: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read it from the Worker's JSON."""
        return cls(text(fields, "run"), text(fields, "paused"))


@dataclass(frozen=True, slots=True)
class Events:
    """A stretch of the Worker's events; ask again from `next`. An older Worker tells no `pulse`."""

    events: tuple[Event, ...]
    next: int
    pulse: Pulse | None = None

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read them from the Worker's JSON."""
        entries = records(fields, "events")
        events = (Event(whole(e, "id"), text(e, "at"), text(e, "kind"), text(e, "text"), e) for e in entries)
        pulse = record(fields, "pulse")
        return cls(tuple(events), whole(fields, "next"), Pulse.read(pulse) if pulse is not None else None)


# -- reading without trust --------------------------------------------------------------------------------------------


def text(fields: Fields, name: str) -> str:
    """A text, empty when there is none."""
    return maybe(fields, name) or ""


def maybe(fields: Fields, name: str) -> str | None:
    """A text or a number as text, None when it is neither."""
    value = fields.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None


def whole(fields: Fields, name: str) -> int:
    """A whole number, 0 when there is none."""
    value = fields.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def truth(fields: Fields, name: str) -> bool | None:
    """A boolean, None when it is anything else."""
    value = fields.get(name)
    return value if isinstance(value, bool) else None


def record(fields: Fields, name: str) -> Fields | None:
    """An object, None when it is anything else."""
    value = fields.get(name)
    return value if isinstance(value, dict) else None


def listed(fields: Fields, name: str) -> list[object]:
    """A list, empty when it is anything else."""
    value = fields.get(name)
    return value if isinstance(value, list) else []


def records(fields: Fields, name: str) -> list[Fields]:
    """The objects of a list."""
    return [entry for entry in listed(fields, name) if isinstance(entry, dict)]
