from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx

TOKEN = "424242:test-token-of-the-stand-in-000000000"
ADA = 11


async def eventually(true: Callable[[], object]) -> None:
    """Wait until something here is so."""
    for _ in range(1000):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came about")


class Api:
    """Calls the Bot API as raw HTTP, and the control API."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = httpx.AsyncClient(base_url=url, timeout=20, trust_env=False)

    async def call(self, method: str, **params: Any) -> httpx.Response:
        return await self.client.post(f"/bot{TOKEN}/{method}", json=params)

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
        answer = await self.client.request(verb, f"/_sandbox{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    async def overview_until(self, true: Callable[[dict[str, Any]], object]) -> None:
        """Wait until the stand-in says so of its bot."""
        for _ in range(1000):
            if true((await self.control("GET", ""))["bots"][0]):
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it never came about")

    async def until_polled(self) -> None:
        """Wait until a getUpdates waits for news."""
        await self.overview_until(lambda bot: bot["polling"])
