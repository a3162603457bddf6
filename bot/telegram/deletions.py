"""Messages that may hold a secret and are not deleted yet: tried until it works or Telegram's 48 hours are over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import groupby
from typing import assert_never

from sqlalchemy import Connection

from bot.storage import deletions
from bot.storage.database import Database
from bot.telegram.client import Deleted, Telegram
from bot.worklist import Worklist

WINDOW = 48 * 3600.0  # https://core.telegram.org/bots/api#deletemessage
LONGEST_PAUSE = 300.0
IDLE = 60.0
LEASE = 60.0  # seconds for which a row is one replica's; longer than trying may take


class Deletions:
    """Works off the table of pending deletions."""

    def __init__(
        self,
        telegram: Telegram,
        database: Database,
        *,
        tell: Callable[[int], Awaitable[None]],
        clock: Callable[[], float],
    ) -> None:
        """`tell` says to a chat that a message of its own could not be deleted."""
        self._telegram = telegram
        self._database = database
        self._tell = tell
        self._clock = clock
        self._list = Worklist("pending_deletions", self._round)

    def added(self) -> None:
        """Look at the table now: something was added."""
        self._list.added()

    async def run(self) -> None:
        """Work until cancelled."""
        await self._list.run()

    async def _round(self) -> float:
        now = self._clock()
        due = await self._database.read(partial(deletions.due, now=now, latest=now + 2 * LONGEST_PAUSE))
        if due and self._database.shared:
            due = await self._database.write(partial(deletions.claim, rows=due, until=now + LEASE))
        by_chat = groupby(sorted(due, key=lambda row: row.chat_id), key=lambda row: row.chat_id)
        # Side by side: a chat whose deletes hang holds up no other.
        await asyncio.gather(*(self._try(chat_id, list(rows)) for chat_id, rows in by_chat))
        following = await self._database.read(deletions.next_due)
        return IDLE if following is None else min(IDLE, max(0.05, following - self._clock()))

    async def _try(self, chat_id: int, rows: list[deletions.Deletion]) -> None:
        now = self._clock()
        outcome, wait = await self._telegram.delete(chat_id, [row.message_id for row in rows], patience=10.0)
        if outcome is Deleted.IMPOSSIBLE and len(rows) > 1:  # one that stays must not keep the others
            for row in rows:
                await self._try(chat_id, [row])
            return
        if outcome is not Deleted.DONE and (outcome is Deleted.IMPOSSIBLE or now - rows[0].since > WINDOW):
            if chat_id > 0:  # not to a group: whoever sent it is warned elsewhere
                await self._tell(chat_id)
            outcome = Deleted.IMPOSSIBLE
        for row in rows:
            later = now + min(LONGEST_PAUSE, max(wait, 2.0**row.attempts))
            await self._database.write(partial(_note, row=row, outcome=outcome, later=later))


def _note(connection: Connection, *, row: deletions.Deletion, outcome: Deleted, later: float) -> None:
    match outcome:
        case Deleted.DONE:
            deletions.done(connection, chat_id=row.chat_id, message_id=row.message_id)
        case Deleted.IMPOSSIBLE:
            deletions.told(connection, chat_id=row.chat_id, message_id=row.message_id)
        case Deleted.LATER:
            deletions.retry_at(connection, chat_id=row.chat_id, message_id=row.message_id, next_at=later)
        case _:
            assert_never(outcome)
