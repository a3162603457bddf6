"""Delivery to a webhook, with a real receiver on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.serving import Served
from sandbox.telegram.phone import Phone
from tests.sandbox.botapi.calling import ADA, Api, eventually


@dataclass
class Receiver:
    """Accepts updates; `script` holds the answers that come before the plain 200."""

    url: str = ""
    seen: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    script: list[Response] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    now: int = 0
    most: int = 0

    async def take(self, request: Request) -> Response:
        self.seen.append(await request.json())
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.now += 1
        self.most = max(self.most, self.now)
        await self.open.wait()
        self.now -= 1
        return self.script.pop(0) if self.script else Response()


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    made.open.set()
    with Served(Starlette(routes=[Route("/hook", made.take, methods=["POST"])])) as served:
        made.url = f"{served.url}/hook"
        yield made
        made.open.set()


@pytest.mark.asyncio
async def test_updates_come_with_the_secret(api: Api, ada: Phone, receiver: Receiver) -> None:
    answer = (await api.call("setWebhook", url=receiver.url, secret_token="s3cret")).json()
    assert answer == {"ok": True, "result": True, "description": "Webhook was set"}
    await ada.says("news")
    await eventually(lambda: len(receiver.seen) == 2)
    assert [update["message"]["text"] for update in receiver.seen] == ["/start", "news"]
    assert receiver.secrets == ["s3cret", "s3cret"]
    assert "s3cret" not in str(await api.control("GET", "/calls"))
    code, reason = await api.refusal("getUpdates")
    assert (code, reason.split(";")[0]) == (409, "Conflict: can't use getUpdates method while webhook is active")
    info = await api.result("getWebhookInfo")
    assert (info["url"], info["max_connections"]) == (receiver.url, 40)
    assert (await api.call("deleteWebhook")).json()["description"] == "Webhook was deleted"
    await ada.says("polled")
    assert [update["message"]["text"] for update in await api.result("getUpdates")] == ["polled"]


@pytest.mark.asyncio
async def test_refused_updates_come_again_in_order(api: Api, ada: Phone, receiver: Receiver) -> None:
    await api.control("POST", "/limits", webhook_patience=0.01)
    receiver.script += [Response(status_code=500), Response(status_code=503, headers={"Retry-After": "1"})]
    await ada.says("later")
    await api.result("setWebhook", url=receiver.url)
    await eventually(lambda: len(receiver.seen) == 4)
    assert [update["message"]["text"] for update in receiver.seen] == ["/start", "/start", "/start", "later"]
    assert len({update["update_id"] for update in receiver.seen[:3]}) == 1
    info = await api.result("getWebhookInfo")
    assert info["last_error_message"] == "Wrong response from the webhook: 503 Service Unavailable"


@pytest.mark.asyncio
async def test_one_message_at_a_time_but_taps_beside_them(api: Api, ada: Phone, receiver: Receiver) -> None:
    markup = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
    await api.result("sendMessage", chat_id=ADA, text="x", reply_markup=markup)
    receiver.open.clear()
    await api.result("setWebhook", url=receiver.url)
    await ada.says("waits")
    await ada.taps("Go")
    await eventually(lambda: len(receiver.seen) == 2)
    assert ["callback_query" in update for update in receiver.seen] == [False, True]
    receiver.open.set()
    await eventually(lambda: len(receiver.seen) == 3)
    assert receiver.most == 2


@pytest.mark.asyncio
async def test_a_call_in_the_answer_is_carried_out(api: Api, ada: Phone, receiver: Receiver) -> None:
    receiver.script.append(JSONResponse({"method": "sendMessage", "chat_id": ADA, "text": "from the answer"}))
    await api.result("setWebhook", url=receiver.url)
    await ada.sees("from the answer")
    calls = (await api.control("GET", "/calls"))["calls"]
    assert [call["method"] for call in calls] == ["setWebhook", "sendMessage"]


@pytest.mark.asyncio
async def test_an_unreachable_webhook_keeps_updates_for_polling(api: Api, ada: Phone) -> None:
    await api.control("POST", "/limits", webhook_patience=0.01)
    await api.result("setWebhook", url="http://127.0.0.1:9/nobody")
    await ada.says("kept")
    await api.overview_until(lambda bot: bot["webhook_error"])
    info = await api.result("getWebhookInfo")
    assert info["last_error_message"] == "Connection failed: ConnectError"
    assert info["pending_update_count"] == 2
    await api.result("deleteWebhook")
    assert len(await api.result("getUpdates")) == 2


@pytest.mark.asyncio
async def test_pending_updates_can_be_dropped(api: Api, ada: Phone) -> None:
    await ada.says("unwanted")
    await api.result("deleteWebhook", drop_pending_updates=True)
    assert await api.result("getUpdates") == []


@pytest.mark.asyncio
async def test_setting_a_webhook_ends_a_poll(api: Api, ada: Phone, receiver: Receiver) -> None:
    start = (await api.result("getUpdates"))[0]
    poll = asyncio.ensure_future(api.refusal("getUpdates", offset=start["update_id"] + 1, timeout=20))
    await api.until_polled()
    await api.result("setWebhook", url=receiver.url)
    assert await poll == (409, "Conflict: terminated by setWebhook request")
    await ada.says("by webhook")
    await eventually(lambda: receiver.seen)
