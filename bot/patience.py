"""Waiting for a database that is locked or has no room: that passes, and the process must not end because of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from bot.storage.errors import StorageError

T = TypeVar("T")
PAUSE: Final = 2.0  # seconds
log = logging.getLogger(__name__)


async def patiently(action: Callable[[], Awaitable[T]]) -> T:
    """Repeat what the database cannot do just now until it can. Raises StorageError for what does not pass."""
    while True:
        try:
            return await action()
        except StorageError as error:
            if not error.retryable:
                raise
            log.warning("waiting for the database", extra={"why": error.code})
        await asyncio.sleep(PAUSE)
