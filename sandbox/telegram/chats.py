"""A chat: its messages now, and the numbered events by which a person's app follows it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from sandbox.telegram.messages import By, Message, Person

EVENTS_KEPT: Final = 1000


class Chat:
    """One chat of one bot: private if its id is a person's, a group if it has a title."""

    def __init__(self, chat_id: int, person: Person, title: str | None = None) -> None:
        """Start empty; the bot cannot write here before `open` is set."""
        self.id = chat_id
        self.person = person
        self.title = title
        self.open = title is not None
        self.blocked = False
        self.messages: dict[int, Message] = {}
        self.pinned: int | None = None
        self.seq = 0
        self._next_message = 1
        self._events: deque[tuple[int, str, object]] = deque(maxlen=EVENTS_KEPT)
        self._news = asyncio.Event()

    @property
    def private(self) -> bool:
        """Tell a private chat from a group."""
        return self.title is None

    def described(self) -> dict[str, Any]:
        """Shape a Chat object."""
        if self.title is not None:
            return {"id": self.id, "type": "group", "title": self.title}
        return {"id": self.id, "type": "private", "first_name": self.person.first_name}

    def new_id(self) -> int:
        """Take the next message id."""
        taken = self._next_message
        self._next_message += 1
        return taken

    def put(self, message: Message) -> None:
        """Show a new message."""
        self.messages[message.id] = message
        self.note("new", message)

    def replace(self, message: Message) -> None:
        """Show a message's new state."""
        self.messages[message.id] = message
        self.note("edited", message)

    def remove(self, ids: list[int], by: By) -> None:
        """Take messages away, for both sides."""
        for message_id in ids:
            del self.messages[message_id]
        if self.pinned in ids:
            self.pinned = None
        self.note("deleted", {"ids": ids, "by": by})

    def note(self, kind: str, what: Message | Mapping[str, Any]) -> None:
        """Record an event and wake whoever follows the chat."""
        self.seq += 1
        self._events.append((self.seq, kind, what))
        self._news.set()

    def events_since(self, seq: int) -> list[dict[str, Any]]:
        """List the kept events after `seq`, oldest first."""
        found: list[dict[str, Any]] = []
        for number, kind, what in reversed(self._events):
            if number <= seq:
                break
            shown = {"message": what.seen} if isinstance(what, Message) else what
            found.append({"seq": number, "kind": kind, **shown})  # type: ignore[dict-item]
        found.reverse()
        return found

    async def wait_beyond(self, seq: int, seconds: float) -> None:
        """Return once there is an event after `seq`, or when `seconds` have passed."""
        try:
            async with asyncio.timeout(seconds):
                while self.seq <= seq:
                    self._news.clear()
                    await self._news.wait()
        except (TimeoutError, asyncio.CancelledError):
            # Only a server that stops cancels a request: the wait ends as if its time were up.
            return
