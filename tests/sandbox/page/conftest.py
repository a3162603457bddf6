from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import httpx
import pytest
import pytest_asyncio

from sandbox.browser import browser
from sandbox.stand_ins import StandIns
from sandbox.time.timeline import Timeline
from tests.sandbox.page.stage import Stage


@pytest.fixture(scope="session")
def urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    timeline = Timeline(tmp_path_factory.mktemp("page") / "time")
    with StandIns(execution=False, timeline=timeline) as world:
        alpaca = world.alpaca
        sites = {"cloudflare": world.cloudflare.url, "paper": alpaca.paper_url, "live": alpaca.live_url}
        yield {"telegram": world.telegram.url, **sites}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stage(urls: dict[str, str]) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as running:
        http = running.enter_context(httpx.Client(timeout=20, trust_env=False))
        made = Stage(await running.enter_async_context(browser()), http, urls)
        made.bot("setMyName", name="Soar")
        made.bot("setMyDescription", description="A trading bot of your own.\nFive minutes.")
        made.bot("setMyCommands", commands=[{"command": "status", "description": "How the bot is doing"}])
        yield made
