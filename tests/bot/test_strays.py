"""What a replica leaves wrong on screens by dying is put right by another."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

import pytest
import pytest_asyncio

from bot.storage import dialogs, marks
from bot.storage.database import Database
from bot.strays import AFTER, DEAD_AFTER, LIFE, Strays
from tests.postgres import fresh_database
from tests.storage.rows import dialog

pytestmark = pytest.mark.asyncio


class House:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.at = 1000.0
        self.shown: list[int] = []

    def replica(self, name: str) -> Strays:
        return Strays(self.database, self.show, clock=lambda: self.at, name=name)

    async def show(self, chat: int) -> None:
        self.shown.append(chat)

    async def has(self, chat: int, *, version: int, rendered: int, at: float) -> None:
        row = replace(dialog(chat, version=version, rendered_version=rendered), updated_at=at)
        await self.database.write(lambda connection: dialogs.save(connection, row, was=0))


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    database = Database(fresh_database())
    yield House(database)
    await database.close()


async def test_a_screen_nobody_has_shown_is_shown_once(house: House) -> None:
    await house.has(1, version=2, rendered=1, at=1000.0)
    await house.has(2, version=2, rendered=2, at=1000.0)
    strays = house.replica("a")
    house.at += AFTER - 1
    assert await strays.look() == 0, "whoever has stored it may be just showing it"
    house.at += 2
    assert await strays.look() == 1
    assert await strays.look() == 0
    assert house.shown == [1]


async def test_what_changed_around_a_death_is_shown_anew_by_one_of_the_living(house: House) -> None:
    await house.database.write(partial(marks.put, name=f"{LIFE}dead", now=1000.0))
    await house.has(1, version=2, rendered=2, at=900.0)
    await house.has(2, version=2, rendered=2, at=999.0)  # shown, and perhaps shown over by the one that died
    one, other = house.replica("a"), house.replica("b")
    house.at += DEAD_AFTER - 1
    assert await one.bury() == 0
    house.at += 2
    assert (await one.bury(), await other.bury()) == (1, 0)
    assert house.shown == [2]


async def test_one_that_ends_well_is_not_mourned(house: House) -> None:
    strays = house.replica("a")
    await house.database.write(partial(marks.put, name=f"{LIFE}a", now=house.at))
    await strays.leave()
    house.at += 100
    assert await house.replica("b").bury() == 0
