"""Which message is each chat's anchor and what it shows: new ones stored at once, edits gathered."""

from __future__ import annotations

import asyncio
import logging
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

    async def shown(self, chat_id: int, version: int, anchor: int) -> None:
        """Keep a new anchor before returning."""
        self._soon.pop(chat_id, None)
        try:
            await self._database.write(partial(_keep, shown={chat_id: (version, anchor)}))
        except StorageError as error:
            log.warning("anchor not stored", extra={"why": error.code})
            self._soon[chat_id] = (version, anchor)

    def shown_soon(self, chat_id: int, version: int, anchor: int) -> None:
        """Keep an edit with the next gathering."""
        self._soon[chat_id] = (version, anchor)

    async def unshown(self) -> list[int]:
        """List chats whose anchor does not show their state."""
        return [dialog.chat_id for dialog in await self._database.read(dialogs.unrendered)]

    async def flush(self) -> None:
        """Store what was gathered."""
        gathered, self._soon = self._soon, {}
        if gathered:
            try:
                await self._database.write(partial(_keep, shown=gathered))
            except StorageError as error:
                log.warning("anchors not stored", extra={"why": error.code})

    async def run(self) -> None:
        """Store what was gathered, again and again, until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            await self.flush()


def _keep(connection: Connection, *, shown: dict[int, tuple[int, int]]) -> None:
    for chat_id, (version, anchor) in shown.items():
        dialogs.rendered(connection, chat_id, version=version, anchor_message_id=anchor)
