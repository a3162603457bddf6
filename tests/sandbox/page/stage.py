"""A chat page on the real stand-ins, with the bot's side played by plain Bot API calls."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import httpx
from playwright.async_api import Browser, Page, expect

from sandbox.telegram.server import DEMO_TOKEN

PHONE, DESK = (390, 844), (1280, 800)
WORKER = b"export default { fetch: () => new Response('hi') };"


class Stage:
    """The three stand-ins, the bot's voice, and a browser window for whoever plays."""

    def __init__(self, window: Browser, http: httpx.Client, urls: dict[str, str]) -> None:
        self._window, self._http, self.urls = window, http, urls

    def bot(self, method: str, **params: object) -> Any:
        answer = self._http.post(f"{self.urls['telegram']}/bot{DEMO_TOKEN}/{method}", json=params).json()
        assert answer["ok"], (method, answer)
        return answer["result"]

    def says(self, chat: int, text: str, *rows: list[dict[str, Any]], **more: object) -> int:
        markup = {"reply_markup": {"inline_keyboard": rows}} if rows else {}
        sent = self.bot("sendMessage", chat_id=chat, text=text, parse_mode="HTML", **markup, **more)
        return int(sent["message_id"])

    def edits(self, chat: int, message: int, text: str, *rows: list[dict[str, Any]]) -> None:
        markup = {"reply_markup": {"inline_keyboard": rows}}
        self.bot("editMessageText", chat_id=chat, message_id=message, text=text, **markup)

    def heard(self, user: int) -> list[dict[str, Any]]:
        """What the bot received from that person since the last time."""
        updates: list[dict[str, Any]] = self.bot("getUpdates", timeout=5)
        if updates:
            self.bot("getUpdates", offset=updates[-1]["update_id"] + 1)
        return [update for update in updates if _sender(update) == user]

    def control(self, site: str, path: str, body: object) -> Any:
        return self.post(f"{self.urls[site]}/_sandbox{path}", body)

    def post(self, url: str, body: object, headers: dict[str, str] | None = None) -> Any:
        return self._http.post(url, json=body, headers=headers).raise_for_status().json()

    def try_post(self, url: str, body: object) -> httpx.Response:
        return self._http.post(url, json=body)

    def deploy(self, script: str) -> None:
        made = self.control("cloudflare", "/tokens", {})
        account = f"{self.urls['cloudflare']}/client/v4/accounts/{made['accounts'][0]}/workers"
        base = f"{account}/scripts/{script}"
        about = {
            "main_module": "worker.js", "compatibility_date": "2026-06-01", "tags": ["soar"],
            "bindings": [{"type": "secret_text", "name": "APCA_API_KEY_ID", "text": "PKEXAMPLE"}],
        }  # fmt: skip
        files: dict[str, tuple[str | None, str | bytes, str]] = {
            "metadata": (None, json.dumps(about), "application/json"),
            "worker.js": ("worker.js", WORKER, "application/javascript+module"),
        }
        headers = {"Authorization": f"Bearer {made['token']}"}
        self._http.put(f"{account}/subdomain", headers=headers, json={"subdomain": "ada"}).raise_for_status()
        self._http.put(base, headers=headers, files=files).raise_for_status()
        self._http.put(f"{base}/schedules", headers=headers, json=[{"cron": "*/15 * * * *"}]).raise_for_status()

    @asynccontextmanager
    async def window(
        self, user: int, size: tuple[int, int] = PHONE, *, asks: str = "data:", **options: Any
    ) -> AsyncIterator[Page]:
        """Open the page as that user; fails at the end if the page threw, or asked anything of a host but `asks`."""
        language, query = options.pop("lang", "en"), options.pop("query", None)
        context = await self._window.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        page, faults, asked = await context.new_page(), list[str](), list[str]()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        address = urlencode(query or {"user": user, "lang": language, "name": "Ada"})
        await page.goto(f"{self.urls['telegram']}/?{address}")
        await expect(page.locator("#bot-status")).to_have_text("bot")
        try:
            yield page
        finally:
            await context.close()
        assert not faults
        strangers = [url for url in asked if not url.startswith(("data:", "blob:", asks, *self.urls.values()))]
        assert not strangers

    @asynccontextmanager
    async def chat(self, user: int, size: tuple[int, int] = PHONE, **options: Any) -> AsyncIterator[Page]:
        """The same, with the conversation begun."""
        async with self.window(user, size, **options) as page:
            await page.get_by_role("button", name="Start", exact=True).click()
            await expect(page.locator(".own")).to_contain_text("/start")
            yield page


def _sender(update: dict[str, Any]) -> int:
    (content,) = (value for name, value in update.items() if name != "update_id")
    return int(content["from"]["id"])
