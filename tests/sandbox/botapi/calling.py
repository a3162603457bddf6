from __future__ import annotations

from typing import Any

import httpx

TOKEN = "424242:test-token-of-the-stand-in-000000000"
ADA = 11


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
