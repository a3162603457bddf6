"""Joins what a chat wants to be told, as the conversation has it, and the table that keeps it."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.storage import notices
from bot.storage.notices import Wishes
from flows.notices import KINDS, USUAL, Notices, next_summary


def read(connection: Connection, chat_id: int) -> Notices:
    """Read a chat's wishes; the usual ones when it has chosen nothing yet."""
    row = notices.get(connection, chat_id)
    return USUAL if row is None else chosen(row)


def chosen(row: Wishes) -> Notices:
    """Give a row as the conversation knows it; kinds that there are no longer are left out."""
    silenced = tuple(kind for kind in row.silenced.split(",") if kind in KINDS)
    return Notices(silenced, row.zone, row.summary_hour, row.quiet_from, row.quiet_to)


def keep(connection: Connection, chat_id: int, wanted: Notices, *, now: float) -> None:
    """Store a chat's wishes, and when its next summary is due."""
    silenced = ",".join(wanted.silenced)
    hours = (wanted.summary, wanted.quiet_from, wanted.quiet_to)
    notices.put(connection, Wishes(chat_id, silenced, wanted.zone, *hours, next_summary(wanted, now)))
