"""Telegram's requests are answered with 200 once their update is stored, and nobody else's are read."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from bot.address import Address
from bot.storage.errors import StorageError
from bot.telegram import webhook as module
from bot.telegram.webhook import ATTEMPTS, MOST_BYTES, Webhook
from bot.web import Listener

SECRET = "s" * 32
CANARY = "PKCANARY0CANARY0CANARY"
KNOWN = {"X-Telegram-Bot-Api-Secret-Token": SECRET}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.0)


class Bot:
    """What is behind the door; `fails` says how each handling goes wrong."""

    def __init__(self, fails: Callable[[Mapping[str, Any]], Exception | None] = lambda _raw: None) -> None:
        self.handled: list[int] = []
        self.parked: list[int] = []
        self.going = asyncio.Event()
        self.going.set()
        self.begun = asyncio.Event()
        self._fails = fails

    async def handle(self, raw: Mapping[str, Any]) -> None:
        self.begun.set()
        await self.going.wait()
        self.handled.append(raw["update_id"])
        if error := self._fails(raw):
            raise error

    async def park(self, raw: Mapping[str, Any]) -> None:
        self.parked.append(raw["update_id"])


def update(update_id: int, chat: int = 7, kind: str = "message") -> dict[str, Any]:
    message = {"chat": {"id": chat}, "text": CANARY}
    return {"update_id": update_id, kind: message if kind == "message" else {"id": "1", "message": message}}


def door(bot: Bot, **how: Any) -> httpx.AsyncClient:
    app = Webhook(bot.handle, bot.park, SECRET, **how)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://soar", headers=KNOWN)


@pytest.mark.asyncio
async def test_an_update_is_answered_once_it_is_stored() -> None:
    bot = Bot()
    bot.going.clear()
    async with door(bot) as telegram:
        request = asyncio.create_task(telegram.post("/", json=update(1)))
        await bot.begun.wait()
        assert not request.done()
        bot.going.set()
        answer = await request
    assert (answer.status_code, answer.content, bot.handled) == (200, b"", [1])


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("X-Telegram-Bot-Api-Secret-Token", "")],
        [("X-Telegram-Bot-Api-Secret-Token", SECRET[:-1])],
        [("X-Telegram-Bot-Api-Secret-Token", SECRET + "s")],
        [("X-Telegram-Bot-Api-Secret-Token", "ß" * 32)],
        [("X-Telegram-Bot-Api-Secret-Token", SECRET), ("X-Telegram-Bot-Api-Secret-Token", "other")],
    ],
)
@pytest.mark.asyncio
async def test_whoever_does_not_know_the_secret_gets_a_401_without_a_word(
    headers: list[tuple[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    bot = Bot()
    app = Webhook(bot.handle, bot.park, SECRET)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://soar") as stranger:
        sent = [(name, value.encode()) for name, value in headers]
        answer = await stranger.post("/", json=update(1), headers=sent)
    assert (answer.status_code, answer.content, bot.handled) == (401, b"", [])
    assert CANARY not in caplog.text
    assert SECRET[:-1] not in caplog.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        CANARY.encode(),
        b"[1]",
        b'{"message": {}}',
        b'{"update_id": "7"}',
        b'{"update_id": true}',
        b"[" * 100_000,
        b'{"update_id": 7, "message": "' + b"x" * MOST_BYTES + b'"}',
    ],
    ids=["empty", "no JSON", "a list", "no id", "a text for id", "a truth for id", "a deep one", "too large"],
)
@pytest.mark.asyncio
async def test_what_is_no_update_is_passed_over_lest_telegram_send_it_for_a_day(
    body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bot = Bot()
    async with door(bot) as telegram:
        assert (await telegram.post("/", content=body)).status_code == 200
        assert (await telegram.post("/", json=update(8))).status_code == 200
    assert bot.handled == [8]
    assert "no update" in caplog.text
    assert CANARY not in caplog.text


@pytest.mark.asyncio
async def test_what_cannot_be_stored_now_is_asked_for_again() -> None:
    tries: list[int] = []

    def fails(raw: Mapping[str, Any]) -> Exception | None:
        tries.append(raw["update_id"])
        return StorageError("locked", retryable=True) if len(tries) < 3 else None

    bot = Bot(fails)
    async with door(bot) as telegram:
        answers = [await telegram.post("/", json=update(1)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].headers["Retry-After"] == "1"
    assert bot.parked == []


@pytest.mark.asyncio
async def test_an_update_that_always_fails_is_set_aside(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    bot = Bot(lambda raw: ZeroDivisionError(CANARY) if raw["update_id"] == 1 else None)
    async with door(bot) as telegram:
        assert (await telegram.post("/", json=update(1))).status_code == 200
        assert (await telegram.post("/", json=update(2))).status_code == 200
    assert bot.handled == [1] * ATTEMPTS + [2]
    assert bot.parked == [1]
    assert CANARY not in caplog.text


@pytest.mark.asyncio
async def test_what_cannot_even_be_set_aside_comes_again() -> None:
    class Full(Bot):
        async def park(self, _raw: Mapping[str, Any]) -> None:
            raise StorageError("disk_full", retryable=True)

    async with door(Full(lambda _raw: ZeroDivisionError())) as telegram:
        assert (await telegram.post("/", json=update(1))).status_code == 503


@pytest.mark.asyncio
async def test_too_many_at_once_are_sent_away_unread() -> None:
    bot = Bot()
    bot.going.clear()
    async with door(bot, most_at_once=3) as telegram:
        inside = [asyncio.create_task(telegram.post("/", json=update(one, chat=one))) for one in range(3)]
        await bot.begun.wait()
        await asyncio.sleep(0)
        refused = await telegram.post("/", json=update(9, chat=9))
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        bot.going.set()
        assert {answer.status_code for answer in await asyncio.gather(*inside)} == {200}
        assert (await telegram.post("/", json=update(9, chat=9))).status_code == 200
    assert sorted(bot.handled) == [0, 1, 2, 9]


@pytest.mark.asyncio
async def test_a_message_and_a_tap_of_one_chat_wait_for_each_other_and_for_nobody_else() -> None:
    order: list[str] = []
    release = asyncio.Event()

    class Slow(Bot):
        async def handle(self, raw: Mapping[str, Any]) -> None:
            self.begun.set()
            order.append(f"begins {raw['update_id']}")
            if raw["update_id"] == 1:
                await release.wait()
            order.append(f"ends {raw['update_id']}")

    bot = Slow()
    async with door(bot) as telegram:
        first = asyncio.create_task(telegram.post("/", json=update(1)))
        await bot.begun.wait()
        second = asyncio.create_task(telegram.post("/", json=update(2, kind="callback_query")))
        await telegram.post("/", json=update(3, chat=8))
        release.set()
        await asyncio.gather(first, second)
    assert order == ["begins 1", "begins 3", "ends 3", "ends 1", "begins 2", "ends 2"]


@pytest.mark.asyncio
async def test_a_sender_that_hangs_up_has_brought_nothing() -> None:
    bot, sent = Bot(), list[Any]()
    scope = {"type": "http", "headers": [(b"x-telegram-bot-api-secret-token", SECRET.encode())]}
    coming = iter([{"type": "http.request", "body": b'{"upd', "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> Any:
        return next(coming)

    async def send(message: Any) -> None:
        sent.append(message)

    await Webhook(bot.handle, bot.park, SECRET)(scope, receive, send)
    assert (bot.handled, sent) == ([], [])


def listener(bot: Bot) -> Listener:
    app = Starlette(routes=[Route("/telegram", Webhook(bot.handle, bot.park, SECRET), methods=["POST"])])
    return Listener(app, Address("127.0.0.1", 0), grace=5)


@pytest.mark.asyncio
async def test_a_stop_finishes_what_was_taken_and_takes_no_more() -> None:
    bot = Bot()
    bot.going.clear()
    served = listener(bot)
    running = asyncio.create_task(served.run())
    url = f"http://127.0.0.1:{served.port}/telegram"
    async with httpx.AsyncClient(headers=KNOWN, trust_env=False) as telegram:
        taken = asyncio.create_task(telegram.post(url, json=update(1)))
        await asyncio.wait_for(bot.begun.wait(), 5)
        running.cancel()
        while True:  # the door closes within one of the server's ticks
            try:
                async with httpx.AsyncClient(headers=KNOWN, trust_env=False, timeout=0.5) as late:
                    await late.post(url, json=update(2, chat=8))
            except httpx.ConnectError:
                break
            except httpx.TimeoutException:
                continue
        bot.going.set()
        assert (await taken).status_code == 200
    with suppress(asyncio.CancelledError):
        await running
    assert bot.handled[0] == 1


@pytest.mark.asyncio
async def test_over_a_real_connection_only_post_to_its_path_is_answered() -> None:
    bot = Bot()
    served = listener(bot)
    running = asyncio.create_task(served.run())
    base = f"http://127.0.0.1:{served.port}"
    async with httpx.AsyncClient(headers=KNOWN, trust_env=False) as telegram:
        assert (await telegram.post(f"{base}/telegram", content=json.dumps(update(1)))).status_code == 200
        assert (await telegram.get(f"{base}/telegram")).status_code == 405
        assert (await telegram.post(f"{base}/", json=update(2))).status_code == 404
        bad = dict.fromkeys(KNOWN, "no")
        stranger = await telegram.post(f"{base}/telegram", content=b"x" * 1000, headers=bad)
        assert (stranger.status_code, stranger.content) == (401, b"")
        assert "server" not in stranger.headers
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert bot.handled == [1]


@pytest.mark.asyncio
async def test_a_port_that_is_taken_is_found_at_once() -> None:
    first = listener(Bot())
    with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{first.port}"):
        Listener(Starlette(), Address("127.0.0.1", first.port), grace=1)
    running = asyncio.create_task(first.run())
    await asyncio.sleep(0)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
