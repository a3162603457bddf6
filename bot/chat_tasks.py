"""One task per busy chat: it works as long as something waits there, and never twice at once for the same chat."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Container


def _nothing(_chat_id: int) -> None:
    """Leave all as it is."""


class ChatTasks:
    """Starts a chat's task when it is woken; what comes while it works is seen to by the same task."""

    def __init__(
        self,
        waiting: Container[int],
        work: Callable[[int], Awaitable[None]],
        *,
        rested: Callable[[int], None] = _nothing,
    ) -> None:
        """`waiting` are the chats something waits for; `work` takes it from there first thing, then does it.

        `rested` is called when a chat's task has ended, however it did.
        """
        self._waiting = waiting
        self._work = work
        self._rested = rested
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def __contains__(self, chat_id: object) -> bool:
        """Tell whether a chat's task is at work."""
        return chat_id in self._tasks

    def wake(self, chat_id: int) -> None:
        """Have what waits for a chat seen to; returns at once."""
        if chat_id not in self._tasks:
            self._tasks[chat_id] = asyncio.create_task(self._run(chat_id))

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))

    def close(self) -> None:
        """Stop, also what has not begun yet."""
        for task in self._tasks.values():
            task.cancel()
        self._tasks.clear()

    async def _run(self, chat_id: int) -> None:
        try:
            while chat_id in self._waiting:
                await self._work(chat_id)
        finally:
            self._tasks.pop(chat_id, None)
            self._rested(chat_id)
