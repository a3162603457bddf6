from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
import telegram
from telegram.request import HTTPXRequest

from sandbox.serving import Served
from sandbox.telegram.phone import NO_CERTIFICATES, Phone
from sandbox.telegram.server import create_app
from tests.sandbox.botapi.calling import ADA, Api

# Each test has a bot of its own, so all of them can share one server.
BOTS = {f"{number}:test-token-{number:024}": f"bot_{number}" for number in range(1001, 1301)}
UNUSED = iter(BOTS.items())


@pytest.fixture(scope="session")
def server() -> Iterator[Served]:
    with Served(create_app(tokens=BOTS, page=None)) as served:
        yield served


@pytest_asyncio.fixture
async def api(server: Served) -> AsyncIterator[Api]:
    reached = Api(server.url, *next(UNUSED))
    async with reached.client:
        yield reached
        await reached.control("POST", "/clock", shift=0)


@pytest_asyncio.fixture
async def ada(api: Api) -> AsyncIterator[Phone]:
    """Somebody who has said /start."""
    async with Phone(api.url, ADA, bot=api.username) as phone:
        await phone.says("/start")
        yield phone


@pytest_asyncio.fixture
async def bot(api: Api) -> AsyncIterator[telegram.Bot]:
    plain = {"trust_env": False, "verify": NO_CERTIFICATES}
    made = telegram.Bot(
        api.token,
        base_url=f"{api.url}/bot",
        base_file_url=f"{api.url}/file/bot",
        request=HTTPXRequest(connection_pool_size=8, httpx_kwargs=plain),
        get_updates_request=HTTPXRequest(httpx_kwargs=plain),
    )
    async with made:
        yield made
