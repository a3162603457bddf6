"""Moves a whole sandbox on in time: the market, Cloudflare, the Workers, Telegram and the bot together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.alpaca.exchange import Exchange
from sandbox.alpaca.sessions import next_opening
from sandbox.time.timeline import Timeline

ROUTE: Final = "/_sandbox/time"
AFTER_OPENING: Final = timedelta(minutes=20)
"""A Worker waits for the first minutes of a session to pass, and is woken each quarter of an hour."""


def _opening(now: datetime) -> datetime:
    return next_opening(now).opens + AFTER_OPENING


STOPS: Final[Mapping[str, Callable[[datetime], datetime]]] = {
    "hour": lambda now: now + timedelta(hours=1),
    "day": lambda now: now + timedelta(days=1),
    "opening": _opening,
}


class Travel:
    """The one place from which time is moved."""

    def __init__(self, timeline: Timeline, exchange: Exchange, cloudflare_url: str) -> None:
        """`cloudflare_url` is where that stand-in answers, which starts the Workers anew."""
        self._timeline = timeline
        self._exchange = exchange
        self._cloudflare = cloudflare_url
        self._lock = asyncio.Lock()

    def routes(self) -> list[Route]:
        """GET tells the time, POST `{"to": "hour" | "day" | "opening"}` moves on to it."""
        return [Route(ROUTE, self.tell), Route(ROUTE, self.go, methods=["POST"])]

    async def tell(self, _request: Request) -> Response:
        """Say what time it is."""
        return JSONResponse(self._told())

    async def go(self, request: Request) -> Response:
        """Move on, by the exchange's own calendar from then on, and say which Workers ran."""
        body = await request.json()
        stop = STOPS.get(str(body.get("to"))) if isinstance(body, dict) else None
        if stop is None:
            return JSONResponse({"error": f"to must be one of {', '.join(STOPS)}"}, 400)
        async with self._lock:
            return JSONResponse({**self._told(), **await self._go(stop)})

    async def _go(self, stop: Callable[[datetime], datetime]) -> dict[str, Any]:
        with self._exchange.lock:
            self._exchange.clock.follow_real_time()
        now = self._timeline.moment()
        seconds = (stop(now) - now).total_seconds()
        async with httpx.AsyncClient(base_url=self._cloudflare, timeout=60, trust_env=False) as http:
            answer = await http.post("/_sandbox/travel", json={"seconds": seconds})
        with self._exchange.lock:
            self._exchange.catch_up()
        return {**answer.raise_for_status().json(), **self._told()}

    def _told(self) -> dict[str, Any]:
        return {"now": self._timeline.moment().isoformat(), "shift": self._timeline.shift}
