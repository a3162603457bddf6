"""Rows that several processes take turns at: messages to be told, Workers to be looked after, summaries to write."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

import pytest
from sqlalchemy import Connection

from bot.storage import lookouts, notices, outbox, workers
from bot.storage.database import Database
from bot.storage.lookouts import Lookout
from bot.storage.notices import Wishes
from tests.postgres import fresh_database
from tests.storage.rows import worker

T = TypeVar("T")
DAY = 86_400.0
WISHES = Wishes(1, "trade,health", "Europe/Berlin", 18, 22, 7, 100.0)


def message(name: str, *, due_at: float = 1.0, chat_id: int = 1) -> outbox.Message:
    return outbox.Message(name, chat_id, "notice", "[]", 1.0, due_at)


def names(found: list[outbox.Message]) -> list[str]:
    return [each.id for each in found]


def test_a_message_waits_until_it_is_due_and_goes_once(connection: Connection) -> None:
    for each in (message("b", due_at=2.0), message("a"), message("later", due_at=50.0)):
        assert outbox.put(connection, each)
    assert not outbox.put(connection, message("a"))
    assert names(outbox.due(connection, now=2.0)) == ["a", "b"]
    assert outbox.next_due(connection) == 1.0
    found = outbox.due(connection, now=2.0)
    assert names(outbox.claim(connection, found, until=9.0)) == ["a", "b"]
    assert outbox.claim(connection, found, until=9.0) == []
    assert outbox.due(connection, now=2.0) == []
    assert outbox.release(connection, now=3.0) == 2
    outbox.put_off(connection, "a", until=20.0)
    assert [each.attempts for each in outbox.due(connection, now=3.0)] == [1]
    outbox.done(connection, ["b", "gone"])
    assert outbox.count(connection) == 2
    assert outbox.drop(connection, 1) == 2
    assert outbox.next_due(connection) is None


def test_turns_are_given_once_and_go_with_the_worker(connection: Connection) -> None:
    for name, state in (("w1", "running"), ("w2", "paused"), ("w3", "deploying")):
        workers.save(connection, replace(worker(name), state=state))
    assert lookouts.enlist(connection, first_due=[5.0] * 10) == 2
    assert lookouts.enlist(connection, first_due=[5.0] * 10) == 0
    assert lookouts.due(connection, now=4.0, latest=100.0) == []
    assert len(lookouts.due(connection, now=4.0, latest=4.5)) == 2, "the clock was put back"
    found = lookouts.due(connection, now=5.0, latest=100.0)
    assert lookouts.claim(connection, found, until=9.0) == found
    assert lookouts.claim(connection, found, until=9.0) == []
    after = Lookout("w1", 1, 700.0, 5.5, 4.5, 3, "absent")
    lookouts.settle(connection, after)
    assert lookouts.get(connection, "w1") == after
    lookouts.rest(connection, 1, until=DAY)
    assert lookouts.due(connection, now=DAY - 1, latest=2 * DAY) == []
    lookouts.remove(connection, "w1")
    assert lookouts.get(connection, "w1") is None
    assert lookouts.count(connection) == 1


def test_wishes_are_kept_and_a_summary_is_taken_once(connection: Connection) -> None:
    assert notices.get(connection, 1) is None
    notices.put(connection, WISHES)
    notices.put(connection, replace(WISHES, quiet_to=8))
    assert notices.get(connection, 1) == replace(WISHES, quiet_to=8)
    notices.put(connection, replace(WISHES, chat_id=2, summary_hour=None, summary_at=None))
    assert notices.due(connection, now=99.0) == []
    (due,) = notices.due(connection, now=100.0)
    assert notices.move_summary(connection, due, until=100.0 + DAY)
    assert not notices.move_summary(connection, due, until=100.0 + DAY)
    assert notices.due(connection, now=101.0) == []


@pytest.mark.asyncio
async def test_three_processes_share_messages_and_turns_without_taking_one_twice() -> None:
    address = fresh_database()
    made = [Database(address) for _ in range(3)]

    def fill(connection: Connection) -> None:
        for number in range(60):
            outbox.put(connection, message(f"m{number:02}", chat_id=number))
            workers.save(connection, replace(worker(f"w{number:02}"), state="running"))

    async def everybody(work: Callable[[Connection], T]) -> list[T]:
        return list(await asyncio.gather(*(each.write(work) for each in made)))

    try:
        await made[0].write(fill)
        assert sum(await everybody(partial(lookouts.enlist, first_due=[1.0] * 100))) >= 60
        assert await made[0].read(lookouts.count) == 60
        messages = await made[0].read(partial(outbox.due, now=2.0))
        taken = await everybody(partial(outbox.claim, messages=messages, until=9.0))
        assert sorted(each.id for some in taken for each in some) == [f"m{number:02}" for number in range(60)]
        turns = await made[0].read(partial(lookouts.due, now=2.0, latest=9.0))
        shared = await everybody(partial(lookouts.claim, found=turns, until=8.0))
        assert sorted(each.worker_id for some in shared for each in some) == [f"w{number:02}" for number in range(60)]
        told = await everybody(partial(workers.advance_events, worker_id="w00", last_event=5))
        assert sorted(told) == [False, False, True]
    finally:
        for each in made:
            await each.close()
