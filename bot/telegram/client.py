"""Telegram's Bot API as Soar uses it: python-telegram-bot as client, its errors turned into answers."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeVar

from telegram import Bot, BotCommand, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import HTTPXRequest, RequestData
from telegram.request._requestparameter import RequestParameter  # the parameter type of the public RequestData

from bot.telegram.gate import Gate, Urgency
from bot.transport import transport

log = logging.getLogger(__name__)
T = TypeVar("T")
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
LONGEST_PATIENCE = 60.0
POLL_SECONDS = 25


class Deleted(Enum):
    """How a delete went."""

    DONE = auto()
    LATER = auto()
    IMPOSSIBLE = auto()


class Edited(Enum):
    """How an edit went."""

    DONE = auto()
    MISSING = auto()
    FAILED = auto()
    BLOCKED = auto()


@dataclass(frozen=True, slots=True)
class Sent:
    """How sending went: the message's id, or why there is none."""

    message_id: int | None
    blocked: bool = False


class QuietRequest(HTTPXRequest):
    """The library's own logs what it cannot parse, pasted keys included; this one does not."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Parse an answer. Raises TelegramError without quoting it."""
        try:
            answer = json.loads(payload.decode("utf-8", "replace"))
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise TelegramError("Invalid server response") from None
        return answer


def request(connections: int, read_timeout: float) -> QuietRequest:
    """Make a request object; times are in seconds."""
    return QuietRequest(
        connection_pool_size=connections,
        connect_timeout=5.0,
        read_timeout=read_timeout,
        write_timeout=5.0,
        pool_timeout=60.0,
        httpx_kwargs={"transport": transport(connections)},
    )


