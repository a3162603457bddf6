"""Tickets: sealed secrets on their short way from the chat to the request that uses them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, update

from bot.storage.tables import tickets

FAR = 1e12  # seconds: later than any clock


@dataclass(frozen=True, slots=True)
class Ticket:
    """One sealed secret; `key_name` says which key of the ring opens it, `operation_id` whose end shreds it."""

    id: str
    chat_id: int
    purpose: str
    sealed: bytes = field(repr=False)
    key_name: str
    expires_at: float
    operation_id: str | None = None


_PUT = insert(tickets)
_GET = select(tickets).where(tickets.c.id == bindparam("ticket"))
_ATTACH = update(tickets).where(tickets.c.id == bindparam("ticket")).values(operation_id=bindparam("operation"))
_RESEAL = (
    update(tickets)
    .where(tickets.c.id == bindparam("ticket"))
    .values(sealed=bindparam("blob"), key_name=bindparam("key"))
)
_DELETE = delete(tickets).where(tickets.c.id == bindparam("ticket"))
_DELETE_FOR_OPERATION = delete(tickets).where(tickets.c.operation_id == bindparam("operation"))
_DELETE_FOR_CHAT = delete(tickets).where(tickets.c.chat_id == bindparam("chat"))
_over = or_(
    tickets.c.expires_at <= bindparam("now"),
    and_(tickets.c.purpose == bindparam("of"), tickets.c.expires_at > bindparam("latest")),
)
_DELETE_OVER = delete(tickets).where(_over)
_FOR_CHAT = select(tickets).where(tickets.c.chat_id == bindparam("chat")).order_by(tickets.c.expires_at)
_OVER = select(tickets).where(_over).order_by(tickets.c.expires_at).limit(bindparam("most"))
_NOT_SEALED_WITH = select(tickets).where(tickets.c.key_name != bindparam("key")).limit(bindparam("most"))
_ALIVE = select(func.count()).select_from(tickets)


def put(connection: Connection, ticket: Ticket) -> None:
    """Store a new ticket; an id that is taken is a StorageError (integrity)."""
    connection.execute(_PUT, asdict(ticket))


def get(connection: Connection, ticket_id: str, *, now: float) -> Ticket | None:
    """The ticket, unless it is gone or has expired."""
    row = connection.execute(_GET, {"ticket": ticket_id}).first()
    ticket = None if row is None else Ticket(*row)
    return ticket if ticket and ticket.expires_at > now else None


def attach(connection: Connection, ticket_ids: Iterable[str], operation_id: str) -> None:
    """Tie tickets to the operation that uses them, so that its end shreds them."""
    for ticket_id in ticket_ids:
        connection.execute(_ATTACH, {"ticket": ticket_id, "operation": operation_id})


def delete_one(connection: Connection, ticket_id: str) -> bool:
    """Delete one ticket; False when it was gone. As with all deletions here, `Database.shred` comes after."""
    return connection.execute(_DELETE, {"ticket": ticket_id}).rowcount == 1


def delete_for_operation(connection: Connection, operation_id: str) -> int:
    """Delete the tickets tied to an operation and return how many there were."""
    return connection.execute(_DELETE_FOR_OPERATION, {"operation": operation_id}).rowcount


def delete_for_chat(connection: Connection, chat_id: int) -> int:
    """Delete all of a chat's tickets and return how many there were."""
    return connection.execute(_DELETE_FOR_CHAT, {"chat": chat_id}).rowcount


def delete_expired(connection: Connection, *, now: float, of: str = "", latest: float = FAR) -> int:
    """Delete what `expired` lists, without its limit, and return how many there were."""
    return connection.execute(_DELETE_OVER, {"now": now, "of": of, "latest": latest}).rowcount


def for_chat(connection: Connection, chat_id: int) -> list[Ticket]:
    """The chat's tickets, expired ones included, first to expire first."""
    return [Ticket(*row) for row in connection.execute(_FOR_CHAT, {"chat": chat_id})]


def expired(
    connection: Connection, *, now: float, of: str = "", latest: float = FAR, limit: int = 1000
) -> list[Ticket]:
    """Tickets whose time is over, oldest first, to tell their chats about it.

    Also those of the purpose `of` that would live beyond `latest`: they were sealed before the clock was put back.
    """
    values = {"now": now, "of": of, "latest": latest, "most": limit}
    return [Ticket(*row) for row in connection.execute(_OVER, values)]


def not_sealed_with(connection: Connection, key_name: str, *, limit: int = 1000) -> list[Ticket]:
    """Tickets sealed with any other key than `key_name`: what a change of keys has still to re-seal."""
    return [Ticket(*row) for row in connection.execute(_NOT_SEALED_WITH, {"key": key_name, "most": limit})]


def reseal(connection: Connection, ticket_id: str, *, sealed: bytes, key_name: str) -> bool:
    """Replace a ticket's blob by the same secret under another key; False when the ticket is gone."""
    values = {"ticket": ticket_id, "blob": sealed, "key": key_name}
    return connection.execute(_RESEAL, values).rowcount == 1


def alive(connection: Connection) -> int:
    """How many tickets there are."""
    return connection.execute(_ALIVE).scalar_one()
