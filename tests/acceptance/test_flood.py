"""Telegram's flood control is on: Soar keeps to its limits, and obeys when it is refused all the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio

from sandbox.telegram.phone import Phone
from tests.acceptance.house import House, Mischief, open_house
from tests.acceptance.newcomer import Newcomer


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("flood"), execution=False, SOAR_TELEGRAM_RATE="30") as house:
        limits = {"flood": True, "per_chat": 1.0, "burst": 3.0, "overall": 30.0}
        httpx.post(f"{house.world.telegram.url}/_sandbox/limits", json=limits, trust_env=False).raise_for_status()
        yield house


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=60, trust_env=False) as made:
        yield made


async def refused(house: House, client: httpx.AsyncClient) -> list[str]:
    calls = (await client.get(f"{house.world.telegram.url}/_sandbox/calls")).raise_for_status().json()["calls"]
    return [call["method"] for call in calls if call["status"] == 429]


@pytest.mark.asyncio
async def test_newcomers_side_by_side_bring_no_429(house: House, client: httpx.AsyncClient) -> None:
    async def comes(number: int) -> Newcomer:
        phone = Phone(house.world.telegram.url, 8100 + number, first_name="Ada", client=client)
        ada = Newcomer(house, client, phone, f"ada{number}")
        await ada.agrees()
        await ada.pastes(await ada.token(), then="Connected to")
        return ada

    people = await asyncio.gather(*(comes(number) for number in range(4)))
    assert await refused(house, client) == []
    for ada in people:
        await ada.left_nothing_in_chat()


@pytest.mark.asyncio
async def test_a_refused_edit_is_repeated_when_it_may_be_and_keys_go_meanwhile(
    house: House, client: httpx.AsyncClient
) -> None:
    phone = Phone(house.world.telegram.url, 8200, first_name="Bob", client=client)
    bob = Newcomer(house, client, phone, "bob")
    mischief = Mischief(house, client)
    await bob.says("/start")
    await bob.sees("Hello!")
    before = len(await refused(house, client))
    await mischief.telegram("429", "editMessageText", bob.id, retry_after=3)
    await bob.taps("Let's start")
    await phone.told()
    key_id, _ = await bob.keys()
    bob.keeps_to_herself(key_id)
    message = await bob.says(key_id)
    await phone.gone(message, within=2.5)
    await bob.sees("Open Alpaca and sign in")
    assert len(await refused(house, client)) == before + 1
