"""The database goes away while people are on the road: keys go even so, nothing that was taken is lost, all goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from sandbox.telegram.phone import Phone
from tests.acceptance.newcomer import Newcomer
from tests.scale.fleet import Fleet, open_fleet
from tests.scale.front import Front

AWAY = 3.0  # seconds; `make scale` with --outage 30 is the long form


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with open_fleet(tmp_path_factory.mktemp("fleet"), size=2, front=Front(twice=0.2, late=0.2), standby=True) as fleet:
        yield fleet


@pytest.mark.asyncio
async def test_the_standby_takes_over_and_nobody_asks_again(fleet: Fleet) -> None:
    """The server dies as by a power cut; Ada pastes before the other one is promoted. Then that one is restarted."""
    assert fleet.standby is not None
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
        ada, bob = (
            Newcomer(fleet.house, client, Phone(fleet.house.world.telegram.url, number, client=client), name)
            for number, name in ((920_001, "Ada"), (920_002, "Bob"))
        )
        await asyncio.gather(ada.comes_to_keys(), bob.comes_to_keys())
        await asyncio.to_thread(fleet.server.stop, how="immediate")
        await ada.pastes(*await ada.keys())  # returns when the message is gone
        await asyncio.sleep(AWAY)
        await asyncio.to_thread(fleet.standby.promote)
        await ada.sees("Your bot is running", within=60)

        await asyncio.to_thread(fleet.standby.stop, how="fast")
        await bob.pastes(*await bob.keys())
        await asyncio.sleep(AWAY)
        await asyncio.to_thread(fleet.standby.start)
        await bob.sees("Your bot is running", within=60)

        for person in (ada, bob):
            await person.settles()
            await person.left_nothing_in_chat()
            assert fleet.house.books.workers(person.id) == [await person.script()]
            assert fleet.house.books.kinds(person.id) == ["connect", "deploy"]
        assert fleet.house.books.parked() == []
