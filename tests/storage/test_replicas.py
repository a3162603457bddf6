"""What several processes may do to one PostgreSQL at the same time, and what happens when it goes away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
import pytest_asyncio
from sqlalchemy import Connection, text

from bot.storage import consents, dialogs, updates
from bot.storage.database import Database
from bot.storage.errors import StorageError
from tests.postgres import Server, fresh_database
from tests.storage.rows import dialog

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def replicas() -> AsyncIterator[list[Database]]:
    """Three processes' databases, as far as PostgreSQL can tell."""
    address = fresh_database()
    made = [Database(address) for _ in range(3)]
    yield made
    for each in made:
        await each.close()


def step(chat_id: int, update_id: int) -> Callable[[Connection], bool]:
    """One step of a conversation, as the bot takes it: the state counts the steps."""

    def work(connection: Connection) -> bool:
        row = dialogs.hold(connection, chat_id)
        if not updates.add(connection, update_id=update_id, chat_id=chat_id, kind="message", now=1.0):
            return False
        before = row or dialog(chat_id, version=0, state="0")
        after = replace(before, version=before.version + 1, state=str(int(before.state) + 1))
        dialogs.save(connection, after, was=before.version)
        return True

    return work


async def test_no_step_is_lost_or_taken_twice(replicas: list[Database]) -> None:
    """Every replica gets every update: each is taken once, and none is built on a state that has moved on."""
    numbers = [(number % 4, number) for number in range(80)]
    results = await asyncio.gather(*(each.write(step(chat, update)) for chat, update in numbers for each in replicas))
    assert sum(results) == 80
    for chat in range(4):
        row = await replicas[0].read(lambda connection, chat=chat: dialogs.load(connection, chat))  # type: ignore[misc]
        assert row is not None
        assert (row.state, row.version) == ("20", 20)


async def test_two_first_messages_of_a_chat_take_turns(replicas: list[Database]) -> None:
    for chat in range(100, 120):
        taken = await asyncio.gather(*(each.write(step(chat, chat * 10 + i)) for i, each in enumerate(replicas)))
        assert taken == [True] * 3


async def test_works_that_wait_for_each_other_both_come_through(replicas: list[Database]) -> None:
    for update in (1, 2):
        await replicas[0].write(
            lambda c, update=update: updates.add(c, update_id=update, chat_id=1, kind="message", now=1.0)  # type: ignore[misc]
        )
    meeting = {update: asyncio.Event() for update in (1, 2)}
    loop = asyncio.get_running_loop()

    def touch(connection: Connection, update: int) -> None:
        connection.execute(text("UPDATE updates SET kind = kind || :x WHERE update_id = :id"), {"x": "!", "id": update})

    def crossing(first: int, second: int) -> Callable[[Connection], None]:
        def work(connection: Connection) -> None:
            touch(connection, first)
            loop.call_soon_threadsafe(meeting[first].set)
            asyncio.run_coroutine_threadsafe(meeting[second].wait(), loop).result(10)
            touch(connection, second)

        return work

    await asyncio.gather(replicas[0].write(crossing(1, 2)), replicas[1].write(crossing(2, 1)))
    kinds = await replicas[2].read(lambda c: c.execute(text("SELECT kind FROM updates")).scalars().all())
    assert kinds == ["message!!"] * 2


async def test_a_connection_that_was_cut_is_replaced_without_a_word(replicas: list[Database]) -> None:
    await asyncio.gather(*(replicas[0].write(step(1, number)) for number in range(8)))
    cut = text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
               " AND datname = current_database()")  # fmt: skip
    assert await replicas[1].read(lambda c: c.execute(cut).scalar_one()) > 1
    results = await asyncio.gather(*(replicas[0].write(step(1, number)) for number in range(8, 24)))
    assert results == [True] * 16


async def test_a_lock_held_too_long_is_told(replicas: list[Database]) -> None:
    await replicas[0].write(step(1, 1))
    held, free = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def holding(connection: Connection) -> None:
        dialogs.hold(connection, 1)
        loop.call_soon_threadsafe(held.set)
        asyncio.run_coroutine_threadsafe(free.wait(), loop).result(20)

    def impatient(connection: Connection) -> None:
        connection.execute(text("SET LOCAL lock_timeout = '50ms'"))
        dialogs.hold(connection, 1)

    holder = asyncio.ensure_future(replicas[0].write(holding))
    await held.wait()
    with pytest.raises(StorageError, match="locked") as told:
        await replicas[1].write(impatient)
    assert told.value.retryable
    free.set()
    await holder


@pytest.mark.parametrize("how", ["fast", "immediate"])
async def test_nothing_acknowledged_is_lost_while_the_server_is_away(how: str) -> None:
    """It is stopped, once as by a power cut, while works come in; who was told that it is kept finds it afterwards."""
    server = Server(durable=True)
    await asyncio.to_thread(server.start)
    try:
        database = Database(await asyncio.to_thread(_prepared, server))
        kept: set[int] = set()
        codes: set[str] = set()
        going = asyncio.Event()

        async def keep_adding(start: int) -> None:
            number = start
            while not going.is_set():
                try:
                    await database.write(lambda c, n=number: consents.add(c, consents.Consent(n, "aa", 1.0)))  # type: ignore[misc]
                    kept.add(number)
                    number += 10
                except StorageError as error:
                    codes.add(error.code if error.retryable else f"final {error.code}")
                    number += 10
                    await asyncio.sleep(0.01)

        workers = [asyncio.ensure_future(keep_adding(start)) for start in range(10)]
        await _until(lambda: len(kept) > 50)
        await asyncio.to_thread(server.stop, how=how)
        await _until(lambda: "unavailable" in codes)
        before = len(kept)
        await asyncio.to_thread(server.start)
        await _until(lambda: len(kept) > before + 50)
        going.set()
        await asyncio.gather(*workers)
        rows = await database.read(lambda c: c.execute(text("SELECT chat_id FROM consents")).scalars().all())
        assert kept <= set(rows)
        assert codes <= {"unavailable", "connection_lost", "commit_unknown"}
        await database.close()
    finally:
        await asyncio.to_thread(server.remove)


def _prepared(server: Server) -> str:
    from bot.upgrading import upgrade_all  # noqa: PLC0415

    upgrade_all(server.url())
    return server.url()


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  (any condition will do)
            await asyncio.sleep(0.01)
