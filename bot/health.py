"""The port for those who look after the process: is it alive, may it be given work, what does it count."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import Connection
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.metrics import Metrics
from bot.storage import deletions, operations, tickets
from bot.storage.database import Database
from bot.storage.errors import StorageError

PATIENCE: Final = 2.0  # seconds for the database to answer


class Health:
    """Answers on three paths, with nothing that belongs to anybody."""

    def __init__(self, database: Database, metrics: Metrics, *, receiving: Callable[[], bool]) -> None:
        """`receiving` tells whether updates get in."""
        self._database = database
        self._metrics = metrics
        self._receiving = receiving
        self.stopping = False

    def app(self) -> Starlette:
        """Make the ASGI app."""
        return Starlette(
            routes=[Route("/healthz", self._alive), Route("/readyz", self._ready), Route("/metrics", self._measured)]
        )

    async def _alive(self, _request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def _ready(self, _request: Request) -> Response:
        checks = {"receiving": self._receiving(), "database": await self._count(), "stopping": self.stopping}
        ready = checks["receiving"] and checks["database"] and not self.stopping
        return JSONResponse({"ready": ready, **checks}, status_code=200 if ready else 503)

    async def _measured(self, _request: Request) -> Response:
        await self._count()
        self._metrics.gauge("tasks", len(asyncio.all_tasks()))
        return Response(self._metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _count(self) -> bool:
        """Set what is counted in the database; False when it does not answer."""
        try:
            async with asyncio.timeout(PATIENCE):
                counts = await self._database.read(_counts)
        except (StorageError, TimeoutError):
            self._metrics.gauge("database_up", 0)
            return False
        for name, count in counts.items():
            self._metrics.gauge(name, count)
        self._metrics.gauge("database_up", 1)
        return True


def _counts(connection: Connection) -> dict[str, int]:
    return {
        "pending_deletions": deletions.count(connection),
        "tickets_alive": tickets.alive(connection),
        "operations_unfinished": operations.count_unfinished(connection),
    }
