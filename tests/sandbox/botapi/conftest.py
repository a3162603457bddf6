from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
import telegram
from telegram.request import HTTPXRequest

from sandbox.serving import Served
from sandbox.telegram.phone import Phone
from sandbox.telegram.server import create_app
from tests.sandbox.botapi.calling import ADA, TOKEN, Api


@pytest.fixture
def server() -> Iterator[Served]:
    with Served(create_app(tokens={TOKEN: "soar_test_bot"})) as served:
        yield served


@pytest_asyncio.fixture
async def api(server: Served) -> AsyncIterator[Api]:
    reached = Api(server.url)
    async with reached.client:
        yield reached


@pytest_asyncio.fixture
async def ada(server: Served) -> AsyncIterator[Phone]:
    """Somebody who has said /start."""
    async with Phone(server.url, ADA) as phone:
        await phone.says("/start")
        yield phone


@pytest_asyncio.fixture
async def bot(server: Served) -> AsyncIterator[telegram.Bot]:
    request = HTTPXRequest(connection_pool_size=8, httpx_kwargs={"trust_env": False})
    made = telegram.Bot(
        TOKEN, base_url=f"{server.url}/bot", base_file_url=f"{server.url}/file/bot", request=request,
        get_updates_request=HTTPXRequest(httpx_kwargs={"trust_env": False}),
    )  # fmt: skip
    async with made:
        yield made
