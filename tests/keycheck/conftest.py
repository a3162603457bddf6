"""A trading host that answers what a test tells it to, once per mode, over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, Self

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.keycheck import KeyChecker
from deploy.secret import Secret
from sandbox.serving import Served

KEY_ID = "PKCANARY0KEY7ID3QX9Z"
SECRET = "CANARYsecret/3fG7hJ9kL2mN5pQ8rS1tV4wX6yZ"
REFUSED = {"code": 40110000, "message": "request is not authorized"}


class Host:
    """One mode's host: answers with `answer`, or never while `answer` is None; notes what it was sent."""

    def __init__(self) -> None:
        self.answer: Response | None
        self.seen: list[dict[str, str]]
        self.reset()
        app = Starlette(routes=[Route("/v2/account", self._respond)])
        self._served = Served(app)
        self.url = self._served.url

    async def _respond(self, request: Request) -> Response:
        self.seen.append(dict(request.headers))
        while self.answer is None:  # noqa: ASYNC110  (the test sets it, from another thread)
            await asyncio.sleep(0.01)
        return self.answer

    def reset(self) -> None:
        self.answer = JSONResponse(REFUSED, 401, {"X-Request-ID": "req-1"})
        self.seen = []

    def says(self, body: Any, status: int = 200, **headers: str) -> None:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(body, str):
            self.answer = Response(body, status, {"content-type": "text/html", **names})
        else:
            self.answer = JSONResponse(body, status, names)

    def __enter__(self) -> Self:
        self._served.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.answer is None:
            self.says({})
        self._served.close()


@pytest.fixture(scope="session")
def hosts() -> Iterator[tuple[Host, Host]]:
    with Host() as paper, Host() as live:
        yield paper, live


@pytest.fixture
def paper(hosts: tuple[Host, Host]) -> Iterator[Host]:
    hosts[0].reset()
    yield hosts[0]
    hosts[0].reset()  # lets go of whoever still waits for an answer


@pytest.fixture
def live(hosts: tuple[Host, Host]) -> Iterator[Host]:
    hosts[1].reset()
    yield hosts[1]
    hosts[1].reset()


@pytest.fixture
def checker(paper: Host, live: Host) -> KeyChecker:
    return KeyChecker(paper.url, live.url, deadline=5, timeouts=(1, 0.3))


@pytest.fixture
def pair() -> tuple[Secret, Secret]:
    return Secret(KEY_ID), Secret(SECRET)
