"""Which list of commands Telegram was given for a chat alone; a chat without a row has everybody's."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, bindparam, delete, select, update

from bot.storage.dialect import InsertOnce
from bot.storage.tables import menus

TO_DROP: Final = ""  # the list is to be taken back, since its chat was forgotten
_FIND = select(menus.c.given).where(menus.c.chat_id == bindparam("chat"))
_CHANGE = update(menus).where(menus.c.chat_id == bindparam("chat")).values(given=bindparam("list"))
_DELETE = delete(menus).where(menus.c.chat_id == bindparam("chat"))
_DROPPED = select(menus.c.chat_id).where(menus.c.given == TO_DROP).limit(bindparam("most"))
_ADD = InsertOnce(menus)


def given(connection: Connection, chat_id: int) -> str | None:
    """Name the list a chat was given; None when it has everybody's."""
    found: str | None = connection.execute(_FIND, {"chat": chat_id}).scalar()
    return found


def put(connection: Connection, chat_id: int, name: str) -> None:
    """Note the list a chat was given."""
    if connection.execute(_CHANGE, {"chat": chat_id, "list": name}).rowcount == 0:
        _ADD.run(connection, {"chat_id": chat_id, "given": name})


def remove(connection: Connection, chat_id: int) -> None:
    """Note that a chat has everybody's list again."""
    connection.execute(_DELETE, {"chat": chat_id})


def to_drop(connection: Connection, limit: int = 1000) -> list[int]:
    """List the chats whose own list is still to be taken back."""
    return list(connection.execute(_DROPPED, {"most": limit}).scalars())
