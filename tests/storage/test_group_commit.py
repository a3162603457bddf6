from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, select

from bot.storage import dialogs
from bot.storage.database import Database
from bot.storage.dialogs import Dialog
from bot.storage.errors import StaleDialog
from bot.storage.tables import dialogs as table

pytestmark = pytest.mark.sqlite  # PostgreSQL runs each work in a transaction of its own

# (chat, expected version): some are right, some are stale, depending on what came before.
Save = tuple[int, int]
saves = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 3)), min_size=1, max_size=12)


def work(save: Save, number: int) -> Callable[[Connection], int]:
    chat, was = save

    def run(connection: Connection) -> int:
        dialogs.save(connection, Dialog(chat, chat, f"{number}", was + 1, was, None, None, 1.0), was=was)
        return number

    return run


def clear(connection: Connection) -> None:
    connection.execute(delete(table))


def content(connection: Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(select(table).order_by(table.c.chat_id))]


async def run_serially(database: Database, steps: Sequence[Save]) -> list[object]:
    return [
        result
        for number, step in enumerate(steps)
        for result in await asyncio.gather(database.write(work(step, number)), return_exceptions=True)
    ]


async def run_together(database: Database, steps: Sequence[Save]) -> list[object]:
    opened = threading.Event()
    held = asyncio.ensure_future(database.write(lambda _: opened.wait(10)))
    waiting = [asyncio.ensure_future(database.write(work(step, number))) for number, step in enumerate(steps)]
    await asyncio.sleep(0)
    opened.set()
    await held
    return list(await asyncio.gather(*waiting, return_exceptions=True))


def told(results: Sequence[object]) -> list[object]:
    return [("stale", result.chat_id) if isinstance(result, StaleDialog) else result for result in results]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=saves, batch_limit=st.integers(1, 16))
def test_group_commit_equals_serial_execution(url: str, steps: list[Save], batch_limit: int) -> None:
    async def compare() -> None:
        database = Database(url, batch_limit=batch_limit)
        try:
            await database.write(clear)
            alone = told(await run_serially(database, steps))
            kept_alone = await database.read(content)
            await database.write(clear)
            together = told(await run_together(database, steps))
            assert together == alone
            assert await database.read(content) == kept_alone
        finally:
            await database.close()

    asyncio.run(compare())


@pytest.mark.asyncio
async def test_a_burst_shares_commits(database: Database, path: Path) -> None:
    await database.shred()
    await run_together(database, [(chat, 0) for chat in range(1, 201)])
    together = path.with_name("soar.db-wal").stat().st_size
    await database.write(clear)
    await database.shred()
    await run_serially(database, [(chat, 0) for chat in range(1, 201)])
    assert together * 5 < path.with_name("soar.db-wal").stat().st_size
