"""How updates get in: fetched from Telegram, or brought by it to a webhook. Both end in the same dispatcher."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Protocol
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.routing import Route

from bot.settings import Inlet
from bot.telegram.client import Telegram
from bot.telegram.dispatcher import Dispatcher
from bot.telegram.receiver import Receiver
from bot.telegram.subscription import Subscription
from bot.telegram.webhook import Webhook
from bot.web import Listener

STOP_SECONDS: Final = 10.0


class Delivery(Protocol):
    """Receives updates until it is cancelled."""

    async def run(self) -> None:
        """Receive; what was taken is finished before this ends."""
        ...


class Hooked:
    """Listens for Telegram first, and only then tells it where to come to."""

    def __init__(
        self, inlet: Inlet, telegram: Telegram, dispatcher: Dispatcher, heard: Callable[[], Awaitable[None]]
    ) -> None:
        """Bind the address. Raises OSError."""
        self.webhook = Webhook(dispatcher.handle, dispatcher.park, inlet.secret.get_secret_value())
        app = Starlette(routes=[Route(urlsplit(inlet.url).path or "/", self.webhook, methods=["POST"])])
        self._listener = Listener(app, inlet.address, grace=STOP_SECONDS)
        self.subscription = Subscription(
            telegram,
            inlet.url,
            inlet.secret.get_secret_value(),
            stored=lambda: self.webhook.stored,
            heard=heard,
        )

    async def run(self) -> None:
        """Listen until cancelled. Raises BadWebhook or InvalidToken."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listener.run())
            group.create_task(self.subscription.run())


def delivery(
    inlet: Inlet | None, telegram: Telegram, dispatcher: Dispatcher, heard: Callable[[], Awaitable[None]]
) -> Delivery:
    """Choose by the settings. Raises OSError when the address to listen on cannot be had."""
    if inlet is not None:
        return Hooked(inlet, telegram, dispatcher, heard)
    return Receiver(telegram, dispatcher.handle, dispatcher.park, skim=dispatcher.skim, heard=heard)
