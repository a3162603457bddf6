"""What is to be told to chats, kept until Telegram has it: ids of messages with their slots, never a secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy import Connection, bindparam, delete, func, or_, select, update

from bot.storage.dialect import InsertOnce
from bot.storage.tables import outbox

FUTURE = 3600.0
Kind = Literal["tell", "notice"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `lines` is JSON text. It is not sent before `due_at`, nor while another process has claimed it."""

    id: str
    chat_id: int
    kind: Kind
    lines: str
    created_at: float
    due_at: float
    attempts: int = 0


_one = outbox.c.id == bindparam("message")
_PUT = InsertOnce(outbox)
_DUE = (
    select(outbox)
    .where(or_(outbox.c.due_at <= bindparam("now"), outbox.c.created_at > bindparam("latest")))
    .order_by(outbox.c.due_at, outbox.c.created_at, outbox.c.id)
    .limit(bindparam("most"))
)
_CLAIM = (
    update(outbox)
    .where(_one, outbox.c.due_at == bindparam("was"))
    .values(due_at=bindparam("until"), attempts=outbox.c.attempts + 1)
)
_RELEASE = (
    update(outbox).where(outbox.c.attempts > 0, outbox.c.due_at > bindparam("now")).values(due_at=bindparam("now"))
)
_PUT_OFF = update(outbox).where(_one).values(due_at=bindparam("then"))
_DONE = delete(outbox).where(_one)
_DROP = delete(outbox).where(outbox.c.chat_id == bindparam("chat"))
_NEXT_DUE = select(func.min(outbox.c.due_at))
_COUNT = select(func.count()).select_from(outbox)


def put(connection: Connection, message: Message) -> bool:
    """Keep a message to be sent; False when there is one of that id already."""
    return _PUT.run(connection, asdict(message))


def due(connection: Connection, *, now: float, limit: int = 100) -> list[Message]:
    """What may be sent now, longest-waiting first; one from the future counts too: the clock was put back."""
    return [Message(*row) for row in connection.execute(_DUE, {"now": now, "latest": now + FUTURE, "most": limit})]


def claim(connection: Connection, messages: Sequence[Message], *, until: float) -> list[Message]:
    """Take messages that were `due` until then; those that another process was quicker to take are left out."""
    values = [(each, {"message": each.id, "was": each.due_at, "until": until}) for each in messages]
    return [each for each, value in values if connection.execute(_CLAIM, value).rowcount == 1]


def release(connection: Connection, *, now: float) -> int:
    """Let go of what a process that is gone had claimed, and return how many; only for whoever is alone."""
    return connection.execute(_RELEASE, {"now": now}).rowcount


def put_off(connection: Connection, message_id: str, *, until: float) -> None:
    """Try again then."""
    connection.execute(_PUT_OFF, {"message": message_id, "then": until})


def done(connection: Connection, message_ids: Sequence[str]) -> None:
    """Forget messages that were sent, or never can be."""
    for message_id in message_ids:
        connection.execute(_DONE, {"message": message_id})


def drop(connection: Connection, chat_id: int) -> int:
    """Forget all that was to be told to one chat, and return how many there were."""
    return connection.execute(_DROP, {"chat": chat_id}).rowcount


def next_due(connection: Connection) -> float | None:
    """When the next one may be sent; None when there is none."""
    return connection.execute(_NEXT_DUE).scalar()


def count(connection: Connection) -> int:
    """How many wait."""
    return connection.execute(_COUNT).scalar_one()
