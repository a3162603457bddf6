"""The database as the rest of the bot sees it: `read`, `write`, `shred`, `close`."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from bot.storage.dialect import can_shred, open_engine, truncate_wal
from bot.storage.errors import StorageError
from bot.storage.lane import Lane, Work

T = TypeVar("T")
SHRED_ATTEMPTS = 5
# On PostgreSQL, a process: enough that a burst shares the disk's syncs, few enough for its usual 100 connections.
WRITERS, READERS, AGAIN = 4, 2, 5


class Database:
    """Writers and readers, each a thread with a connection of its own: one of each over SQLite, more over PostgreSQL.

    Works are plain functions of a Connection, made of the functions in this package. On SQLite those of one burst share
    a transaction, and when one of them fails all are rolled back and run again one by one; on PostgreSQL a work is run
    again after a deadlock or over a new connection. So a work may run twice: it must change nothing but the database.
    A caller that is cancelled while waiting does not undo its work.
    """

    def __init__(
        self, url: str, *, busy_seconds: float = 5.0, batch_limit: int = 256, shred_seconds: float = 0.25
    ) -> None:
        """Open `url`, whose tables `upgrade` has made.

        `busy_seconds` is how long to wait for another process's lock, `shred_seconds` the least time between two
        truncations of the log. `shared` says whether other processes may write at the same time. Raises ValueError
        for a SQLite URL without a file.
        """
        engine = open_engine(url, writing=True, busy_seconds=busy_seconds)
        reading = open_engine(url, writing=False, busy_seconds=busy_seconds)
        self._can_shred = can_shred(engine)
        self.shared = not self._can_shred
        many = {"limit": 1, "again": AGAIN} if self.shared else {"limit": batch_limit, "again": 0}
        threads = (WRITERS, READERS) if self.shared else (1, 1)
        self._writer = Lane(engine, name="storage-writer", keep=True, threads=threads[0], **many)
        self._reader = Lane(reading, name="storage-reader", keep=False, threads=threads[1], **many)
        self._shred_seconds = shred_seconds
        self._shred_next: asyncio.Task[None] | None = None  # the round that a caller may still join
        self._shred_rounds: set[asyncio.Task[None]] = set()
        self._shred_after = 0.0  # on the event loop's clock

    async def write(self, work: Work[T]) -> T:
        """Run `work` in a transaction and return its result once that is on the disk.

        Raises what `work` raised, or StorageError; in both cases nothing of this work was kept.
        """
        return await self._writer.submit(work)

    async def read(self, work: Work[T]) -> T:
        """Run `work`, which must only read; it sees every write that has returned before. Raises as `write` does."""
        return await self._reader.submit(work)

    async def shred(self) -> None:
        """Return once everything deleted before this call has left the database's files.

        Calls that come close together share one truncation of the log. On PostgreSQL this does nothing. Raises
        StorageError (wal_busy) when another process keeps reading the log. A process that was killed may have left
        deleted bytes in the log, so call this once after start too.
        """
        if not self._can_shred:
            return
        if self._shred_next is None:
            self._shred_next = asyncio.get_running_loop().create_task(self._shred_in_turn())
            self._shred_rounds.add(self._shred_next)
            self._shred_next.add_done_callback(self._shred_ended)
        await asyncio.shield(self._shred_next)

    async def close(self) -> None:
        """Finish what is queued, a shredding included, and close both connections; later calls raise StorageError."""
        if self._shred_rounds:
            await asyncio.wait(self._shred_rounds)
        await self._reader.close()
        await self._writer.close()

    def _shred_ended(self, task: asyncio.Task[None]) -> None:
        self._shred_rounds.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not print it when every caller has gone

    async def _shred_in_turn(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await asyncio.sleep(self._shred_after - loop.time())
        finally:
            # From here on a caller's delete may come too late for this round, so it gets a round of its own.
            self._shred_next = None
        self._shred_after = loop.time() + self._shred_seconds
        for _ in range(SHRED_ATTEMPTS):
            if await self._writer.submit(truncate_wal, outside=True):
                return
            await asyncio.sleep(self._shred_seconds)
        raise StorageError("wal_busy", retryable=True)
