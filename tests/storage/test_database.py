from __future__ import annotations

import asyncio
import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from bot.storage import consents, updates
from bot.storage.database import Database
from bot.storage.errors import StorageError


def adding(update_id: int) -> Callable[[Connection], bool]:
    return lambda connection: updates.add(connection, update_id=update_id, chat_id=1, kind="message", now=1.0)


def pragma(name: str) -> Callable[[Connection], object]:
    return lambda connection: connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def count(connection: Connection) -> int:
    return int(connection.execute(text("SELECT count(*) FROM updates")).scalar_one())


class Gate:
    """A work that holds the writer up, so that everything submitted meanwhile becomes one batch."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._reached = threading.Event()

    def work(self, _: Connection) -> None:
        self._reached.set()
        assert self._open.wait(10)

    async def reached(self) -> None:
        assert await asyncio.to_thread(self._reached.wait, 10)

    def open(self) -> None:
        self._open.set()


@pytest.mark.asyncio
async def test_a_write_returns_its_result_and_is_seen_by_the_next_read(database: Database) -> None:
    assert await database.write(adding(1)) is True
    assert await database.read(lambda connection: updates.seen(connection, 1)) is True


@pytest.mark.sqlite
@pytest.mark.asyncio
async def test_both_connections_are_set_up(database: Database) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 100}
    for name, value in wanted.items():
        assert await database.write(pragma(name)) == value
        assert await database.read(pragma(name)) == value


@pytest.mark.asyncio
async def test_the_files_are_private(database: Database, path: Path) -> None:
    await database.write(adding(1))
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {"soar.db": 0o600, "soar.db-wal": 0o600, "soar.db-shm": 0o600}


@pytest.mark.asyncio
async def test_reading_cannot_write(database: Database) -> None:
    with pytest.raises(StorageError, match="read_only"):
        await database.read(adding(1))
    assert await database.read(count) == 0


@pytest.mark.sqlite
@pytest.mark.asyncio
async def test_in_a_batch_only_the_culprit_fails(database: Database) -> None:
    runs: list[int] = []

    def work(number: int) -> Callable[[Connection], int]:
        def run(connection: Connection) -> int:
            runs.append(number)
            adding(number)(connection)
            if number == 3:
                raise KeyError("three")
            return number

        return run

    gate = Gate()
    held = asyncio.ensure_future(database.write(gate.work))
    await gate.reached()
    waiting = [asyncio.ensure_future(database.write(work(number))) for number in range(1, 6)]
    await asyncio.sleep(0)
    gate.open()
    await held
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(result) if isinstance(result, Exception) else result for result in results] == [1, 2, KeyError, 4, 5]
    assert await database.read(count) == 4
    assert runs == [1, 2, 3, 1, 2, 3, 4, 5]  # together until the third failed, then each alone


@pytest.mark.asyncio
@pytest.mark.parametrize("error", [StopIteration(), SystemExit(1), KeyboardInterrupt()])
async def test_no_exception_of_a_work_ends_the_writer(database: Database, error: BaseException) -> None:
    def work(_: Connection) -> None:
        raise error

    with pytest.raises(RuntimeError, match=type(error).__name__):
        await database.write(work)
    assert await database.write(adding(1)) is True


@pytest.mark.sqlite
@pytest.mark.asyncio
async def test_a_cancelled_caller_does_not_undo_its_work(database: Database) -> None:
    gate = Gate()
    held = asyncio.ensure_future(database.write(gate.work))
    await gate.reached()
    caller = asyncio.ensure_future(database.write(adding(7)))
    await asyncio.sleep(0)
    caller.cancel()
    gate.open()
    await held
    with pytest.raises(asyncio.CancelledError):
        await caller
    await database.write(adding(8))
    assert await database.read(count) == 2


@pytest.mark.asyncio
async def test_a_locked_file_is_told_and_passes(database: Database, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    results = await asyncio.gather(*(database.write(adding(number)) for number in range(3)), return_exceptions=True)
    assert {(type(result), str(result)) for result in results} == {
        (StorageError, "locked: OperationalError: database is locked")
    }
    assert all(isinstance(result, StorageError) and result.retryable for result in results)
    assert await database.read(count) == 0
    other.execute("ROLLBACK")
    other.close()
    assert await database.write(adding(1)) is True


@pytest.mark.sqlite
@pytest.mark.asyncio
async def test_a_full_disk_is_told_and_passes(database: Database) -> None:
    pages = await database.write(pragma("page_count"))
    await database.write(pragma(f"max_page_count = {pages}"))

    def fill(connection: Connection) -> None:
        for number in range(2000):
            consents.add(connection, consents.Consent(number, "0" * 64, 1.0))

    with pytest.raises(StorageError, match="disk_full") as full:
        await database.write(fill)
    assert full.value.retryable
    assert await database.read(lambda connection: consents.for_chat(connection, 1)) == []
    await database.write(pragma("max_page_count = 100000"))
    await database.write(fill)
    assert len(await database.read(lambda connection: consents.for_chat(connection, 1))) == 1


@pytest.mark.asyncio
async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "soar.db"
    path.write_bytes(b"not a database at all, " * 50)
    database = Database(f"sqlite:///{path}")
    with pytest.raises(StorageError, match="corrupt") as refusal:
        await database.write(count)
    assert not refusal.value.retryable
    await database.close()


@pytest.mark.asyncio
async def test_an_error_holds_neither_statement_nor_value(database: Database) -> None:
    def work(connection: Connection) -> None:
        connection.execute(text("INSERT INTO updates (update_id, kind) VALUES (1, :kind)"), {"kind": "CANARY"})

    with pytest.raises(StorageError, match="integrity") as refusal:
        await database.write(work)
    assert "CANARY" not in str(refusal.value) + repr(refusal.value.__cause__)
    assert refusal.value.__context__ is None


@pytest.mark.asyncio
async def test_closing_finishes_what_is_queued(url: str) -> None:
    database = Database(url)
    waiting = [asyncio.ensure_future(database.write(adding(number))) for number in range(1000)]
    await asyncio.sleep(0)
    await database.close()
    assert await asyncio.gather(*waiting) == [True] * 1000
    for call in (database.write(count), database.read(count)):
        with pytest.raises(StorageError, match="closed"):
            await call
    await database.close()


def test_sqlite_without_a_file_is_refused() -> None:
    for url in ("sqlite://", "sqlite:///:memory:"):
        with pytest.raises(ValueError, match="needs a file"):
            Database(url)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot_open"):
        Database(f"sqlite:///{tmp_path}/file/soar.db")


async def in_one_batch(database: Database, *works: Callable[[Connection], object]) -> list[object]:
    gate = Gate()
    held = asyncio.ensure_future(database.write(gate.work))
    await gate.reached()
    waiting = [asyncio.ensure_future(database.write(work)) for work in works]
    await asyncio.sleep(0)
    gate.open()
    await held
    return list(await asyncio.gather(*waiting, return_exceptions=True))


@pytest.mark.sqlite
@pytest.mark.asyncio
async def test_a_commit_that_fails_keeps_nothing_of_its_batch(database: Database) -> None:
    def make(connection: Connection) -> None:
        connection.exec_driver_sql(
            "CREATE TABLE child (id REFERENCES updates(update_id) DEFERRABLE INITIALLY DEFERRED)"
        )

    def orphan(connection: Connection) -> None:
        connection.exec_driver_sql("INSERT INTO child VALUES (99)")

    await database.write(make)
    results = await in_one_batch(database, adding(1), orphan)
    assert [getattr(result, "code", None) for result in results] == ["integrity", "integrity"]
    assert await database.read(count) == 0
    assert await database.write(adding(1)) is True


def losing_the_connection(connection: Connection) -> None:
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    raw.close()
    count(connection)


@pytest.mark.sqlite
@pytest.mark.asyncio
async def test_a_lost_connection_is_made_anew(database: Database) -> None:
    lost, added = await in_one_batch(database, losing_the_connection, adding(1))
    assert isinstance(lost, StorageError)
    assert added is True
    assert await database.read(count) == 1


@pytest.mark.asyncio
async def test_while_there_is_no_connection_everybody_is_told_at_once(database: Database, path: Path) -> None:
    aside = path.with_name("aside")

    def taking_the_file_away(connection: Connection) -> None:
        path.rename(aside)
        path.mkdir()
        losing_the_connection(connection)

    results = await in_one_batch(database, taking_the_file_away, adding(1), adding(2))
    assert [getattr(result, "code", None) for result in results] == ["cannot_open"] * 3
    await asyncio.to_thread(path.rmdir)
    await asyncio.to_thread(aside.rename, path)
    assert await database.write(adding(1)) is True


@pytest.mark.sqlite
@pytest.mark.asyncio
async def test_shredding_a_lost_connection_is_told_and_passes(database: Database) -> None:
    def close_quietly(connection: Connection) -> None:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.execute("ROLLBACK")
        raw.close()

    with pytest.raises(StorageError):
        await database.write(close_quietly)
    await database.shred()
    assert await database.write(adding(1)) is True
