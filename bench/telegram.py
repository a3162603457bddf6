"""Telegram as a load run needs it: long polling, the few methods Soar calls, and the moment of every one.

It checks nothing that it is sent; the sandbox's stand-in does that, at ten times the cost.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from bench.http import Reply

MOST_UPDATES: Final = 100
FIRST_MESSAGE: Final = 1
TRUE: Final = b'{"ok":true,"result":true}'
NOT_MODIFIED: Final = json.dumps({
    "ok": False,
    "error_code": 400,
    "description": "Bad Request: message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message",
}).encode()  # fmt: skip
NOT_FOUND: Final = b'{"ok":false,"error_code":400,"description":"Bad Request: message to edit not found"}'
Json = dict[str, Any]
NOTHING_SET: Final[dict[str, object]] = {
    "getMyCommands": [],
    "getMyDescription": {"description": ""},
    "getMyShortDescription": {"short_description": ""},
    "getChatMenuButton": {"type": "commands"},
}


@dataclass(frozen=True, slots=True)
class Screen:
    """A message of the bot as a person sees it: `taps` leads from an action to the data of its button."""

    message_id: int
    text: str
    markup: str
    taps: dict[str, str]


@dataclass(slots=True)
class Chat:
    """One private chat; times are monotonic seconds."""

    id: int
    changed: Callable[[Screen], None]
    screens: dict[int, Screen] = field(default_factory=dict)
    handed: dict[int, float] = field(default_factory=dict)  # message → its update was given to the bot
    sent: dict[int, float] = field(default_factory=dict)  # message → the person sent it
    secrets: set[int] = field(default_factory=set)  # messages with a pasted secret that can still be read
    awaiting: float | None = None  # the moment the bot got a tap that it has not shown anything for

    def arrived(self, message_id: int | None, now: float) -> None:
        """Note that the bot got an update: this message, or a tap."""
        if message_id is None:
            self.awaiting = now
        else:
            self.handed.setdefault(message_id, now)


@dataclass(slots=True)
class Times:
    """What was measured: (moment, seconds it took)."""

    delete_after_handing: list[tuple[float, float]] = field(default_factory=list)
    delete_after_sending: list[tuple[float, float]] = field(default_factory=list)
    screen_after_tap: list[tuple[float, float]] = field(default_factory=list)
    calls: int = 0
    last_call: float = 0.0


class Telegram:
    """The Bot API for one bot."""

    def __init__(self) -> None:
        """Nobody is here yet."""
        self.chats: dict[int, Chat] = {}
        self.times = Times()
        self.deliver: Callable[[Json, Chat, int | None], None] | None = None  # with webhooks
        self._webhook = ""
        self._pending: list[tuple[Json, Chat, int | None]] = []
        self._next_update = self._next_message = FIRST_MESSAGE
        self._poll: tuple[Reply, asyncio.TimerHandle] | None = None
        self._methods = {
            "getMe": self._get_me,
            "sendMessage": self._send_message,
            "editMessageText": self._edit_message,
            "deleteMessages": self._delete_messages,
            "deleteMessage": self._delete_message,
            "setWebhook": self._set_webhook,
            "getWebhookInfo": self._webhook_info,
        }

    def answer(self, path: str, body: bytes, reply: Reply) -> None:
        """Answer one call."""
        values = json.loads(body) if body.startswith(b"{") else dict(parse_qsl(body.decode(), keep_blank_values=True))
        name = path.rpartition("/")[2]
        if name == "getUpdates":
            self._get_updates(values, reply)
            return
        self.times.calls += 1
        self.times.last_call = time.monotonic()
        status, answer = self._methods.get(name, _unknown(name))(values)
        reply(status, answer)

    def secrets_left(self) -> int:
        """Count the messages with a secret that can still be read."""
        return sum(len(chat.secrets) for chat in self.chats.values())

    def waiting_for_delete(self) -> list[tuple[float, float]]:
        """List secrets that the bot has got and not deleted: now, and for how long it has had them."""
        now = time.monotonic()
        return [
            (now, now - chat.handed[message])
            for chat in self.chats.values()
            for message in chat.secrets
            if message in chat.handed
        ]

    # -- what people do ------------------------------------------------------------------------------------------

    def says(self, chat: Chat, text: str, *, secret: bool = False) -> int:
        """Send a message; returns its id."""
        message_id = self._next_message = self._next_message + 1
        entities = [{"type": "bot_command", "offset": 0, "length": len(text)}] if text.startswith("/") else None
        chat.sent[message_id] = time.monotonic()
        if secret:
            chat.secrets.add(message_id)
        message = {**_message(chat.id, message_id, text), "from": _person(chat.id)}
        self._tell(chat, {"message": {**message, **({"entities": entities} if entities else {})}}, message_id)
        return message_id

    def taps(self, chat: Chat, screen: Screen, data: str) -> None:
        """Press a button."""
        query = {
            "id": str(self._next_update),
            "from": _person(chat.id),
            "chat_instance": str(chat.id),
            "message": _shown(chat.id, screen),
            "data": data,
        }
        self._tell(chat, {"callback_query": query}, None)

    def _tell(self, chat: Chat, update: Json, message_id: int | None) -> None:
        self._next_update += 1
        if self.deliver is not None:
            self.deliver({"update_id": self._next_update, **update}, chat, message_id)
            return
        self._pending.append(({"update_id": self._next_update, **update}, chat, message_id))
        if self._poll is not None:
            reply, timer = self._poll
            timer.cancel()
            self._poll = None
            # Whatever else happens in this turn of the loop travels with it.
            asyncio.get_running_loop().call_soon(self._hand_over, reply)

    # -- what the bot calls --------------------------------------------------------------------------------------

    def _get_updates(self, values: dict[str, str], reply: Reply) -> None:
        offset = int(values.get("offset", 0))
        self._pending = [each for each in self._pending if each[0]["update_id"] >= offset]
        if self._pending:
            self._hand_over(reply)
            return
        patience = float(values.get("timeout", 0))
        timer = asyncio.get_running_loop().call_later(patience, self._give_up, reply)
        self._poll = (reply, timer)

    def _give_up(self, reply: Reply) -> None:
        self._poll = None
        reply(200, b'{"ok":true,"result":[]}')

    def _hand_over(self, reply: Reply) -> None:
        batch = self._pending[:MOST_UPDATES]
        reply(200, json.dumps({"ok": True, "result": [update for update, _, _ in batch]}).encode())
        now = time.monotonic()
        for _, chat, message_id in batch:
            chat.arrived(message_id, now)

    @staticmethod
    def _get_me(_values: dict[str, str]) -> tuple[int, bytes]:
        me = {"id": 7000000001, "is_bot": True, "first_name": "Soar", "username": "soar_bench_bot"}
        return 200, json.dumps({"ok": True, "result": me}).encode()

    def _set_webhook(self, values: dict[str, str]) -> tuple[int, bytes]:
        self._webhook = values["url"]
        return 200, TRUE

    def _webhook_info(self, _values: dict[str, str]) -> tuple[int, bytes]:
        info = {"url": self._webhook, "has_custom_certificate": False, "pending_update_count": 0}
        return 200, json.dumps({"ok": True, "result": info}).encode()

    def _send_message(self, values: dict[str, str]) -> tuple[int, bytes]:
        self._next_message += 1
        return self._show(values, self._next_message)

    def _edit_message(self, values: dict[str, str]) -> tuple[int, bytes]:
        message_id = int(values["message_id"])
        before = self.chats[int(values["chat_id"])].screens.get(message_id)
        if before is None:
            return 400, NOT_FOUND
        if (before.text, before.markup) == (values["text"], values.get("reply_markup", "")):
            return 400, NOT_MODIFIED
        return self._show(values, message_id)

    def _show(self, values: dict[str, str], message_id: int) -> tuple[int, bytes]:
        chat = self.chats[int(values["chat_id"])]
        markup = values.get("reply_markup", "")
        screen = Screen(message_id, values["text"], markup, _taps(markup))
        chat.screens[message_id] = screen
        if chat.awaiting is not None:
            now = time.monotonic()
            self.times.screen_after_tap.append((now, now - chat.awaiting))
            chat.awaiting = None
        chat.changed(screen)
        return 200, json.dumps({"ok": True, "result": _shown(chat.id, screen)}).encode()

    def _delete_message(self, values: dict[str, str]) -> tuple[int, bytes]:
        return self._delete_messages({**values, "message_ids": f"[{values['message_id']}]"})

    def _delete_messages(self, values: dict[str, str]) -> tuple[int, bytes]:
        chat, now = self.chats[int(values["chat_id"])], time.monotonic()
        for message_id in json.loads(values["message_ids"]):
            chat.screens.pop(message_id, None)
            chat.secrets.discard(message_id)
            handed, sent = chat.handed.pop(message_id, None), chat.sent.pop(message_id, None)
            if handed is not None and sent is not None:  # once: a bot that was killed may delete it again
                self.times.delete_after_handing.append((now, now - handed))
                self.times.delete_after_sending.append((now, now - sent))
        return 200, TRUE


def _unknown(name: str) -> Callable[[dict[str, str]], tuple[int, bytes]]:
    """What is asked about the bot itself has not been set; everything else is done."""
    answer = NOTHING_SET.get(name, True)
    return lambda _values: (200, json.dumps({"ok": True, "result": answer}).encode())


def _taps(markup: str) -> dict[str, str]:
    if not markup:
        return {}
    buttons = [button for row in json.loads(markup)["inline_keyboard"] for button in row]
    # Soar writes v<version>:<action>[:<argument>]; people are told apart by what a button does, not by its words.
    return {
        each["callback_data"].partition(":")[2]: each["callback_data"] for each in buttons if "callback_data" in each
    }


def _person(chat_id: int) -> Json:
    return {"id": chat_id, "is_bot": False, "first_name": "Ada", "language_code": "en"}


def _message(chat_id: int, message_id: int, text: str) -> Json:
    chat = {"id": chat_id, "type": "private", "first_name": "Ada"}
    return {"message_id": message_id, "chat": chat, "date": int(time.time()), "text": text}


def _shown(chat_id: int, screen: Screen) -> Json:
    me = {"id": 7000000001, "is_bot": True, "first_name": "Soar", "username": "soar_bench_bot"}
    markup = {"reply_markup": json.loads(screen.markup)} if screen.markup else {}
    return {**_message(chat_id, screen.message_id, screen.text), "from": me, **markup}
