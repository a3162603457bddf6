"""Brings updates to webhooks as Telegram does: one at a time for a chat's messages, one for its taps, any replica."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import deque
from collections.abc import Sequence
from typing import Any, Final

import aiohttp

from bench.telegram import Chat

AGAIN: Final = 0.2  # seconds before an update is brought again that was not taken
MOST: Final = 100  # connections, https://core.telegram.org/bots/api#setwebhook


class Hooks:
    """Delivers; each update goes to a replica drawn by lot."""

    def __init__(self, replicas: Sequence[str], secret: str) -> None:
        """`replicas` are the addresses of their webhooks. Needs a running loop."""
        self._replicas = replicas
        self._headers = {"X-Telegram-Bot-Api-Secret-Token": secret, "Content-Type": "application/json"}
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=MOST))
        self._lot = random.Random(5)  # noqa: S311  (which replica)
        self._queues: dict[tuple[int, bool], deque[tuple[dict[str, Any], Chat, int | None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.refused = 0

    async def close(self) -> None:
        """Bring nothing more."""
        for task in self._tasks:
            task.cancel()
        await self._session.close()

    def deliver(self, update: dict[str, Any], chat: Chat, message_id: int | None) -> None:
        """Bring an update when those before it have been taken."""
        key = (chat.id, message_id is None)
        if (queue := self._queues.get(key)) is not None:
            queue.append((update, chat, message_id))
            return
        self._queues[key] = deque([(update, chat, message_id)])
        task = asyncio.create_task(self._bring(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _bring(self, key: tuple[int, bool]) -> None:
        queue = self._queues[key]
        while queue:
            update, chat, message_id = queue.popleft()
            body = json.dumps(update).encode()
            chat.arrived(message_id, time.monotonic())
            while not await self._taken(body):
                self.refused += 1
                await asyncio.sleep(AGAIN)
        del self._queues[key]

    async def _taken(self, body: bytes) -> bool:
        try:
            async with self._session.post(self._lot.choice(self._replicas), data=body, headers=self._headers) as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False
