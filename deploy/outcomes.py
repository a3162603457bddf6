"""What a Worker answers to commands that change something or tell a long story, read tolerantly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

from deploy.fields import Fields, maybe, record, records, text, truth, whole
from deploy.reports import Pause

Table = Literal["orders", "runs", "events", "days"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The plan and limits in force after a change; a new plan must be armed before it trades."""

    plan: Fields
    limits: Fields
    armed: bool

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read it from the Worker's JSON."""
        return cls(record(fields, "plan") or {}, record(fields, "limits") or {}, truth(fields, "armed") is True)


@dataclass(frozen=True, slots=True)
class Cancelled:
    """How many of the Worker's own open orders were cancelled, and how many may still be open.

    `warning` says what it could not make sure of at the broker.
    """

    cancelled: int
    left: int
    warning: str | None

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read it from the Worker's JSON."""
        return cls(whole(fields, "cancelled"), whole(fields, "left"), maybe(fields, "warning"))


@dataclass(frozen=True, slots=True)
class Sale:
    """Own shares to be sold: `value` in USD at the last known price, empty when there was none.

    `status` is `dry` in a preview; afterwards that of the order, or `refused`, or `waiting` for an open order of this
    symbol to end first, and `reason` says which.
    """

    symbol: str
    qty: str
    value: str
    status: str
    reason: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read one from the Worker's JSON."""
        return cls(**{name: text(fields, name) for name in ("symbol", "qty", "value", "status", "reason")})


@dataclass(frozen=True, slots=True)
class Closing:
    """The sale of everything the Worker bought, previewed or done.

    `message` is a sentence on what was done and what is left; `complete` is true when nothing is left to be sold. When
    it was done the Worker is paused with the reason `closed`. It refuses with `market_closed` when nobody trades.
    """

    orders: tuple[Sale, ...]
    complete: bool
    market_open: bool | None
    message: str
    paused: Pause | None

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read it from the Worker's JSON."""
        paused = record(fields, "paused")
        return cls(
            orders=tuple(Sale.read(entry) for entry in records(fields, "orders")),
            complete=truth(fields, "complete") is True,
            market_open=truth(fields, "market_open"),
            message=text(fields, "message"),
            paused=Pause.read(paused) if paused else None,
        )


@dataclass(frozen=True, slots=True)
class Day:
    """One trading day, in USD as decimal texts, empty where something was not known.

    `value`, `invested` and `profit` are about the Worker's own shares, `cash` and `equity` about the whole account.
    """

    date: str
    value: str
    invested: str
    profit: str
    cash: str
    equity: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read one from the Worker's JSON."""
        names = ("date", "value", "invested", "profit", "cash", "equity")
        return cls(**{name: text(fields, name) for name in names})


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a table, each with flat values; ask again from `next` until it is None."""

    rows: tuple[Fields, ...]
    next: int | None

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read it from the Worker's JSON."""
        return cls(tuple(records(fields, "rows")), whole(fields, "next") or None)


@dataclass(frozen=True, slots=True)
class Timer:
    """What wakes the Worker up, `cron` or its own `alarm`, and when next (ISO 8601, empty when that is not known)."""

    schedule: str
    next: str

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read it from the Worker's JSON."""
        return cls("alarm" if text(fields, "schedule") == "alarm" else "cron", text(fields, "next"))
