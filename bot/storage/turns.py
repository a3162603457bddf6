"""A turn that one process of many holds for as long as it lives: who fetches updates, say."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from bot.storage.dialect import open_engine, take_turn


class Turn:
    """Held by a transaction that does nothing else, so that the server gives it on when this process has gone.

    Its methods wait for the server: call them in a thread. SQLite has one process, which always has the turn.
    """

    def __init__(self, url: str, number: int) -> None:
        """Nothing is contacted yet; `number` names the turn."""
        self._engine = open_engine(url, writing=True, busy_seconds=5.0)
        self._number = number
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Take it or make sure of it; False when another process holds it or the server cannot be asked."""
        try:
            if self._connection is not None:
                self._connection.execute(text("SELECT 1"))
                return True
            connection = self._engine.connect()
            connection.begin()
            self._connection = connection
            if take_turn(connection, self._number):
                return True
        except SQLAlchemyError:
            pass
        self.give_up()
        return False

    def give_up(self) -> None:
        """Let another process have it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.close()
