from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from deploy.cloudflare import Cloudflare
from deploy.template import Template, read_template
from deploy.wire import open_http
from tests.deploy.scripted import FakeClock, Scripted


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Scripted]:
    async with Scripted() as server:
        yield server


@pytest_asyncio.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with open_http() as http:
        yield http


@pytest_asyncio.fixture
async def cloudflare(server: Scripted, http: httpx.AsyncClient) -> Cloudflare:
    return Cloudflare(http, server.url, FakeClock())


@pytest.fixture(scope="session")
def template() -> Template:
    return read_template()
