"""Updates are brought to our address, and it is noticed when they no longer are."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from telegram import WebhookInfo
from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.telegram.receiver import Receiver
from bot.telegram.subscription import BadWebhook, Subscription
from bot.telegram.suspicion import suspect

URL = "https://soar.example/telegram"


class Line:
    """A Telegram that remembers one webhook."""

    def __init__(self, *refusals: TelegramError) -> None:
        self.url = ""
        self.waiting = 0
        self.sets = 0
        self.refusals = list(refusals)
        self.looks: list[TelegramError] = []
        self.complaint: str | None = None

    async def set_webhook(self, url: str, _secret: str) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        self.url = url
        self.sets += 1

    async def webhook(self) -> WebhookInfo:
        if self.looks:
            raise self.looks.pop(0)
        return WebhookInfo(self.url, has_custom_certificate=False, pending_update_count=self.waiting,
                           last_error_message=self.complaint)  # fmt: skip


class Watch:
    """Runs a subscription minute by minute."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.heard = 0
        self.stored = 0
        self.signs: list[str] = []
        self.slept: list[float] = []
        self._minute = asyncio.Event()
        self._asleep = asyncio.Event()
        told: Any = line
        self.subscription = Subscription(
            told,
            URL,
            "secret",
            stored=lambda: self.stored,
            heard=self._hear,
            suspect=self.signs.append,
            sleep=self._sleep,
        )
        self.task = asyncio.create_task(self.subscription.run())

    async def _hear(self) -> None:
        self.heard += 1

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if seconds < 60:
            return
        self._asleep.set()
        await self._minute.wait()
        self._minute.clear()

    async def minute(self) -> None:
        """Let it look once more."""
        if self._asleep.is_set():
            self._asleep.clear()
            self._minute.set()
        await asyncio.wait_for(self._asleep.wait(), 5)

    async def ends(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@pytest.mark.asyncio
async def test_it_is_set_patiently_and_looked_after() -> None:
    watch = Watch(Line(NetworkError("away"), RetryAfter(7)))
    await watch.minute()
    assert (watch.line.url, watch.line.sets, watch.heard) == (URL, 1, 1)
    assert watch.slept[:2] == [0.5, 7.0]
    watch.line.looks.append(NetworkError("away"))
    await watch.minute()
    assert (watch.line.sets, watch.signs, watch.heard) == (1, [], 1)
    await watch.minute()
    assert watch.heard == 2
    await watch.ends()


@pytest.mark.asyncio
async def test_an_address_that_was_changed_is_a_sign_of_theft_and_changed_back() -> None:
    watch = Watch(Line())
    await watch.minute()
    for elsewhere in ("https://thief.example/", ""):
        watch.line.url = elsewhere
        await watch.minute()
        assert watch.line.url == URL
    assert watch.signs == ["webhook", "webhook"]
    await watch.ends()


@pytest.mark.asyncio
async def test_a_webhook_that_nobody_reaches_is_not_a_quiet_hour(caplog: pytest.LogCaptureFixture) -> None:
    watch = Watch(Line())
    await watch.minute()
    watch.line.waiting, watch.line.complaint = 3, "Connection refused"
    await watch.minute()
    assert watch.heard == 1, "what waits there may be lost unheard"
    assert "cannot bring updates" in caplog.text
    watch.stored += 5
    await watch.minute()
    assert watch.heard == 2, "they are coming"
    await watch.ends()


@pytest.mark.parametrize("refusal", [BadRequest("bad webhook: HTTPS url must be provided"), InvalidToken()])
@pytest.mark.asyncio
async def test_what_telegram_never_takes_ends_it(refusal: TelegramError) -> None:
    watch = Watch(Line(refusal))
    with pytest.raises((BadWebhook, InvalidToken)):
        await watch.task


@pytest.mark.asyncio
async def test_somebody_else_who_polls_is_noticed_but_not_at_start() -> None:
    conflict = Conflict("Conflict: terminated by other getUpdates request; make sure that only one bot runs")
    webhook = Conflict("Conflict: can't use getUpdates method while webhook is active")
    coming: list[Any] = [webhook, [], conflict, [], webhook]
    drops, signs, over = [], list[str](), asyncio.Event()

    class Polled:
        async def updates(self, _offset: int | None) -> list[dict[str, Any]]:
            if not coming:
                over.set()
                await asyncio.Event().wait()
            if isinstance(following := coming.pop(0), Exception):
                raise following
            return list(following)

        async def drop_webhook(self) -> None:
            drops.append(1)

    async def nothing(_raw: Any) -> None:
        raise AssertionError

    line: Any = Polled()
    task = asyncio.create_task(Receiver(line, nothing, nothing, suspect=signs.append).run())
    await asyncio.wait_for(over.wait(), 10)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert signs == ["poll", "webhook"]
    assert len(drops) == 3


def test_a_suspicion_is_loud_and_says_what_to_do(caplog: pytest.LogCaptureFixture) -> None:
    suspect("poll")
    (record,) = caplog.records
    assert record.levelname == "CRITICAL"
    assert "@BotFather" in record.__dict__["do"]
