"""Works off a table that others add to: looks when told that something was added, and when the next row falls due."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from bot.storage.errors import StorageError

log = logging.getLogger(__name__)
BLIND: Final = 5.0  # seconds until it looks again where the table could not be read


class Worklist:
    """One table and who looks at it."""

    def __init__(self, name: str, look: Callable[[], Awaitable[float]]) -> None:
        """`look` does what is due and says for how many seconds nothing more will be; it may raise StorageError."""
        self._name = name
        self._look = look
        self._news = asyncio.Event()

    def added(self) -> None:
        """Look now: something was added, or can be gone on with."""
        self._news.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._news.clear()
            try:
                pause = await self._look()
            except StorageError as error:
                log.warning("cannot see what is to be done", extra={"table": self._name, "why": error.code})
                pause = BLIND
            try:
                async with asyncio.timeout(pause):
                    await self._news.wait()
            except TimeoutError:
                continue
