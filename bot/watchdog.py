"""Finds operations that nobody carries out any more, and ends them, so that their chats can try again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final, Protocol

from bot.runner.port import OnEnd, Operation, Outcome
from bot.storage.errors import StorageError

log = logging.getLogger(__name__)
EVERY: Final = 60.0
PATIENCE: Final = 180.0  # seconds without progress; what is being carried out has a time limit of its own


class Kennel(Protocol):
    """What a watchdog must know of the runner."""

    async def abandoned(self, older_than: float) -> list[Operation]:
        """Unfinished operations without progress for `older_than` seconds that nobody carries out or has in line."""
        ...


class Watchdog:
    """Looks once a minute. An operation is left behind when its end could not be kept for a fault of ours."""

    def __init__(self, runner: Kennel, end: OnEnd, new_incident: Callable[[], str]) -> None:
        """`end` commits the end of an operation."""
        self._runner = runner
        self._end = end
        self._new_incident = new_incident

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.look()
            except StorageError as error:
                log.warning("watchdog cannot see", extra={"why": error.code})

    async def look(self) -> int:
        """End what is stuck; returns how many there were. Raises StorageError."""
        left = await self._runner.abandoned(PATIENCE)
        for operation in left:
            incident = self._new_incident()
            about = {"incident": incident, "operation": operation.id, "kind": operation.kind, "step": operation.step}
            log.error("operation stuck", extra=about)
            await self._end(operation, Outcome("failed", "stuck", {}, incident))
        return len(left)
