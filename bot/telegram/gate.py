"""Lets outgoing calls through a few at a time, most urgent first, so that a delete never queues behind edits."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import IntEnum


class Urgency(IntEnum):
    """What goes first when calls wait."""

    DELETE = 0
    ANSWER = 1
    EDIT = 2
    SEND = 3


class Gate:
    """At most `width` calls at once, of which the last few places are kept for deletes."""

    def __init__(self, width: int = 128, kept_for_deletes: int = 96) -> None:
        """Open a gate; both numbers count calls in flight."""
        self._free = width
        self._kept = kept_for_deletes
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    @asynccontextmanager
    async def through(self, urgency: Urgency) -> AsyncIterator[None]:
        """Hold one place for the length of a `with` block."""
        if self._waiting or not self._fits(urgency):
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            heapq.heappush(self._waiting, (int(urgency), next(self._order), turn))
            self._admit()
            await self._wait(turn)
        else:
            self._free -= 1
        try:
            yield
        finally:
            self._free += 1
            self._admit()

    async def _wait(self, turn: asyncio.Future[None]) -> None:
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._free += 1
            turn.cancel()
            self._admit()
            raise

    def _fits(self, urgency: Urgency) -> bool:
        return self._free > (0 if urgency is Urgency.DELETE else self._kept)

    def _admit(self) -> None:
        while self._waiting and self._fits(Urgency(self._waiting[0][0])):
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.cancelled():
                self._free -= 1
                turn.set_result(None)
