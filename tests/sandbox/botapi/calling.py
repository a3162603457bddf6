from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import httpx

from sandbox.telegram.phone import NO_CERTIFICATES

ADA = 11


async def eventually(true: Callable[[], object]) -> None:
    """Wait until something here is so."""
    for _ in range(1000):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came about")


class Api:
    """Calls the Bot API as raw HTTP, and the control API, for one bot of the stand-in."""

    def __init__(self, url: str, token: str, username: str) -> None:
        self.url = url
        self.token = token
        self.username = username
        self.client = httpx.AsyncClient(base_url=url, timeout=20, trust_env=False, verify=NO_CERTIFICATES)

    async def call(self, method: str, **params: Any) -> httpx.Response:
        return await self.client.post(f"/bot{self.token}/{method}", json=params)

    async def hand(self, verb: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        address, _, query = path.partition("?")
        params = {"bot": self.username, **dict(parse_qsl(query))}
        return await self.client.request(verb, f"/_sandbox{address}", params=params, json=body)

    async def result(self, method: str, **params: Any) -> Any:
        answer = (await self.call(method, **params)).json()
        assert answer["ok"], answer
        return answer["result"]

    async def refusal(self, method: str, **params: Any) -> tuple[int, str]:
        answer = await self.call(method, **params)
        body = answer.json()
        assert not body["ok"], body
        assert answer.status_code == body["error_code"]
        return body["error_code"], body["description"]

    async def control(self, verb: str, path: str, **body: Any) -> Any:
        answer = await self.hand(verb, path, body)
        assert answer.is_success, answer.text
        return answer.json()

    async def overview_until(self, true: Callable[[dict[str, Any]], object]) -> None:
        """Wait until the stand-in says so of its bot."""
        for _ in range(1000):
            bots = (await self.control("GET", ""))["bots"]
            if true(next(bot for bot in bots if bot["username"] == self.username)):
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it never came about")

    async def until_polled(self) -> None:
        """Wait until a getUpdates waits for news."""
        await self.overview_until(lambda bot: bot["polling"])
