"""Has Telegram bring updates to our address, and looks every minute whether that is still so."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from telegram import WebhookInfo
from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError

from bot.telegram.client import Telegram, wait_of
from bot.telegram.suspicion import suspect

log = logging.getLogger(__name__)
EVERY: Final = 60.0
LONGEST_PAUSE: Final = 30.0


class BadWebhook(Exception):  # noqa: N818  (says what is bad)
    """Telegram does not take the address; the message says why, in Telegram's words."""


class Subscription:
    """Sets the webhook and keeps it."""

    def __init__(
        self,
        telegram: Telegram,
        url: str,
        secret: str,
        *,
        stored: Callable[[], int],
        heard: Callable[[], Awaitable[None]],
        suspect: Callable[[str], None] = suspect,
        waiting: Callable[[int], None] = lambda _count: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`stored` counts the updates that have come; `heard` is told while nothing waits at Telegram for long.

        `waiting` is told how many updates wait there, `suspect` when the address was changed by somebody else.
        """
        self._telegram = telegram
        self._url = url
        self._secret = secret
        self._stored = stored
        self._heard = heard
        self._suspect = suspect
        self._sleep = sleep
        self._before = 0
        self._waiting = waiting
        self.set = False

    async def run(self) -> None:
        """Set the webhook, then look after it until cancelled. Raises BadWebhook or InvalidToken."""
        await self._subscribe()
        while True:
            await self._look()
            await self._sleep(EVERY)

    async def _subscribe(self) -> None:
        pause = 0.5
        while True:
            try:
                await self._telegram.set_webhook(self._url, self._secret)
            except InvalidToken:
                raise
            except BadRequest as refusal:
                raise BadWebhook(refusal.message) from None
            except TelegramError as error:
                log.warning("webhook not set yet", extra={"why": type(error).__name__})
                wanted = wait_of(error) if isinstance(error, RetryAfter) else 0.0
            else:
                self.set = True
                log.info("webhook set")
                return
            await self._sleep(max(pause, wanted))
            pause = min(LONGEST_PAUSE, pause * 2)

    async def _look(self) -> None:
        try:
            info = await self._telegram.webhook()
        except InvalidToken:
            raise
        except TelegramError as error:
            log.warning("webhook not looked at", extra={"why": type(error).__name__})
            return
        if info.url != self._url:
            self.set = False
            self._suspect("webhook")
            await self._subscribe()
            return
        await self._judge(info)

    async def _judge(self, info: WebhookInfo) -> None:
        """Tell a quiet hour from a webhook that nobody reaches."""
        came, self._before = self._stored() - self._before, self._stored()
        count = info.pending_update_count
        self._waiting(count)
        if not count or came:
            await self._heard()
        elif info.last_error_message:
            about = {"waiting": count, "telegram_says": info.last_error_message[:200]}
            log.error("telegram cannot bring updates", extra=about)
