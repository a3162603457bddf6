"""Has one of several replicas do what only one may, and another take over when that one has gone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from bot.delivery import Delivery
from bot.storage.turns import Turn

log = logging.getLogger(__name__)
FETCHING: Final = 0x50A2_0003  # the number of the turn that fetching updates takes
LOOK: Final = 5.0  # seconds between two looks; well below the server's patience with an idle transaction


class Solo:
    """A delivery that works while this replica has the turn."""

    def __init__(self, turn: Turn, make: Callable[[], Delivery], *, look: float = LOOK) -> None:
        """`make` gives a delivery each time the turn comes."""
        self._turn = turn
        self._make = make
        self._look = look
        self._mine: Delivery | None = None

    @property
    def receiving(self) -> bool:
        """Whether updates get in, as far as is known: if this replica does not fetch them, another does."""
        return self._mine is None or self._mine.receiving

    async def run(self) -> None:
        """Wait for the turn and work, until cancelled; raises what the work raises."""
        try:
            while True:
                if await asyncio.to_thread(self._turn.take):
                    await self._while_mine()
                await asyncio.sleep(self._look)
        finally:
            await asyncio.to_thread(self._turn.give_up)

    async def _while_mine(self) -> None:
        log.info("this replica fetches the updates")
        self._mine = self._make()
        task = asyncio.ensure_future(self._mine.run())
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=self._look)
                if not task.done() and not await asyncio.to_thread(self._turn.take):
                    log.warning("the turn to fetch updates is lost")
                    break
        finally:
            if not task.done():
                task.cancel()
            await asyncio.wait({task})
            self._mine = None
        if not task.cancelled():
            task.result()
