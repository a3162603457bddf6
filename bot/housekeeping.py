"""Keeps the database small: what can no longer matter is removed, a little at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy import Connection

from bot.storage import deletions, operations, updates
from bot.storage.database import Database
from bot.storage.errors import StorageError

log = logging.getLogger(__name__)
EVERY = 600.0
DAY = 86_400.0
UPDATES_FOR, OPERATIONS_FOR, DELETIONS_FOR = 2 * DAY, 30 * DAY, 7 * DAY


class Housekeeping:
    """Removes handled updates after two days, ended operations after thirty, settled deletions after seven."""

    def __init__(self, database: Database, *, clock: Callable[[], float]) -> None:
        """Use `database`; times are unix seconds."""
        self._database = database
        self._clock = clock

    async def run(self) -> None:
        """Tidy up now and every ten minutes, until cancelled."""
        while True:
            try:
                await self.tidy()
            except StorageError as error:
                log.warning("not tidied up", extra={"why": error.code})
            await asyncio.sleep(EVERY)

    async def tidy(self) -> int:
        """Remove what is too old; returns how many rows went. Raises StorageError."""
        now, gone = self._clock(), 0

        def work(connection: Connection) -> int:
            return (
                updates.housekeep(connection, before=now - UPDATES_FOR)
                + operations.housekeep(connection, before=now - OPERATIONS_FOR)
                + deletions.housekeep(connection, before=now - DELETIONS_FOR)
            )

        while removed := await self._database.write(work):
            gone += removed
        return gone