class Telegram:
    """The few calls Soar makes. Nothing here raises for what Telegram may answer at any time."""

    def __init__(
        self, token: str, api_url: str, *, gate: Gate, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        """Prepare a client for `<api_url>/bot<token>/<method>`."""
        base = f"{api_url.rstrip('/')}/bot"
        self._polling = request(1, POLL_SECONDS + 10)
        self.bot = Bot(token, base_url=base, base_file_url=f"{api_url.rstrip('/')}/file/bot", request=request(64, 10.0))
        self._gate = gate
        self._sleep = sleep

    async def open(self) -> str:
        """Connect and return the bot's user name. Raises InvalidToken, or NetworkError when Telegram is away."""
        await self._polling.initialize()
        await self.bot.initialize()
        return str(self.bot.username)

    async def close(self) -> None:
        """Let go of all connections."""
        await self.bot.shutdown()
        await self._polling.shutdown()

    async def updates(self, offset: int | None, *, wait: int = POLL_SECONDS) -> list[dict[str, Any]]:
        """Fetch raw updates from `offset` on, which acknowledges those before it. Raises TelegramError."""
        parameters: list[tuple[str, Any]] = [("timeout", wait), ("limit", 100), ("allowed_updates", ALLOWED)]
        if offset is not None:
            parameters.append(("offset", offset))
        data = RequestData([RequestParameter(name, value, None) for name, value in parameters])
        answer: Any = await self._polling.post(f"{self.bot.base_url}/getUpdates", data)
        return [each for each in answer if isinstance(each, dict)] if isinstance(answer, list) else []

    async def drop_webhook(self) -> None:
        """Go back to long polling; updates that wait are kept."""
        try:
            await self.bot.delete_webhook(drop_pending_updates=False)
        except TelegramError as refusal:
            log.warning("webhook not removed", extra={"why": type(refusal).__name__})

    async def delete(self, chat_id: int, message_ids: Sequence[int], *, patience: float = 2.0) -> tuple[Deleted, float]:
        """Delete messages once; returns how it went and for how many seconds to wait before the next try."""
        try:
            async with asyncio.timeout(patience + 3), self._gate.through(Urgency.DELETE):
                await self.bot.delete_messages(chat_id, list(message_ids), read_timeout=patience)
        except RetryAfter as refusal:
            return Deleted.LATER, _seconds(refusal)
        except (BadRequest, Forbidden) as refusal:
            gone = "not found" in refusal.message.lower() and "chat not found" not in refusal.message.lower()
            return (Deleted.DONE if gone else Deleted.IMPOSSIBLE), 0.0
        except (TelegramError, TimeoutError):
            return Deleted.LATER, 1.0
        return Deleted.DONE, 0.0

    async def send(self, chat_id: int, text: str, keyboard: InlineKeyboardMarkup | None = None) -> Sent:
        """Send a message that cannot be forwarded or saved."""

        async def call() -> int:
            message = await self.bot.send_message(
                chat_id,
                text,
                parse_mode="HTML",
                reply_markup=keyboard,
                link_preview_options=NO_PREVIEW,
                protect_content=True,
            )
            return message.message_id

        try:
            return Sent(await self._patiently(Urgency.SEND, call))
        except Forbidden:
            return Sent(None, blocked=True)
        except TelegramError as refusal:
            log.warning("message not sent", extra={"why": type(refusal).__name__, "chat": chat_id})
            return Sent(None)

    async def edit(self, chat_id: int, message_id: int, text: str, keyboard: InlineKeyboardMarkup | None) -> Edited:
        """Edit a message in place; "not modified" is success."""

        async def call() -> None:
            await self.bot.edit_message_text(
                text, chat_id, message_id, parse_mode="HTML", reply_markup=keyboard, link_preview_options=NO_PREVIEW
            )

        try:
            await self._patiently(Urgency.EDIT, call)
        except BadRequest as refusal:
            words = refusal.message.lower()
            if "not modified" in words:
                return Edited.DONE
            return Edited.MISSING if "not found" in words or "can't be edited" in words else Edited.FAILED
        except Forbidden:
            return Edited.BLOCKED
        except TelegramError as refusal:
            log.warning("message not edited", extra={"why": type(refusal).__name__, "chat": chat_id})
            return Edited.FAILED
        return Edited.DONE

    async def answer(self, callback_id: str, text: str = "") -> None:
        """Answer a tap, so that its button stops spinning; a tap too old to answer is let go."""
        try:
            async with self._gate.through(Urgency.ANSWER):
                await self.bot.answer_callback_query(callback_id, text[:200] or None)
        except TelegramError:
            return

    async def leave(self, chat_id: int) -> None:
        """Leave a group: Soar talks in private only."""
        try:
            await self.bot.leave_chat(chat_id)
        except TelegramError as refusal:
            log.warning("group not left", extra={"why": type(refusal).__name__})

    async def introduce(self, commands: Sequence[tuple[str, str]], description: str, short: str) -> None:
        """Register commands and the text shown before Start."""
        try:
            await self.bot.set_my_commands([BotCommand(name, words) for name, words in commands])
            await self.bot.set_my_description(description)
            await self.bot.set_my_short_description(short)
        except TelegramError as refusal:
            log.warning("commands not registered", extra={"why": type(refusal).__name__})

    async def _patiently(self, urgency: Urgency, call: Callable[[], Awaitable[T]]) -> T:
        """Repeat a call that was put off or got lost, for a minute at most. Raises TelegramError after that."""
        waited, pause = 0.0, 0.5
        while True:
            try:
                async with self._gate.through(urgency):
                    return await call()
            except RetryAfter as refusal:
                pause = _seconds(refusal)
                if waited + pause > LONGEST_PATIENCE:
                    raise
            except (BadRequest, Forbidden, InvalidToken):
                raise
            except (TimedOut, NetworkError):
                if waited > LONGEST_PATIENCE:
                    raise
            await self._sleep(pause)
            waited += pause
            pause = min(8.0, pause * 2)


def _seconds(refusal: RetryAfter) -> float:
    after = refusal.retry_after
    return float(after) if isinstance(after, int | float) else after.total_seconds()
