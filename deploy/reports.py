"""What a Worker says about itself, read tolerantly: it may be older or newer than this program, or not even ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from deploy.fields import Fields, listed, maybe, record, records, text, truth, whole
from deploy.holding import ENDING, Form, Keys


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
    """One tick: when, why, and what came of it; `code` is a short name for the reason, such as `unarmed`."""

    id: int
    slot: str
    source: str
    at: str
    ms: int
    outcome: str
    code: str
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
            code=text(fields, "code"),
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
class Budget:
    """The money the Worker may use and what it did with it, in USD as decimal texts.

    `invested` counts its own shares at what they cost and its open buys; `value` is what its shares were worth at the
    last tick, empty when that was not known.
    """

    limit: str
    invested: str
    left: str
    value: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read it from the Worker's JSON."""
        return cls(**{name: text(fields, name) for name in ("limit", "invested", "left", "value")})


@dataclass(frozen=True, slots=True)
class Holding:
    """Shares the Worker bought itself: `cost` and `value` in USD, `value` empty when it was not known."""

    symbol: str
    qty: str
    cost: str
    value: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read one from the Worker's JSON."""
        return cls(**{name: text(fields, name) for name in ("symbol", "qty", "cost", "value")})


@dataclass(frozen=True, slots=True)
class Status:
    """All that the Worker stored at its last tick.

    `plan` and `limits` are those in force, `ceilings` those of the deploy. A Worker from before there was arming trades
    without it and counts as armed; it knows neither `budget` nor `holdings`, and its `next_tick` is empty. One from
    before there was a private form tells no `keys` and no `form`.
    """

    script: str
    mode: str
    template: str
    deployment: str
    now: str
    account: Holder | None
    paused: Pause | None
    plan: Fields
    ceilings: Fields
    limits: Fields
    armed: bool
    schedule: str
    next_tick: str
    budget: Budget | None
    holdings: tuple[Holding, ...]
    last_tick: Run | None
    last_order: Order | None
    ticks: int
    orders_today: tuple[Order, ...]
    positions: tuple[Position, ...]
    holds_cloudflare_token: bool | None
    key_ending: str
    keys: Keys | None = None
    form: Form | None = None

    @property
    def keyless(self) -> bool:
        """Whether it says that it has no keys yet."""
        return self.keys is not None and not self.keys.held

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read it from the Worker's JSON."""
        keys, form = record(fields, "keys"), record(fields, "form")
        account, paused = record(fields, "account"), record(fields, "paused")
        tick, order = record(fields, "last_tick"), record(fields, "last_order")
        ceilings, budget = record(fields, "ceilings") or {}, record(fields, "budget")
        return cls(
            script=text(fields, "script"),
            mode=text(fields, "mode"),
            template=text(fields, "template"),
            deployment=text(fields, "deployment"),
            now=text(fields, "now"),
            account=Holder.read(account) if account else None,
            paused=Pause.read(paused) if paused else None,
            plan=record(fields, "plan") or {},
            ceilings=ceilings,
            limits=record(fields, "limits") or ceilings,
            armed=truth(fields, "armed") is not False,
            schedule="alarm" if text(fields, "schedule") == "alarm" else "cron",
            next_tick=text(fields, "next_tick"),
            budget=Budget.read(budget) if budget else None,
            holdings=tuple(Holding.read(entry) for entry in records(fields, "holdings")),
            last_tick=Run.read(tick) if tick else None,
            last_order=Order.read(order) if order else None,
            ticks=whole(fields, "ticks"),
            orders_today=tuple(Order.read(entry) for entry in records(fields, "orders_today")),
            positions=tuple(Position.read(entry) for entry in records(fields, "positions")),
            holds_cloudflare_token=truth(fields, "holds_cloudflare_token"),
            key_ending=text(fields, "key_ending")[-ENDING:],
            keys=Keys.read(keys) if keys else None,
            form=Form.read(form) if form else None,
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
