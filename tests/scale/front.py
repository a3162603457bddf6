"""Stands where a load balancer would: each update goes to a replica drawn by lot, some twice, some late."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

SECRET_HEADER: Final = "x-telegram-bot-api-secret-token"
PATH: Final = "/telegram"


@dataclass(slots=True)
class Front:
    """What it delivers goes to `replicas`; `twice` and `late` are shares of the updates."""

    replicas: list[str] = field(default_factory=list)
    lot: random.Random = field(default_factory=lambda: random.Random(8))  # noqa: S311
    twice: float = 0.1
    late: float = 0.1
    latest: float = 0.15  # seconds, long enough for a tap to overtake a message or the other way round
    delivered: int = 0
    repeated: int = 0
    held: int = 0
    _tasks: set[asyncio.Task[int]] = field(default_factory=set)
    _client: httpx.AsyncClient | None = None

    def app(self) -> Starlette:
        """Give the app to serve."""
        return Starlette(routes=[Route(PATH, self._take, methods=["POST"])], lifespan=self._open)

    @asynccontextmanager
    async def _open(self, _app: Starlette) -> AsyncIterator[None]:
        async with httpx.AsyncClient(timeout=30, trust_env=False) as self._client:
            yield
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _take(self, request: Request) -> Response:
        body, secret = await request.body(), request.headers.get(SECRET_HEADER, "")
        if self.lot.random() < self.late:
            self.held += 1
            await asyncio.sleep(self.lot.uniform(0.02, self.latest))
        if self.lot.random() < self.twice:
            self.repeated += 1
            task = asyncio.create_task(self._again(body, secret))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self.delivered += 1
        return Response(status_code=await self._forward(body, secret))

    async def _again(self, body: bytes, secret: str) -> int:
        await asyncio.sleep(self.lot.choice((0.0, self.latest)))
        return await self._forward(body, secret)

    async def _forward(self, body: bytes, secret: str) -> int:
        """Hand an update to one replica, or to the next if that one does not listen."""
        if self._client is None:
            return 502
        for replica in self.lot.sample(self.replicas, len(self.replicas)):
            headers = {SECRET_HEADER: secret, "content-type": "application/json"}
            try:
                answer = await self._client.post(f"{replica}{PATH}", content=body, headers=headers)
            except httpx.ConnectError:
                continue
            except httpx.HTTPError:
                return 502
            return answer.status_code
        return 502
