"""Deletes go first: whatever else there is to do waits a moment while many of them are under way, or still to come."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

FEW: Final = 4  # deletes under way at once that are no rush
LONGEST_COURTESY = 0.1  # seconds that anything waits for deletes under way
LONGEST_PATIENCE = 1.0  # seconds that a call to elsewhere waits for messages that Telegram has not handed over yet


class Rush:
    """Counts the deletes whose answers are awaited, and knows of messages to come; one for the whole process."""

    def __init__(self) -> None:
        """Nothing is being deleted yet."""
        self._deleting = 0
        self._calm, self._drained = asyncio.Event(), asyncio.Event()
        self._drained.set()

    @contextmanager
    def deleting(self) -> Iterator[None]:
        """Count one delete for the length of a `with` block."""
        self._deleting += 1
        self._calm.clear()
        try:
            yield
        finally:
            self._deleting -= 1
            if self._deleting <= FEW:
                self._calm.set()

    def fetched(self, *, more: bool) -> None:
        """Take note that updates were fetched, and whether more wait at Telegram: among those may be secrets."""
        if more:
            self._drained.clear()
        else:
            self._drained.set()

    async def over(self) -> None:
        """Return at once when few deletes are under way, else when they are, after a tenth of a second at most."""
        if self._deleting > FEW:
            await _patiently(self._calm, LONGEST_COURTESY)

    async def passed(self) -> None:
        """Return when few deletes are under way and nothing waits at Telegram, after a second or so at most."""
        if not self._drained.is_set():
            await _patiently(self._drained, LONGEST_PATIENCE)
        await self.over()


async def _patiently(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
