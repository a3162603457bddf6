"""Which of Telegram's updates have been handled, so that each is handled once, and which could not be."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.storage.dialect import InsertOnce
from bot.storage.tables import updates


@dataclass(frozen=True, slots=True)
class Update:
    """One update's id and kind; never its content."""

    update_id: int
    chat_id: int | None
    kind: str
    received_at: float
    parked: str | None = None


_ADD = InsertOnce(updates)
_SEEN = select(updates.c.update_id).where(updates.c.update_id == bindparam("id"))
_PARK = update(updates).where(updates.c.update_id == bindparam("id")).values(parked=bindparam("reason"))
_PARKED = select(updates).where(updates.c.parked.is_not(None)).order_by(updates.c.update_id).limit(bindparam("most"))
_OLD = (
    select(updates.c.update_id)
    .where(updates.c.received_at < bindparam("before"))
    .order_by(updates.c.received_at)
    .limit(bindparam("most"))
)
_HOUSEKEEP = delete(updates).where(updates.c.update_id.in_(_OLD))


def seen(connection: Connection, update_id: int) -> bool:
    """Whether the update was added or parked before."""
    return connection.execute(_SEEN, {"id": update_id}).first() is not None


def add(connection: Connection, *, update_id: int, chat_id: int | None, kind: str, now: float) -> bool:
    """Note an update as handled; False, and nothing changes, when it was noted before."""
    row = {"update_id": update_id, "chat_id": chat_id, "kind": kind, "received_at": now, "parked": None}
    return _ADD.run(connection, row)


def park(connection: Connection, *, update_id: int, chat_id: int | None, kind: str, reason: str, now: float) -> None:
    """Note that an update could not be handled, by a `reason` code, so that it stops nobody else."""
    if connection.execute(_PARK, {"id": update_id, "reason": reason}).rowcount == 0:
        row = {"update_id": update_id, "chat_id": chat_id, "kind": kind, "received_at": now, "parked": reason}
        connection.execute(insert(updates), row)


def parked(connection: Connection, *, limit: int = 100) -> list[Update]:
    """The parked updates still known, oldest first."""
    return [Update(*row) for row in connection.execute(_PARKED, {"most": limit})]


def housekeep(connection: Connection, *, before: float, limit: int = 1000) -> int:
    """Remove up to `limit` updates received before `before` and return how many.

    Telegram keeps undelivered updates for 24 hours (https://core.telegram.org/bots/api#getting-updates), so after 48
    none of them can come again.
    """
    return connection.execute(_HOUSEKEEP, {"before": before, "most": limit}).rowcount
