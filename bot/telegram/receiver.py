"""Long polling that acknowledges only what is stored: the offset moves past an update once its step is committed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.storage.errors import StorageError
from bot.telegram.client import Telegram
from bot.telegram.inbound import chat_of

log = logging.getLogger(__name__)
Handle = Callable[[Mapping[str, Any]], Awaitable[None]]
ATTEMPTS = 5  # at an update whose handling fails for another reason than storage


class Receiver:
    """Fetches updates and hands them on: those of one chat in order, chats side by side."""

    def __init__(self, telegram: Telegram, handle: Handle, park: Handle) -> None:
        """`handle` returns once an update is stored; `park` notes one that cannot be handled at all."""
        self._telegram = telegram
        self._handle = handle
        self._park = park
        self._failures: dict[int, int] = {}

    async def run(self) -> None:
        """Receive until cancelled. Raises InvalidToken when Telegram does not know the token."""
        offset: int | None = None
        pause = 0.0
        while True:
            try:
                batch = await self._telegram.updates(offset)
            except InvalidToken:
                raise
            except TelegramError as error:
                pause = await self._recover(error, pause)
                continue
            pause = 0.0
            if batch:
                # Shielded: a stop lets a step that has begun come to its end.
                offset = await asyncio.shield(asyncio.create_task(self._take(batch)))

    async def _recover(self, error: TelegramError, pause: float) -> float:
        if isinstance(error, Conflict):
            log.warning("another receiver or a webhook is active; taking over")
            await self._telegram.drop_webhook()
        pause = float(getattr(error, "retry_after", 0) or 0) if isinstance(error, RetryAfter) else pause * 2 or 0.2
        log.info("no updates", extra={"why": type(error).__name__})
        await asyncio.sleep(min(pause, 30.0))
        return min(pause, 15.0)

    async def _take(self, batch: list[dict[str, Any]]) -> int:
        """Handle a batch and return the offset up to which everything is stored."""
        queues: dict[int | None, list[dict[str, Any]]] = {}
        for raw in batch:
            queues.setdefault(chat_of(raw), []).append(raw)
        failed = [each for each in await asyncio.gather(*map(self._in_order, queues.values())) if each is not None]
        if failed:
            await asyncio.sleep(0.5)
            return min(failed)
        return max(int(raw["update_id"]) for raw in batch) + 1

    async def _in_order(self, queue: list[dict[str, Any]]) -> int | None:
        """Handle one chat's updates; returns the id of the first that is to come again."""
        for raw in queue:
            update_id = int(raw.get("update_id", 0))
            try:
                await self._handle(raw)
            except StorageError as error:
                log.error("update not stored", extra={"why": error.code})  # noqa: TRY400  (a traceback holds values)
                return update_id
            except Exception as error:  # noqa: BLE001  (one bad update must not stop the others)
                if not await self._give_up(raw, update_id, error):
                    return update_id
        return None

    async def _give_up(self, raw: dict[str, Any], update_id: int, error: Exception) -> bool:
        failures = self._failures[update_id] = self._failures.get(update_id, 0) + 1
        log.error("update not handled", extra={"why": type(error).__name__, "update": update_id, "attempt": failures})
        if failures < ATTEMPTS:
            return False
        self._failures.pop(update_id, None)
        try:
            await self._park(raw)
        except StorageError:
            return False
        return True
