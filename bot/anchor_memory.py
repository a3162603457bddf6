"""Which message is each chat's anchor and what it shows: new ones stored at once, edits gathered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from sqlalchemy import Connection

from bot.storage import dialogs
from bot.storage.database import Database
from bot.storage.errors import StorageError

log = logging.getLogger(__name__)
EVERY = 1.0


class AnchorMemory:
    """Keeps track in the dialogs table."""

    def __init__(self, database: Database) -> None:
        """Use `database`, whose owner closes it."""
        self._database = database
        self._soon: dict[int, tuple[int, int]] = {}

    async def shown(self, chat_id: int, version: int, anchor: int) -> int | None:
        """Keep a new anchor before returning; returns the message that is none any more, which may be the new one."""
        self._soon.pop(chat_id, None)
        try:
            return await self._database.write(partial(_replace, chat_id=chat_id, version=version, anchor=anchor))
        except StorageError as error:
            log.warning("anchor not stored", extra={"why": error.code})
            self._soon[chat_id] = (version, anchor)
            return None

    def shown_soon(self, chat_id: int, version: int, anchor: int) -> None:
        """Keep an edit with the next gathering."""
        self._soon[chat_id] = (version, anchor)

    async def unshown(self) -> list[int]:
        """List chats whose anchor does not show their state."""
        return [dialog.chat_id for dialog in await self._database.read(dialogs.unrendered)]

    async def flush(self) -> list[int]:
        """Store what was gathered; returns chats that another replica has taken further meanwhile."""
        gathered, self._soon = self._soon, {}
        if not gathered:
            return []
        try:
            return await self._database.write(partial(_keep, shown=gathered, shared=self._database.shared))
        except StorageError as error:
            log.warning("anchors not stored", extra={"why": error.code})
            self._soon = {**gathered, **self._soon}  # the next gathering: it also finds out who was overtaken
            return []

    async def run(self, show: Callable[[int], Awaitable[None]]) -> None:
        """Store what was gathered, again and again, until cancelled.

        Two replicas may edit an anchor at once, and Telegram keeps the later edit: so whoever finds that what it has
        shown is no longer the newest asks `show` to show that.
        """
        while True:
            await asyncio.sleep(EVERY)
            for chat_id in await self.flush():
                try:
                    await show(chat_id)
                except StorageError as error:
                    log.warning("not shown anew", extra={"why": error.code})


def _replace(connection: Connection, *, chat_id: int, version: int, anchor: int) -> int | None:
    before = dialogs.hold(connection, chat_id)
    if before is None:
        return None
    if not dialogs.rendered(connection, chat_id, version=version, anchor_message_id=anchor):
        # A later state has got an anchor of its own, unless another replica was told of this one by a tap on it.
        return anchor if before.anchor_message_id != anchor else None
    return before.anchor_message_id if before.anchor_message_id != anchor else None


def _keep(connection: Connection, *, shown: dict[int, tuple[int, int]], shared: bool) -> list[int]:
    behind: list[int] = []
    for chat_id, (version, anchor) in sorted(shown.items()):  # in one order, so that replicas do not cross
        dialogs.rendered(connection, chat_id, version=version, anchor_message_id=anchor)
        row = dialogs.load(connection, chat_id) if shared else None
        if row is not None and row.version > version:
            behind.append(chat_id)
    return behind
