from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack

import httpx
import pytest
import pytest_asyncio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.alpaca.accounts import Mode
from sandbox.alpaca.server import ServedAlpaca
from sandbox.browser import browser
from sandbox.cloudflare.server import create_app as cloudflare_app
from sandbox.serving import Served
from sandbox.telegram.server import create_app as telegram_app
from tests.sandbox.page.stage import Stage


@pytest.fixture(scope="session")
def urls() -> Iterator[dict[str, str]]:
    with ExitStack() as running:
        alpaca = running.enter_context(ServedAlpaca())
        alpaca.open_account(Mode.PAPER)
        cloudflare = running.enter_context(Served(cloudflare_app(public_url="", execution=False)))
        found = {"cloudflare": cloudflare.url, "paper": alpaca.paper_url, "live": alpaca.live_url}

        async def panels(_request: Request) -> Response:
            sites = {"paper_url": found["paper"], "live_url": found["live"]}
            return JSONResponse({"cloudflare_url": found["cloudflare"], "alpaca": sites})

        app = telegram_app()
        app.router.routes.insert(0, Route("/_sandbox/panels", panels))
        yield {"telegram": running.enter_context(Served(app)).url, **found}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stage(urls: dict[str, str]) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as running:
        http = running.enter_context(httpx.Client(timeout=20, trust_env=False))
        made = Stage(await running.enter_async_context(browser()), http, urls)
        made.bot("setMyName", name="Soar")
        made.bot("setMyDescription", description="A trading bot of your own.\nFive minutes.")
        made.bot("setMyCommands", commands=[{"command": "status", "description": "How the bot is doing"}])
        yield made
