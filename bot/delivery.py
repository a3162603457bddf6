"""How updates get in: fetched from Telegram, or brought by it to a webhook. Both end in the same dispatcher."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.routing import Route

from bot.settings import Inlet
from bot.telegram.client import Telegram
from bot.telegram.dispatcher import Dispatcher
from bot.telegram.receiver import Receiver
from bot.telegram.rush import Rush
from bot.telegram.subscription import Subscription
from bot.telegram.watch import Watch
from bot.telegram.webhook import Webhook
from bot.web import Listener

STOP_SECONDS: Final = 10.0


class Delivery(Protocol):
    """Receives updates until it is cancelled."""

    @property
    def receiving(self) -> bool:
        """Whether updates get in, as far as is known."""
        ...

    async def run(self) -> None:
        """Receive; what was taken is finished before this ends."""
        ...


@dataclass(frozen=True, slots=True)
class Ears:
    """Who wants to know of what happens outside the dispatcher."""

    heard: Callable[[], Awaitable[None]]
    suspect: Callable[[str], None]
    waiting: Callable[[int], None]
    watch: Watch
    rush: Rush


class Hooked:
    """Listens for Telegram first, and only then tells it where to come to."""

    def __init__(
        self, inlet: Inlet, telegram: Telegram, dispatcher: Dispatcher, ears: Ears, beside: Sequence[Route] = ()
    ) -> None:
        """Bind the address; `beside` are routes to serve there too. Raises OSError."""
        secret = inlet.secret.get_secret_value()
        self._webhook = Webhook(dispatcher.handle, dispatcher.park, secret, watch=ears.watch)
        app = Starlette(routes=[Route(urlsplit(inlet.url).path or "/", self._webhook, methods=["POST"]), *beside])
        self._listener = Listener(app, inlet.address, grace=STOP_SECONDS)
        self._subscription = Subscription(
            telegram,
            inlet.url,
            secret,
            stored=lambda: self._webhook.stored,
            heard=ears.heard,
            suspect=ears.suspect,
            waiting=ears.waiting,
        )

    @property
    def receiving(self) -> bool:
        """Whether Telegram knows where to bring updates to."""
        return self._subscription.set

    async def run(self) -> None:
        """Listen until cancelled. Raises BadWebhook or InvalidToken."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listener.run())
            group.create_task(self._subscription.run())


def delivery(
    inlet: Inlet | None, telegram: Telegram, dispatcher: Dispatcher, ears: Ears, beside: Sequence[Route] = ()
) -> Delivery:
    """Choose by the settings. Raises OSError when the address to listen on cannot be had."""
    if inlet is not None:
        return Hooked(inlet, telegram, dispatcher, ears, beside)
    return Receiver(
        telegram,
        dispatcher.handle,
        dispatcher.park,
        skim=dispatcher.skim,
        heard=ears.heard,
        suspect=ears.suspect,
        watch=ears.watch,
        rush=ears.rush,
    )
