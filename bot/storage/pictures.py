"""Which message of a chat is the picture that goes when the conversation goes on."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, select

from bot.storage.dialect import InsertOnce
from bot.storage.tables import pictures

_FIND = select(pictures.c.message_id).where(pictures.c.chat_id == bindparam("chat"))
_DELETE = delete(pictures).where(pictures.c.chat_id == bindparam("chat"))
_ADD = InsertOnce(pictures)


def put(connection: Connection, chat_id: int, message_id: int) -> int | None:
    """Note a new picture and return the message of the one before."""
    before = take(connection, chat_id)
    _ADD.run(connection, {"chat_id": chat_id, "message_id": message_id})
    return before


def take(connection: Connection, chat_id: int) -> int | None:
    """Forget a chat's picture and return its message; None when there is none."""
    found: int | None = connection.execute(_FIND, {"chat": chat_id}).scalar()
    if found is not None:
        connection.execute(_DELETE, {"chat": chat_id})
    return found
