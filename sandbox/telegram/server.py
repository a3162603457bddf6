"""Puts the Telegram stand-in together: the Bot API, the control API and the chat page, one app on one port."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from sandbox.telegram.clock import Clock
from sandbox.telegram.control import Control, refuse
from sandbox.telegram.gateway import Gateway, execute
from sandbox.telegram.launching import Launcher
from sandbox.telegram.people import Impossible
from sandbox.telegram.world import World

DEMO_TOKEN: Final = "7000000001:sandbox-telegram-bot-token-00000000"  # noqa: S105  (opens nothing but this stand-in)
DEMO_USERNAME: Final = "soar_demo_bot"
PAGE: Final = Path(__file__).parent / "page"


def create_app(
    *,
    tokens: Mapping[str, str] | None = None,
    page: Path | None = PAGE,
    clock: Clock | None = None,
    panels: Mapping[str, Any] | None = None,
    beside: Sequence[Route] = (),
    launcher: Launcher | None = None,
) -> Starlette:
    """Make a stand-in with one bot per token (token to username).

    `page` is the folder of the chat page; `panels` is what that page is told about the stand-ins shown beside it;
    `beside` adds routes of theirs; `launcher` signs the launch data of Mini Apps.
    """
    world = World(tokens or {DEMO_TOKEN: DEMO_USERNAME}, clock or Clock(), execute, launcher)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await world.close()

    async def index(_request: Request) -> Response:
        start = page / "index.html" if page is not None else None
        if start is None or not start.is_file():
            return PlainTextResponse("Telegram stand-in: no chat page here; see /_sandbox", status_code=404)
        return FileResponse(start, headers={"Cache-Control": "no-cache"})

    async def shown(_request: Request) -> Response:
        return JSONResponse(dict(panels) if panels else {"error": "nothing is beside the chat"}, 200 if panels else 404)

    routes: list[Route | Mount] = [
        Route("/bot{token}/{method}", Gateway(world)),
        *Control(world).routes(),
        Route("/_sandbox/panels", shown),
        *beside,
        Route("/", index),
    ]
    if page is not None and page.is_dir():
        routes.append(Mount("/page", StaticFiles(directory=page)))
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={Impossible: refuse})
    app.state.world = world
    return app
