"""The door through which Telegram brings updates: an update is answered with 200 once it is stored, not before.

Telegram has one request under way per queue, a chat's messages and a user's taps being two queues, and repeats whatever
is not answered with 2xx for 24 hours. So what can pass is answered with 503 and comes again, and what cannot is set
aside and answered with 200: one bad update must not hold its chat up for a day.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.types import Receive, Scope, Send

from bot.storage.errors import StorageError
from bot.telegram.inbound import chat_of
from bot.telegram.watch import Unwatched, Watch

log = logging.getLogger(__name__)
Handle = Callable[[Mapping[str, Any]], Awaitable[None]]
SECRET_HEADER: Final = b"x-telegram-bot-api-secret-token"
MOST_BYTES: Final = 4 * 1024 * 1024  # far more than an update can have; bodies of strangers are not read at all
MOST_AT_ONCE: Final = 256  # updates; Telegram has at most 100 requests under way
READ_SECONDS: Final = 10.0
ATTEMPTS: Final = 5
RETRY_SECONDS = 0.2
RETRY_AFTER: Final = b"1"


@dataclass(slots=True)
class _Lane:
    """A chat with updates under way: Telegram may bring a message and a tap at once."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class Webhook:
    """An ASGI app for Telegram's requests. Nothing of a body is ever logged."""

    def __init__(
        self,
        handle: Handle,
        park: Handle,
        secret: str,
        *,
        most_at_once: int = MOST_AT_ONCE,
        watch: Watch | None = None,
    ) -> None:
        """`handle` returns once an update is stored; `park` notes one that cannot be handled at all."""
        self._handle = handle
        self._park = park
        self._secret = secret.encode()
        self._most = most_at_once
        self._watch = watch or Unwatched()
        self._inside = 0
        self._lanes: dict[int | None, _Lane] = {}
        self.stored = 0  # updates stored or set aside so far

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not self._knows(scope):
            log.warning("a request without the webhook's secret was refused")
            await _answer(send, 401)
        elif self._inside >= self._most:
            await _answer(send, 503)
        else:
            self._inside += 1
            try:
                status = await self._take(receive)
            finally:
                self._inside -= 1
            if status is not None:
                await _answer(send, status)

    def _knows(self, scope: Scope) -> bool:
        given = [value for name, value in scope["headers"] if name == SECRET_HEADER]
        return len(given) == 1 and hmac.compare_digest(given[0], self._secret)

    async def _take(self, receive: Receive) -> int | None:
        """Handle what a request brings; returns the status to answer with, None when the sender has gone."""
        try:
            async with asyncio.timeout(READ_SECONDS):
                body = await _read(receive)
        except TimeoutError:
            return 408
        except ConnectionError:
            return None
        raw = _parsed(body) if body is not None else None
        if raw is None:
            # Telegram does not send such a thing; should it, then it would only send the same again.
            log.error("a request that is no update was passed over", extra={"bytes": len(body or b"")})
            return 200
        self._watch.arrived(raw)
        async with self._lane(chat_of(raw)):
            if not await self._settled(raw):
                return 503
        self.stored += 1
        return 200

    @asynccontextmanager
    async def _lane(self, chat: int | None) -> AsyncIterator[None]:
        lane = self._lanes.setdefault(chat, _Lane())
        lane.users += 1
        try:
            async with lane.lock:
                yield
        finally:
            lane.users -= 1
            if not lane.users:
                del self._lanes[chat]

    async def _settled(self, raw: Mapping[str, Any]) -> bool:
        """Handle an update until that is stored or it is set aside; False when it has to come again."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await self._handle(raw)
            except Exception as error:  # noqa: BLE001  (one bad update must not stop its chat)
                passing = isinstance(error, StorageError) and error.retryable
                why = error.code if isinstance(error, StorageError) else type(error).__name__
                about = {"why": why, "update": raw["update_id"], "attempt": attempt}
                log.error("update not stored" if passing else "update not handled", extra=about)  # noqa: TRY400
                if passing:
                    return False
            else:
                return True
            await asyncio.sleep(RETRY_SECONDS * attempt)
        try:
            await self._park(raw)
        except StorageError:
            return False
        return True


async def _read(receive: Receive) -> bytes | None:
    """Read a body; None when it is too large, of which the rest is dropped. Raises ConnectionError."""
    pieces: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError
        size += len(message.get("body", b""))
        if size <= MOST_BYTES:
            pieces.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(pieces) if size <= MOST_BYTES else None


def _parsed(body: bytes) -> dict[str, Any] | None:
    try:
        raw = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    known = isinstance(raw, dict) and isinstance(raw.get("update_id"), int) and not isinstance(raw["update_id"], bool)
    return raw if known else None


async def _answer(send: Send, status: int) -> None:
    """Answer without a word."""
    headers = [(b"content-length", b"0")]
    if status == 503:  # noqa: PLR2004
        headers.append((b"retry-after", RETRY_AFTER))
    if status in {401, 408}:
        headers.append((b"connection", b"close"))  # an unread body must not be taken for the next request
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
