"""Screens that a replica has left wrong by dying: stored but not shown, or shown over by an older one.

Two replicas' edits of one message may cross; whoever made the late one mends it within a second or two, unless it dies.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from bot.storage import dialogs, marks
from bot.storage.database import Database
from bot.storage.errors import StorageError

log = logging.getLogger(__name__)
EVERY: Final = 5.0
AFTER: Final = 10.0  # seconds in which whoever has stored a screen usually shows it
FOR: Final = 24 * 3600.0  # seconds after which nobody waits for it any more
MOST_REMEMBERED: Final = 20_000
LIFE: Final = "replica-"  # begins the names of the marks that say when each replica was last alive
DEAD_AFTER: Final = 15.0  # seconds
MENDING: Final = 5.0  # seconds in which a living replica mends what it has shown late


class Strays:
    """Looks every few seconds; each screen is tried once, as one that cannot be shown would be tried for ever."""

    def __init__(
        self, database: Database, show: Callable[[int], Awaitable[None]], *, clock: Callable[[], float], name: str
    ) -> None:
        """`show` shows a chat's screen as it is stored; `name` is this replica's own."""
        self._mark = LIFE + name
        self._database = database
        self._show = show
        self._clock = clock
        self._tried: dict[int, int] = {}

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                await self._database.write(partial(marks.put, name=self._mark, now=self._clock()))
                await self.look()
                await self.bury()
            except StorageError as error:
                log.warning("strays cannot be seen", extra={"why": error.code})
            await asyncio.sleep(EVERY)

    async def leave(self) -> None:
        """Say that this replica has ended well. Raises StorageError."""
        await self._database.write(partial(marks.remove, name=self._mark))

    async def bury(self) -> int:
        """Show anew what changed around the death of each replica; returns how many screens. Raises StorageError."""
        now, mended = self._clock(), 0
        dead = await self._database.read(partial(marks.older, beginning=LIFE, before=now - DEAD_AFTER))
        for name, last in dead.items():
            if not await self._database.write(partial(marks.remove, name=name)):
                continue
            chats = await self._database.read(partial(dialogs.changed, since=last - MENDING))
            log.warning("a replica has died", extra={"replica": name, "screens": len(chats)})
            for chat_id in chats:
                await self._show(chat_id)
            mended += len(chats)
        return mended

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
