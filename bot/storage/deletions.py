"""Messages that may hold a secret and could not be deleted at once: ids only, retried until it works or time is up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, func, or_, select, update

from bot.storage.dialect import InsertOnce
from bot.storage.tables import pending_deletions as pending

FAR = 1e12  # seconds: later than any clock


@dataclass(frozen=True, slots=True)
class Deletion:
    """One message still to be deleted; `told` once the user knows that it could not be."""

    chat_id: int
    message_id: int
    since: float
    attempts: int
    next_at: float
    told: bool


_one: ColumnElement[bool] = and_(pending.c.chat_id == bindparam("chat"), pending.c.message_id == bindparam("message"))
_ADD = InsertOnce(pending)
_CLAIM = update(pending).where(_one, pending.c.next_at == bindparam("was")).values(next_at=bindparam("then"))
_DUE = (
    select(pending)
    .where(or_(pending.c.next_at <= bindparam("now"), pending.c.next_at > bindparam("latest")))
    .where(pending.c.told.is_(False))
    .order_by(pending.c.next_at)
    .limit(bindparam("most"))
)
_NEXT_AT = select(func.min(pending.c.next_at)).where(pending.c.told.is_(False))
_OVERDUE = (
    select(pending)
    .where(pending.c.since <= bindparam("before"), pending.c.told.is_(False))
    .order_by(pending.c.since)
    .limit(bindparam("most"))
)
_FOR_CHAT = select(pending).where(pending.c.chat_id == bindparam("chat")).order_by(pending.c.message_id)
_DONE = delete(pending).where(_one)
_RETRY = update(pending).where(_one).values(attempts=pending.c.attempts + 1, next_at=bindparam("then"))
_TOLD = update(pending).where(_one).values(told=True)
_HOUSEKEEP = delete(pending).where(pending.c.told.is_(True), pending.c.since <= bindparam("before"))
_COUNT = select(func.count()).select_from(pending).where(pending.c.told.is_(False))


def add(connection: Connection, *, chat_id: int, message_id: int, now: float, next_at: float | None = None) -> bool:
    """Note a message to be deleted, from `next_at` (else at once) on; False when it was noted before."""
    row = {
        "chat_id": chat_id,
        "message_id": message_id,
        "since": now,
        "attempts": 0,
        "next_at": now if next_at is None else next_at,
        "told": False,
    }
    return _ADD.run(connection, row)


def due(connection: Connection, *, now: float, latest: float = FAR, limit: int = 100) -> list[Deletion]:
    """What may be tried again by now, longest-waiting first; also what is set for later than `latest`.

    Nothing is ever put off for so long: the clock was put back.
    """
    return [Deletion(*row) for row in connection.execute(_DUE, {"now": now, "latest": latest, "most": limit})]


def claim(connection: Connection, rows: Sequence[Deletion], *, until: float) -> list[Deletion]:
    """Take what is `due`, until then; what another process was quicker to take is left out."""
    values = [
        (row, {"chat": row.chat_id, "message": row.message_id, "was": row.next_at, "then": until}) for row in rows
    ]
    return [row for row, value in values if connection.execute(_CLAIM, value).rowcount == 1]


def next_due(connection: Connection) -> float | None:
    """When the next one may be tried; None when nothing is pending."""
    return connection.execute(_NEXT_AT).scalar()


def retry_at(connection: Connection, *, chat_id: int, message_id: int, next_at: float) -> None:
    """Count a failed attempt and set the time of the next."""
    connection.execute(_RETRY, {"chat": chat_id, "message": message_id, "then": next_at})


def done(connection: Connection, *, chat_id: int, message_id: int) -> bool:
    """Forget a message that is gone from the chat; False when nothing was noted."""
    return connection.execute(_DONE, {"chat": chat_id, "message": message_id}).rowcount == 1


def overdue(connection: Connection, *, before: float, limit: int = 100) -> list[Deletion]:
    """What has been pending since `before` or longer, of which the user has not been told."""
    return [Deletion(*row) for row in connection.execute(_OVERDUE, {"before": before, "most": limit})]


def told(connection: Connection, *, chat_id: int, message_id: int) -> None:
    """Note that the user knows of a message Telegram would not delete; it is not tried any more."""
    connection.execute(_TOLD, {"chat": chat_id, "message": message_id})


def for_chat(connection: Connection, chat_id: int) -> list[Deletion]:
    """All that is noted for a chat, told or not."""
    return [Deletion(*row) for row in connection.execute(_FOR_CHAT, {"chat": chat_id})]


def count(connection: Connection) -> int:
    """How many are still to be tried."""
    return connection.execute(_COUNT).scalar_one()


def housekeep(connection: Connection, *, before: float) -> int:
    """Remove those the user was told of that are pending since `before` or longer, and return how many."""
    return connection.execute(_HOUSEKEEP, {"before": before}).rowcount
