"""One bot's account at the stand-in: who it is, whom it knows, what it stored, and where its updates go."""

from __future__ import annotations

import asyncio
import itertools
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.telegram.chats import Chat
from sandbox.telegram.clock import Clock
from sandbox.telegram.faults import FaultBook, FloodControl
from sandbox.telegram.journal import Journal
from sandbox.telegram.messages import File, Message, Person
from sandbox.telegram.profile import Profile
from sandbox.telegram.refusals import bad_request, forbidden
from sandbox.telegram.updates import LIFETIME, UpdateQueue
from sandbox.telegram.webhook import Sender

TAPS_KEPT: Final = 5000
GROUP_IDS_FROM: Final = -4_000_000_001


@dataclass(slots=True)
class Tap:
    """One press of a button, open until the bot answers it."""

    id: str
    chat_id: int
    user_id: int
    at: float
    answer: dict[str, Any] | None = None
    answered: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Account:
    """A bot; every call with its token acts here."""

    id: int
    username: str
    clock: Clock
    people: dict[int, Person]
    faults: FaultBook
    flood: FloodControl
    journal: Journal
    updates: UpdateQueue
    profile: Profile
    started_at: float
    execute: Callable[[str, dict[str, Any]], Awaitable[None]]
    logged_out_at: float | None = None
    webhook_patience: float = 1.0
    modes: set[str] = field(default_factory=set)
    sender: Sender | None = None
    chats: dict[int, Chat] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    taps: OrderedDict[str, Tap] = field(default_factory=OrderedDict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def described(self) -> dict[str, Any]:
        """Shape the bot's own User object."""
        return {"id": self.id, "is_bot": True, "first_name": self.profile.name(None), "username": self.username}

    def number(self) -> int:
        """Take the next number for an id of a file, a tap or a group."""
        return next(self._numbers)

    def chat(self, chat_id: int | str) -> Chat:
        """Find a chat the bot may know of. Raises Refused as the original does."""
        chat = self.chats.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None or not chat.open:
            raise bad_request("chat not found")
        return chat

    def writable(self, chat_id: int | str) -> Chat:
        """Find a chat the bot may write to. Raises Refused (403) when blocked or removed."""
        chat = self.chat(chat_id)
        if chat.blocked:
            who = "blocked by the user" if chat.private else "kicked from the group chat"
            raise forbidden(f"bot was {who}")
        return chat

    def private_chat(self, person: Person) -> Chat:
        """Give the person's chat with the bot, made on first use."""
        return self.chats.setdefault(person.id, Chat(person.id, person))

    def new_group(self, title: str, person: Person) -> Chat:
        """Make a group in which the person and the bot are."""
        chat = Chat(GROUP_IDS_FROM - self.number(), person, title)
        self.chats[chat.id] = chat
        return chat

    def seen_by_bot(self, chat: Chat, message: Message, *, with_reply: bool = True) -> dict[str, Any]:
        """Shape a Message object."""
        sender = self.described() if message.by == "bot" else chat.person.seen()
        shaped = {**message.content(), "chat": chat.described(), "from": sender}
        original = chat.messages.get(message.reply_to) if message.reply_to is not None and with_reply else None
        if original is not None:
            shaped["reply_to_message"] = self.seen_by_bot(chat, original, with_reply=False)
        return shaped

    def tell(self, chat: Chat, kind: str, content: Mapping[str, Any], lane: str = "chat",
             lifetime: float = LIFETIME) -> int | None:  # fmt: skip
        """Send the bot an update about a chat; returns its id, None if the bot does not want such updates."""
        key = (lane, chat.person.id if lane == "user" else chat.id)
        update_id = self.updates.add(kind, content, key, lifetime)
        if update_id is not None and self.faults.doubles(chat.id):
            self.updates.repeat(update_id, under_new_id=False)
        return update_id

    def keep_tap(self, tap: Tap) -> None:
        """Remember a tap that the bot may answer."""
        self.taps[tap.id] = tap
        if len(self.taps) > TAPS_KEPT:
            self.taps.popitem(last=False)
