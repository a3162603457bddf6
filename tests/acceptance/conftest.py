from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import count

import httpx
import pytest
import pytest_asyncio

from sandbox.telegram.phone import Phone
from tests.acceptance.house import House, Mischief, open_house
from tests.acceptance.newcomer import Newcomer

NUMBERS = count(700_001)
Invites = Callable[[str], Awaitable[Newcomer]]


@pytest.fixture(scope="session")
def busy_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One bot for everybody; deployed Workers are kept, and a stub answers in their place."""
    with open_house(tmp_path_factory.mktemp("busy"), execution=False) as house:
        yield house


@pytest.fixture(scope="session")
def standing_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("real"), execution=True) as house:
        yield house


@pytest.fixture
def real_house(standing_house: House) -> House:
    """One bot for everybody whose Workers really run; it may be killed, for it runs again before the next test."""
    if standing_house.bot.ended():
        standing_house.restart()
    return standing_house


@pytest.fixture
def house(busy_house: House) -> House:
    """The house a module's people live in; a module may choose another."""
    return busy_house


@pytest_asyncio.fixture
async def invites(house: House) -> AsyncIterator[Invites]:
    """Invite somebody by name; afterwards everything works again and the chats are printed."""
    phones: list[Phone] = []
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:

        async def invite(name: str) -> Newcomer:
            phone = Phone(house.world.telegram.url, next(NUMBERS), first_name=name, client=client)
            phones.append(phone)
            return Newcomer(house, client, phone, name)

        yield invite
        await Mischief(house, client).ends()
        for phone in phones:
            print(f"\n— {phone.user_id} —", *phone.transcript, sep="\n")  # noqa: T201  (shown when a test fails)


@pytest_asyncio.fixture
async def ada(invites: Invites) -> Newcomer:
    return await invites("Ada")


@pytest_asyncio.fixture
async def bob(invites: Invites) -> Newcomer:
    return await invites("Bob")


@pytest_asyncio.fixture
async def market(ada: Newcomer) -> AsyncIterator[None]:
    """The market is open, whatever time it is here, and as before afterwards."""
    for mode in ("paper", "live"):
        await ada.sites.market(mode, open=True)
    yield
    for mode in ("paper", "live"):
        await ada.sites.market(mode, open=False)
