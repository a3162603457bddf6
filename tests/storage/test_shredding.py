from __future__ import annotations

import asyncio
import secrets
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.storage import tickets, workers
from bot.storage.database import Database
from bot.storage.errors import StorageError
from bot.storage.tickets import Ticket
from tests.storage.rows import worker

pytestmark = pytest.mark.sqlite


def found(needle: bytes, path: Path) -> list[str]:
    return [file.name for file in path.parent.iterdir() if needle in file.read_bytes()]


def ticket(number: int, needle: bytes) -> Ticket:
    # Of many sizes, so that rows move between pages and some overflow onto pages of their own.
    sealed = secrets.token_bytes(number * 97 % 9000) + needle + secrets.token_bytes(number % 50)
    return Ticket(f"t{number}", number % 7, "alpaca_secret", sealed, "k1", float(number), f"o{number % 5}")


@pytest.mark.asyncio
async def test_nothing_of_a_deleted_ticket_stays_in_any_file(database: Database, path: Path) -> None:
    needle = secrets.token_bytes(24)

    def put(connection: Connection, start: int) -> None:
        for number in range(start, start + 40):
            tickets.put(connection, ticket(number, needle))

    def reseal(connection: Connection) -> None:
        for number in range(0, 120, 3):
            tickets.reseal(connection, f"t{number}", sealed=needle + bytes(number), key_name="k2")

    for start in (0, 40, 80):
        await database.write(lambda connection, start=start: put(connection, start))  # type: ignore[misc]
    await database.write(reseal)
    await database.shred()
    assert found(needle, path) == ["soar.db"]  # the search can find it
    await database.write(lambda connection: tickets.delete_for_operation(connection, "o1"))
    await database.write(lambda connection: tickets.delete_for_chat(connection, 3))
    await database.write(lambda connection: tickets.delete_expired(connection, now=1e9))
    await database.shred()
    assert found(needle, path) == []


@pytest.mark.asyncio
async def test_without_shredding_the_log_would_keep_it(database: Database, path: Path) -> None:
    needle = secrets.token_bytes(24)
    await database.write(lambda connection: tickets.put(connection, ticket(1, needle)))
    await database.write(lambda connection: tickets.delete_one(connection, "t1"))
    assert found(needle, path) == ["soar.db-wal"]
    await database.shred()
    assert found(needle, path) == []


@pytest.mark.asyncio
async def test_a_removed_command_key_is_shredded_too(database: Database, path: Path) -> None:
    needle = secrets.token_bytes(24)
    await database.write(lambda connection: workers.save(connection, worker(command_key=needle)))
    await database.write(lambda connection: workers.remove(connection, "w1"))
    await database.shred()
    assert found(needle, path) == []


@pytest.mark.asyncio
async def test_a_burst_of_calls_shares_a_round(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[Connection] = []

    def counted(connection: Connection) -> bool:
        rounds.append(connection)
        return True

    monkeypatch.setattr("bot.storage.database.truncate_wal", counted)
    database = Database(url, shred_seconds=0.1)
    await asyncio.gather(*(database.shred() for _ in range(50)))
    assert len(rounds) == 1
    began = asyncio.get_running_loop().time()
    await asyncio.gather(*(database.shred() for _ in range(50)))
    assert len(rounds) == 2
    assert asyncio.get_running_loop().time() - began > 0.05
    await database.close()


@pytest.mark.asyncio
async def test_a_call_in_the_middle_of_a_round_gets_a_round_of_its_own(database: Database, path: Path) -> None:
    needle = secrets.token_bytes(24)

    async def use(number: int) -> bool:
        await database.write(lambda connection: tickets.put(connection, ticket(number, needle + bytes([number]))))
        await asyncio.sleep(number * 0.004)
        await database.write(lambda connection: tickets.delete_one(connection, f"t{number}"))
        await database.shred()
        return found(needle + bytes([number]), path) == []

    assert all(await asyncio.gather(*(use(number) for number in range(1, 30))))


@pytest.mark.asyncio
async def test_a_reader_elsewhere_that_will_not_let_go_is_told(url: str, path: Path) -> None:
    database = Database(url, shred_seconds=0.001)
    await database.write(lambda connection: tickets.put(connection, ticket(1, b"x")))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM tickets").fetchone()
    await database.write(lambda connection: tickets.delete_one(connection, "t1"))
    with pytest.raises(StorageError, match="wal_busy") as busy:
        await database.shred()
    assert busy.value.retryable
    other.close()
    await database.shred()
    assert path.with_name("soar.db-wal").stat().st_size == 0
    await database.close()


@pytest.mark.asyncio
async def test_closing_waits_for_a_round_under_way(url: str, path: Path) -> None:
    database = Database(url, shred_seconds=0.05)
    await database.shred()
    waiting = asyncio.ensure_future(database.shred())
    await asyncio.sleep(0)
    await database.close()
    await waiting
    assert not path.with_name("soar.db-wal").exists()
