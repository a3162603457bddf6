"""Which language a chat is spoken to in: the one it has chosen, else the one Telegram tells."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Connection

from bot.storage import dialogs
from flows.languages import Language, spoken


def chosen(stored: str | None) -> Language | None:
    """Read a stored choice; None for none, and for a language that is no longer spoken here."""
    with suppress(ValueError):
        return Language(stored) if stored else None
    return None


def spoken_in(connection: Connection, chat_id: int) -> Language:
    """Read the language of a chat; English for one that nothing is known of."""
    choice, seen = dialogs.languages(connection, chat_id)
    return spoken(chosen(choice), seen)
