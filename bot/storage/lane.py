"""Threads, each with one connection, that carry out queued work, on SQLite many pieces per transaction.

While the disk is busy keeping one batch, the next one gathers, so a burst of chats shares the cost of each commit.
PostgreSQL shares it by itself among several connections; there each work has a transaction of its own, so that nobody
waits for the locks of another chat.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.storage.dialect import translated
from bot.storage.errors import StorageError

T = TypeVar("T")
Work = Callable[[Connection], T]
PASSING = frozenset({"conflict", "connection_lost"})  # nothing was kept, and it may work when done again at once
DOUBTFUL = frozenset({"unavailable", "read_only"})  # after a fail-over the connection may lead to the wrong server


@dataclass(frozen=True, slots=True)
class _Job:
    work: Work[Any]
    future: asyncio.Future[Any]
    outside: bool  # of any transaction


@dataclass(frozen=True, slots=True)
class _Result:
    value: Any = None
    error: BaseException | None = None


class Lane:
    """Runs works; each caller gets its own result or its own exception. With one thread, in the order submitted."""

    def __init__(self, engine: Engine, *, name: str, keep: bool, limit: int, threads: int = 1, again: int = 0) -> None:
        """Start the threads.

        `keep` commits each batch (else it is rolled back), `limit` bounds a batch's works, `again` is how often a work
        is repeated that met with a deadlock or a connection found broken.
        """
        self._engine = engine
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._closed = False
        hands = [_Hand(engine, self._queue, keep=keep, limit=limit, again=again) for _ in range(threads)]
        self._threads = [threading.Thread(target=hand.serve, name=name, daemon=True) for hand in hands]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Work[T], *, outside: bool = False) -> asyncio.Future[T]:
        """Queue `work`; it is carried out even if the future is cancelled. Raises StorageError once closed."""
        if self._closed:
            raise StorageError("closed", retryable=False)
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put(_Job(work, future, outside))
        return future

    async def close(self) -> None:
        """Carry out what is queued, then end the threads and close their connections."""
        if not self._closed:
            self._closed = True
            for _ in self._threads:
                self._queue.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)
        self._engine.dispose()


class _Hand:
    """One thread's part of a lane: takes batches off the queue and runs them over its connection."""

    def __init__(self, engine: Engine, queue: SimpleQueue[_Job | None], *, keep: bool, limit: int, again: int) -> None:
        self._engine = engine
        self._queue = queue
        self._keep = keep
        self._limit = limit
        self._again = again
        self._connection: Connection | None = None

    def serve(self) -> None:
        going_on = True
        while going_on:
            going_on = self._serve_batch()
        self._drop_connection()

    def _serve_batch(self) -> bool:
        jobs, going_on = self._next_batch()
        for outside, group in groupby(jobs, key=lambda job: job.outside):
            batch = list(group)
            _deliver(batch, self._run_outside(batch) if outside else self._run(batch))
        return going_on

    def _next_batch(self) -> tuple[list[_Job], bool]:
        job = self._queue.get()
        jobs: list[_Job] = []
        while job is not None:
            jobs.append(job)
            if len(jobs) == self._limit:
                return jobs, True
            try:
                job = self._queue.get_nowait()
            except Empty:
                return jobs, True
        return jobs, False

    def _run(self, batch: Sequence[_Job]) -> list[_Result]:
        for _ in range(self._again):
            results = self._run_once(batch)
            if not any(_passes(result) for result in results):
                return results
        return self._run_once(batch)

    def _run_once(self, batch: Sequence[_Job]) -> list[_Result]:
        try:
            connection = self._begin()
        except Exception as error:  # noqa: BLE001  (drivers raise their own here)
            self._drop_connection()
            return [_unreachable(error) for _ in batch]
        try:
            results = [_Result(job.work(connection)) for job in batch]
        except BaseException as error:  # noqa: BLE001  (it belongs to the caller; this thread must outlive it)
            result = _failed(error)
            self._roll_back(doubtful=getattr(result.error, "code", "") in DOUBTFUL)
            return [result] if len(batch) == 1 else self._run_singly(batch)
        return self._end(connection, results)

    def _run_singly(self, batch: Sequence[_Job]) -> list[_Result]:
        results: list[_Result] = []
        for job in batch:
            results += self._run([job])
            if self._connection is None:  # no connection to be had: do not let each of the others wait for one
                down = results[-1].error
                results += [_failed(down) for _ in batch[len(results) :] if down]
                break
        return results

    def _end(self, connection: Connection, results: list[_Result]) -> list[_Result]:
        if not self._keep:
            self._roll_back()
            return results
        try:
            connection.commit()
        except SQLAlchemyError as error:
            lost = isinstance(error, DBAPIError) and error.connection_invalidated
            # SQLite's transaction is still open then, which SQLAlchemy no longer knows: closing ends it.
            self._drop_connection()
            if lost:
                return [_Result(error=StorageError("commit_unknown", retryable=True)) for _ in results]
            return [_failed(error) for _ in results]
        return results

    def _run_outside(self, batch: Sequence[_Job]) -> list[_Result]:
        results = []
        for job in batch:
            try:
                results.append(_Result(job.work(self._connect())))
            except BaseException as error:  # noqa: BLE001  (as above)
                self._drop_connection()
                results.append(_failed(error))
        return results

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _begin(self) -> Connection:
        connection = self._connect()
        connection.begin()
        return connection

    def _roll_back(self, *, doubtful: bool = False) -> None:
        try:
            if self._connection is not None:
                self._connection.rollback()
        except SQLAlchemyError:
            doubtful = True
        if doubtful:
            self._drop_connection()

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.close()


def _passes(result: _Result) -> bool:
    return isinstance(result.error, StorageError) and result.error.code in PASSING


def _unreachable(error: Exception) -> _Result:
    """Tell a server that cannot be reached from a connection that broke: repeating at once would not help."""
    result = _failed(error)
    if isinstance(result.error, StorageError) and result.error.code == "connection_lost":
        return _Result(error=StorageError("unavailable", retryable=True, detail=result.error.detail))
    return result


def _failed(error: BaseException) -> _Result:
    if isinstance(error, StopIteration) or not isinstance(error, Exception):
        # A future refuses to carry the first, and the others would end the event loop rather than the caller.
        return _Result(error=RuntimeError(f"the work raised {type(error).__name__}"))
    return _Result(error=translated(error))


def _deliver(batch: Sequence[_Job], results: Sequence[_Result]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], _Result]]] = {}
    for job, result in zip(batch, results, strict=True):
        by_loop.setdefault(job.future.get_loop(), []).append((job.future, result))
    for loop, pairs in by_loop.items():
        with suppress(RuntimeError):  # the loop has been closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, pairs)


def _settle(pairs: Sequence[tuple[asyncio.Future[Any], _Result]]) -> None:
    for future, result in pairs:
        if future.done():  # cancelled by its caller
            continue
        if result.error is None:
            future.set_result(result.value)
        else:
            future.set_exception(result.error)
