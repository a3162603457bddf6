"""Notices when Telegram was not heard for longer than it keeps messages, and warns chats that were giving keys."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Final

from bot.conversation import Occasion
from bot.stage import Stage
from bot.storage import dialogs, marks
from bot.storage.database import Database
from bot.storage.errors import StorageError
from flows.codec import load
from flows.events import Away
from flows.machine import strict

log = logging.getLogger(__name__)
KEPT: Final = 24 * 3600.0  # https://core.telegram.org/bots/api#getting-updates
EVERY: Final = 300.0  # seconds between two notes of having heard
HEARD: Final = "heard"


class Absence:
    """Told each time Telegram has answered; what it keeps is the time alone."""

    def __init__(self, database: Database, stage: Stage, *, clock: Callable[[], float]) -> None:
        """`stage` takes the warnings."""
        self._database = database
        self._stage = stage
        self._clock = clock
        self._last: float | None = None
        self._noted = 0.0

    async def heard(self) -> None:
        """Take note, after what has been heard is handled; never raises for a database that cannot keep it now."""
        try:
            await self._heard(self._clock())
        except StorageError as error:
            log.warning("not noted that telegram was heard", extra={"why": error.code})

    async def _heard(self, now: float) -> None:
        if self._last is None:
            self._last = await self._database.read(partial(marks.at, name=HEARD)) or now
        if now - self._last > KEPT and await self._is_first(now):
            log.warning("away for longer than telegram keeps messages", extra={"hours": int((now - self._last) / 3600)})
            await self._warn()
        self._last = now
        if abs(now - self._noted) >= EVERY:
            await self._database.write(partial(marks.put, name=HEARD, now=now))
            self._noted = now

    async def _is_first(self, now: float) -> bool:
        """Whether no other replica has noticed: the one that moves the mark has."""
        if not self._database.shared:
            return True
        return await self._database.write(partial(marks.advance, name=HEARD, now=now, before=now - KEPT))

    async def _warn(self) -> None:
        after = -(2**62)
        while rows := await self._database.read(partial(dialogs.page, after=after)):
            for row in rows:
                dialog = load(row.state)
                if dialog is not None and strict(dialog.state):
                    await self._stage.take(Occasion(row.chat_id, row.user_id, Away()))
            after = rows[-1].chat_id
