"""Telegram's Bot API as Soar uses it: python-telegram-bot as client, its errors turned into answers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeAlias, TypeVar

from telegram import Bot, InputFile, WebhookInfo
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter  # the parameter type of the public RequestData

from bot.telegram.gate import Gate, Urgency
from bot.telegram.keyboards import Keyboard
from bot.telegram.request import Told, request, unheard

log = logging.getLogger(__name__)
T = TypeVar("T")
Draw: TypeAlias = Callable[[], tuple[str, Keyboard | None]]
NO_PREVIEW = {"is_disabled": True}
ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
LONGEST_PATIENCE = 60.0
POLL_SECONDS = 25
BATCH = 100  # updates an answer has at most, https://core.telegram.org/bots/api#getupdates
READ_SECONDS = 10.0
FILE_SECONDS = 30.0
BEHIND_TRIES, BEHIND_PAUSE = 5, 2.0
CONNECTIONS = 136  # more than the gate lets through
MOST_CONNECTIONS = 100  # of Telegram's to a webhook; the most it makes


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
    """How sending went: the message's id, or why there is none; `refused` is a message that would never be taken."""

    message_id: int | None
    blocked: bool = False
    refused: bool = False


class Telegram:
    """The few calls Soar makes. Nothing here raises for what Telegram may answer at any time."""

    def __init__(
        self,
        token: str,
        api_url: str,
        *,
        gate: Gate,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        told: Told = unheard,
    ) -> None:
        """Prepare a client for `<api_url>/bot<token>/<method>`; `told` hears of each call and its answer."""
        base = f"{api_url.rstrip('/')}/bot"
        self._polling = request(1, POLL_SECONDS + 10, api_url, told)
        self.bot = Bot(
            token,
            base_url=base,
            base_file_url=f"{api_url.rstrip('/')}/file/bot",
            request=request(CONNECTIONS, READ_SECONDS, api_url, told),
        )
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
        values = {"timeout": wait, "limit": BATCH, "allowed_updates": ALLOWED, "offset": offset}
        answer: Any = await self._polling.post(f"{self.bot.base_url}/getUpdates", _form(values))
        known = answer if isinstance(answer, list) else []
        return [each for each in known if isinstance(each, dict) and isinstance(each.get("update_id"), int)]

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates brought to `url`; those that wait are kept. Raises TelegramError."""
        await self.bot.set_webhook(
            url,
            allowed_updates=ALLOWED,
            max_connections=MOST_CONNECTIONS,
            secret_token=secret,
            drop_pending_updates=False,
        )

    async def webhook(self) -> WebhookInfo:
        """Ask where updates are brought to, and how that goes. Raises TelegramError."""
        return await self.bot.get_webhook_info()

    async def drop_webhook(self) -> None:
        """Go back to long polling; updates that wait are kept."""
        try:
            await self.bot.delete_webhook(drop_pending_updates=False)
        except TelegramError as refusal:
            log.warning("webhook not removed", extra={"why": type(refusal).__name__})

    async def delete(self, chat_id: int, message_ids: Sequence[int], *, patience: float = 2.0) -> tuple[Deleted, float]:
        """Delete messages once; returns how it went and for how many seconds to wait before the next try."""
        held = self._gate.held(Urgency.DELETE, chat_id)
        if held > patience:
            return Deleted.LATER, held
        try:
            async with asyncio.timeout(patience + 3), self._gate.through(Urgency.DELETE, chat_id):
                values = {"chat_id": chat_id, "message_ids": list(message_ids)}
                await self._ask("deleteMessages", values, seconds=patience)
        except RetryAfter as refusal:
            self._gate.refused(Urgency.DELETE, chat_id, wait_of(refusal))
            return Deleted.LATER, wait_of(refusal)
        except (BadRequest, Forbidden) as refusal:
            gone = "not found" in refusal.message.lower() and "chat not found" not in refusal.message.lower()
            return (Deleted.DONE if gone else Deleted.IMPOSSIBLE), 0.0
        except (TelegramError, TimeoutError):
            return Deleted.LATER, 1.0
        return Deleted.DONE, 0.0

    async def send(self, chat_id: int, text: str, keyboard: Keyboard | None = None) -> Sent:
        """Send a message that cannot be forwarded or saved."""

        async def call() -> int:
            values = {"chat_id": chat_id, "protect_content": True, **_screen(text, keyboard)}
            return int((await self._ask("sendMessage", values))["message_id"])

        return await self._sent(chat_id, call)

    async def send_picture(self, chat_id: int, png: bytes, caption: str, *, name: str = "picture.png") -> Sent:
        """Send a picture with its caption (HTML, at most 1,024 characters once parsed)."""
        return await self._send_file("sendPhoto", "photo", InputFile(png, name, attach=False), chat_id, caption)

    async def send_file(self, chat_id: int, content: bytes, name: str, caption: str = "") -> Sent:
        """Send a document that may be saved."""
        return await self._send_file(
            "sendDocument", "document", InputFile(content, name, attach=False), chat_id, caption
        )

    async def _send_file(self, method: str, field: str, file: InputFile, chat_id: int, caption: str) -> Sent:
        async def call() -> int:
            values = {"chat_id": chat_id, "caption": caption or None, "parse_mode": "HTML"}
            parts = [*_parameters(values), RequestParameter(field, None, [file])]
            answer: Any = await self.bot.request.post(
                f"{self.bot.base_url}/{method}", RequestData(parts), read_timeout=FILE_SECONDS
            )
            return int(answer["message_id"])

        return await self._sent(chat_id, call)

    async def _sent(self, chat_id: int, call: Callable[[], Awaitable[int]]) -> Sent:
        try:
            return Sent(await self._patiently(Urgency.SEND, chat_id, call))
        except Forbidden:
            return Sent(None, blocked=True)
        except TelegramError as refusal:
            log.warning("message not sent", extra={"why": type(refusal).__name__, "chat": chat_id})
            return Sent(None, refused=isinstance(refusal, BadRequest))

    async def edit(self, chat_id: int, message_id: int, draw: Draw) -> Edited:
        """Edit a message in place, as `draw` has it when the edit's turn comes; "not modified" is success."""

        async def call() -> None:
            values = {"chat_id": chat_id, "message_id": message_id, **_screen(*draw())}
            await self._ask("editMessageText", values)

        try:
            await self._patiently(Urgency.EDIT, chat_id, call)
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
                values = {"callback_query_id": callback_id, "text": text[:200] or None}
                await self._ask("answerCallbackQuery", values)
        except RetryAfter as refusal:
            self._gate.refused(Urgency.ANSWER, None, wait_of(refusal))
        except TelegramError:
            return

    async def leave(self, chat_id: int) -> None:
        """Leave a group: Soar talks in private only."""
        try:
            await self.bot.leave_chat(chat_id)
        except TelegramError as refusal:
            log.warning("group not left", extra={"why": type(refusal).__name__})

    async def set_commands(self, chat_id: int, listed: Sequence[tuple[str, str]]) -> bool:
        """Give a chat a list of commands of its own; False when Telegram does not take it."""
        commands = [{"command": name, "description": words} for name, words in listed]
        return await self._behind("setMyCommands", {"commands": commands, "scope": _only(chat_id)})

    async def drop_commands(self, chat_id: int) -> bool:
        """Take a chat's own list of commands back; False when Telegram does not."""
        return await self._behind("deleteMyCommands", {"scope": _only(chat_id)})

    async def _behind(self, method: str, values: Mapping[str, object]) -> bool:
        """Make a call that nobody waits for: it goes when nothing else does, and what it is refused holds up nothing.

        It counts as no chat's, so that a chat's own messages do not wait for it.
        """
        for _ in range(BEHIND_TRIES):
            try:
                async with self._gate.through(Urgency.PROFILE):
                    await self._ask(method, values)
            except RetryAfter as refusal:
                await self._sleep(wait_of(refusal))
            except (BadRequest, Forbidden, InvalidToken) as refusal:
                log.warning("commands refused", extra={"why": type(refusal).__name__})
                return False
            except TelegramError:
                await self._sleep(BEHIND_PAUSE)
            else:
                return True
        return False

    async def _ask(self, method: str, values: Mapping[str, object], *, seconds: float = READ_SECONDS) -> Any:  # noqa: ANN401
        """Make one of the calls that come by the thousand: as the library does, but without objects for its answer."""
        return await self.bot.request.post(f"{self.bot.base_url}/{method}", _form(values), read_timeout=seconds)

    async def _patiently(self, urgency: Urgency, chat_id: int, call: Callable[[], Awaitable[T]]) -> T:
        """Repeat a call that was put off or got lost, for a minute at most. Raises TelegramError after that."""
        waited, pause = 0.0, 0.5
        while True:
            try:
                async with self._gate.through(urgency, chat_id):
                    return await call()
            except RetryAfter as refusal:
                put_off = wait_of(refusal)
                self._gate.refused(urgency, chat_id, put_off)
                waited += put_off
                if waited > LONGEST_PATIENCE:
                    raise
            except (BadRequest, Forbidden, InvalidToken):
                raise
            except (TimedOut, NetworkError):
                if waited > LONGEST_PATIENCE:
                    raise
                await self._sleep(pause)
                waited += pause
                pause = min(8.0, pause * 2)


def _only(chat_id: int) -> dict[str, object]:
    return {"type": "chat", "chat_id": chat_id}


def _form(values: Mapping[str, object]) -> RequestData:
    return RequestData(_parameters(values))


def _parameters(values: Mapping[str, object]) -> list[RequestParameter]:
    return [RequestParameter(name, value, None) for name, value in values.items() if value is not None]


def _screen(text: str, keyboard: Keyboard | None) -> dict[str, object]:
    return {"text": text, "parse_mode": "HTML", "reply_markup": keyboard, "link_preview_options": NO_PREVIEW}


def wait_of(refusal: RetryAfter) -> float:
    """For how long Telegram asks to wait."""
    after = refusal.retry_after
    return float(after) if isinstance(after, int | float) else after.total_seconds()
