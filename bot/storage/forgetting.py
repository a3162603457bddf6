"""Removes everything about one chat."""

from __future__ import annotations

from sqlalchemy import BindParameter, Connection, bindparam, delete, update

from bot.storage.tables import metadata, updates

_CHAT: BindParameter[int] = bindparam("chat")
# The ids of updates stay without the chat: they are what keeps Telegram's repetitions from being handled twice.
_UNNAME = update(updates).where(updates.c.chat_id == _CHAT).values(chat_id=None)
_DELETE = {
    table.name: delete(table).where(table.c.chat_id == _CHAT)
    for table in metadata.sorted_tables
    if table is not updates and "chat_id" in table.c
}


def forget_chat(connection: Connection, chat_id: int) -> dict[str, int]:
    """Remove every row of a chat and return how many there were in each table; `Database.shred` comes after.

    Pending deletions go too, so see to those first, or their messages stay in the chat.
    """
    counts = {name: connection.execute(statement, {"chat": chat_id}).rowcount for name, statement in _DELETE.items()}
    counts[updates.name] = connection.execute(_UNNAME, {"chat": chat_id}).rowcount
    return counts
