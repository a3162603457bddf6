"""Replicas over one PostgreSQL: each update reaches any of them, some twice; one is killed while it works."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from sandbox.telegram.phone import Phone
from tests.acceptance.newcomer import Newcomer
from tests.scale.fleet import Fleet, open_fleet
from tests.scale.front import Front

NAMES = ("Ada", "Bob", "Cem")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with open_fleet(tmp_path_factory.mktemp("fleet"), size=2, front=Front(twice=0.3, late=0.3), durable=False) as fleet:
        yield fleet


@pytest.mark.asyncio
async def test_the_road_leads_over_both_replicas(fleet: Fleet) -> None:
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
        people = [
            Newcomer(fleet.house, client, Phone(fleet.house.world.telegram.url, 910_001 + n, client=client), name)
            for n, name in enumerate(NAMES)
        ]
        scripts = await asyncio.gather(*(each.gets_a_bot() for each in people))
        for person, script in zip(people, scripts, strict=True):
            await person.settles()
            await person.left_nothing_in_chat()
            assert await person.script() == script
            assert fleet.house.books.workers(person.id) == [script]
    assert fleet.front.repeated > 0
    assert fleet.house.books.parked() == []


@pytest.mark.asyncio
async def test_a_killed_replicas_work_goes_on_at_the_other(fleet: Fleet) -> None:
    """The one that deploys is killed in the middle; nobody starts it again before the other has finished."""
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
        ada = Newcomer(fleet.house, client, Phone(fleet.house.world.telegram.url, 910_050, client=client), "Eve")
        await ada.comes_to_keys()
        await ada.mischief.cloudflare("hang", f"{ada.account}/workers/scripts/", method="PUT", seconds=60)
        await ada.pastes(*await ada.keys())
        await ada.mischief.reached("PUT", ada.account, "/workers/scripts/")
        (operation,) = fleet.house.books.rows(
            "select id from operations where chat_id = ? and state = 'running'", ada.id
        )
        (busy,) = [bot for bot in fleet.replicas if operation[0].encode() in bot.log.read_bytes()]
        busy.kill()
        began = asyncio.get_running_loop().time()
        await ada.sees("Your bot is running", within=60)
        assert asyncio.get_running_loop().time() - began < 60
        busy.start().ready()
        await ada.settles()
        await ada.left_nothing_in_chat()
        assert fleet.house.books.workers(ada.id) == [await ada.script()]
        assert fleet.house.books.kinds(ada.id) == ["connect", "deploy"]
