"""Screens that another replica has stored but not shown, because it has died in between."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from bot.storage import dialogs
from bot.storage.database import Database
from bot.storage.errors import StorageError

log = logging.getLogger(__name__)
EVERY: Final = 5.0
AFTER: Final = 10.0  # seconds in which whoever has stored a screen usually shows it
FOR: Final = 24 * 3600.0  # seconds after which nobody waits for it any more
MOST_REMEMBERED: Final = 20_000


class Strays:
    """Looks every few seconds; each screen is tried once, as one that cannot be shown would be tried for ever."""

    def __init__(
        self, database: Database, show: Callable[[int], Awaitable[None]], *, clock: Callable[[], float]
    ) -> None:
        """`show` shows a chat's screen as it is stored."""
        self._database = database
        self._show = show
        self._clock = clock
        self._tried: dict[int, int] = {}

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.look()
            except StorageError as error:
                log.warning("strays cannot be seen", extra={"why": error.code})

    async def look(self) -> int:
        """Show what has been left; returns how many there were. Raises StorageError."""
        now = self._clock()
        found = await self._database.read(partial(dialogs.unrendered, since=now - FOR, before=now - AFTER))
        strays = [each for each in found if self._tried.get(each.chat_id) != each.version]
        for each in strays:
            if len(self._tried) >= MOST_REMEMBERED:
                self._tried.pop(next(iter(self._tried)))
            self._tried[each.chat_id] = each.version
            await self._show(each.chat_id)
        return len(strays)
