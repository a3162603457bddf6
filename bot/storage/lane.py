"""One thread with one connection that carries out queued work, many pieces per transaction.

While the disk is busy keeping one batch, the next one gathers, so a burst of chats shares the cost of each commit.
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
    """Runs works in the order they were submitted; each caller gets its own result or its own exception."""

    def __init__(self, engine: Engine, *, name: str, keep: bool, limit: int) -> None:
        """Start the thread; `keep` commits each batch (else it is rolled back), `limit` bounds a batch's works."""
        self._engine = engine
        self._keep = keep
        self._limit = limit
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._connection: Connection | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: Work[T], *, outside: bool = False) -> asyncio.Future[T]:
        """Queue `work`; it is carried out even if the future is cancelled. Raises StorageError once closed."""
        if self._closed:
            raise StorageError("closed", retryable=False)
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put(_Job(work, future, outside))
        return future

    async def close(self) -> None:
        """Carry out what is queued, then end the thread and close the connection."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        self._engine.dispose()

    def _serve(self) -> None:
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
        try:
            connection = self._begin()
        except Exception as error:  # noqa: BLE001  (drivers raise their own here)
            self._drop_connection()
            return [_failed(error) for _ in batch]
        try:
            results = [_Result(job.work(connection)) for job in batch]
        except BaseException as error:  # noqa: BLE001  (it belongs to the caller; this thread must outlive it)
            self._roll_back()
            return [_failed(error)] if len(batch) == 1 else self._run_singly(batch)
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

    def _roll_back(self) -> None:
        try:
            if self._connection is not None:
                self._connection.rollback()
        except SQLAlchemyError:
            self._drop_connection()

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):
                connection.close()


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
