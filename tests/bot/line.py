"""Telegram as a plain object: the updates it keeps, the chats it shows, and how its deletes and lists go."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from telegram import Bot

from bot.telegram.client import Deleted, Draw, Edited, Sent

Raw = dict[str, Any]
PARSER: Final = Bot("1:x")  # gives python-telegram-bot's parser its context; it is never connected


@dataclass(slots=True)
class Line:
    """Telegram: the updates it keeps, the chats it shows, and how its next deletes go."""

    waiting: dict[int, Raw] = field(default_factory=dict)
    deletes: list[Deleted] = field(default_factory=list)
    gone: set[tuple[int, int]] = field(default_factory=set)
    shown: dict[tuple[int, int], tuple[str, Any]] = field(default_factory=dict)
    answered: dict[str, str] = field(default_factory=dict)
    left: list[int] = field(default_factory=list)
    offered: list[tuple[int, int, str]] = field(default_factory=list)
    said: int = 0
    commands: dict[int, dict[str, str]] = field(default_factory=dict)  # each chat's own list
    listings: list[tuple[int, list[str]]] = field(default_factory=list)  # what was asked for, in order
    takes_lists: bool = True
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    quiet: asyncio.Event = field(default_factory=asyncio.Event)
    bot: Bot = PARSER
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1_000_000))

    def brings(self, raw: Raw) -> None:
        """Keep an update for the bot."""
        self.waiting[raw["update_id"]] = raw
        self.quiet.clear()
        self.arrived.set()

    async def updates(self, offset: int | None, *, wait: int = 25) -> list[Raw]:
        for number in [each for each in self.waiting if offset is not None and each < offset]:
            del self.waiting[number]
        while not self.waiting and wait:
            self.quiet.set()
            self.arrived.clear()
            await self.arrived.wait()
        return [self.waiting[number] for number in sorted(self.waiting)][:100]

    async def drop_webhook(self) -> None:
        raise AssertionError

    async def delete(self, chat: int, ids: Sequence[int], *, patience: float = 2.0) -> tuple[Deleted, float]:
        assert patience > 0
        outcome = self.deletes.pop(0) if self.deletes else Deleted.DONE
        if outcome is Deleted.DONE:
            self.gone |= {(chat, one) for one in ids}
            for one in ids:
                self.shown.pop((chat, one), None)
        return outcome, 1.0 if outcome is Deleted.LATER else 0.0

    async def send(self, chat: int, text: str, keyboard: Any = None) -> Sent:
        self.said += 1
        number = next(self._ids)
        self._show(chat, number, text, keyboard)
        return Sent(number)

    async def send_picture(self, chat: int, png: bytes, caption: str, *, name: str = "") -> Sent:
        assert png.startswith(b"\x89PNG")
        assert name.endswith(".png")
        return await self.send(chat, caption)

    async def edit(self, chat: int, message: int, draw: Draw) -> Edited:
        if (chat, message) not in self.shown:
            return Edited.MISSING
        self.said += 1
        self._show(chat, message, *draw())
        return Edited.DONE

    def _show(self, chat: int, message: int, text: str, keyboard: Any) -> None:
        self.shown[chat, message] = (text, keyboard)
        rows = keyboard["inline_keyboard"] if keyboard else []
        self.offered += [(chat, message, one["callback_data"]) for row in rows for one in row if "callback_data" in one]

    async def answer(self, callback: str, text: str = "") -> None:
        self.answered[callback] = text

    async def leave(self, chat: int) -> None:
        self.left.append(chat)

    async def set_commands(self, chat: int, listed: Sequence[tuple[str, str]]) -> bool:
        self.listings.append((chat, [name for name, _ in listed]))
        if self.takes_lists:
            self.commands[chat] = dict(listed)
        return self.takes_lists

    async def drop_commands(self, chat: int) -> bool:
        self.listings.append((chat, []))
        if self.takes_lists:
            self.commands.pop(chat, None)
        return self.takes_lists

    def buttons(self, chat: int) -> list[dict[str, Any]]:
        """List the buttons of a chat's newest screen, in Telegram's notation."""
        screen = self.newest(chat)
        keyboard = self.shown[chat, screen][1] if screen else None
        return [button for row in keyboard["inline_keyboard"] for button in row] if keyboard else []

    def newest(self, chat: int) -> int:
        """Number the newest message of the bot's with buttons; 0 if there is none."""
        return max(
            (number for (where, number), (_, keyboard) in self.shown.items() if where == chat and keyboard), default=0
        )

    def texts(self, chat: int) -> list[str]:
        """List what a chat shows of the bot, oldest first."""
        return [text for (where, _), (text, _) in sorted(self.shown.items()) if where == chat]
