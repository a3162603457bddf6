"""Keeps each chat's list of commands to what makes sense there, in its language, behind everything else that is sent.

A chat with nothing of its own has the list that everybody has. What Telegram was given last is noted, so that a call is
made only where something differs; one that a crash has cut off is made after the next start.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final, Protocol

from sqlalchemy import Connection

from bot.chat_tasks import ChatTasks
from bot.conversation import Shown
from bot.storage import dialogs, menus
from bot.storage.database import Database
from bot.storage.errors import StorageError
from bot.texts.render import commands
from flows.languages import Language
from flows.situation import ALWAYS, fitting

log = logging.getLogger(__name__)
LOOK_BACK: Final = 86_400.0  # seconds: chats that changed so lately are looked at after a start
MOST_LOOKED_AT: Final = 500
MOST_REMEMBERED: Final = 20_000


class Speaker(Protocol):
    """What menus need of Telegram; both say whether it was done, and never raise for what Telegram may answer."""

    async def set_commands(self, chat_id: int, listed: Sequence[tuple[str, str]]) -> bool:
        """Give a chat a list of its own."""
        ...

    async def drop_commands(self, chat_id: int) -> bool:
        """Take it back: the chat has everybody's."""
        ...


@dataclass(frozen=True, slots=True)
class Menu:
    """A list of commands with what they do, and a short name for all of it; the empty name is everybody's list."""

    name: str
    listed: tuple[tuple[str, str], ...] = ()


EVERYBODYS: Final = Menu("")


@lru_cache(maxsize=256)
def menu(language: Language, names: frozenset[str]) -> Menu:
    """Give the list of some commands in a language."""
    listed = tuple(line for line in commands(language) if line[0] in names)
    return Menu(hashlib.sha256(repr(listed).encode()).hexdigest()[:16], listed)


def menu_of(shown: Shown) -> Menu:
    """Give the list that fits what a chat shows."""
    if not shown.version:  # the chat was forgotten
        return EVERYBODYS
    names = fitting(shown.dialog.state, shown.workers)
    plain = names == ALWAYS and shown.language == shown.telegrams
    return EVERYBODYS if plain else menu(shown.language, names)


class Menus:
    """Brings Telegram's lists up to what chats show; one task per chat, and the newest wish counts."""

    def __init__(self, database: Database, telegram: Speaker, *, clock: Callable[[], float]) -> None:
        """Nothing is contacted yet."""
        self._database = database
        self._telegram = telegram
        self._clock = clock
        self._wishes: dict[int, Menu] = {}
        self._tasks = ChatTasks(self._wishes, self._work)
        self._known: dict[int, str] = {}

    def see(self, shown: Shown) -> None:
        """Have a chat's list fit what it shows; returns at once."""
        wanted = menu_of(shown)
        if shown.chat_id not in self._tasks and self._known.get(shown.chat_id) == wanted.name:
            return
        self._wishes[shown.chat_id] = wanted
        self._tasks.wake(shown.chat_id)

    async def recover(self, look: Callable[[int], Awaitable[Shown]]) -> None:
        """Take up what a stop or crash has left: lists to take back, and those of chats that changed lately.

        Raises StorageError.
        """
        for chat_id in await self._database.read(menus.to_drop):
            self.see(await look(chat_id))
        since = self._clock() - LOOK_BACK
        for chat_id in await self._database.read(partial(dialogs.changed, since=since, limit=MOST_LOOKED_AT)):
            self.see(await look(chat_id))

    async def settle(self) -> None:
        """Wait until every list fits."""
        await self._tasks.settle()

    def close(self) -> None:
        """Stop; what is cut off is done after the next start."""
        self._tasks.close()

    async def _work(self, chat_id: int) -> None:
        try:
            await self._bring(chat_id, self._wishes.pop(chat_id))
        except StorageError as error:
            log.warning("commands not brought up to date", extra={"why": error.code, "chat": chat_id})
            self._wishes.pop(chat_id, None)  # the next screen brings it up again

    async def _bring(self, chat_id: int, wanted: Menu) -> None:
        given = await self._database.read(partial(menus.given, chat_id=chat_id))
        if given == (wanted.name or None):
            self._remember(chat_id, wanted.name)
        elif wanted is EVERYBODYS:
            await self._settled(chat_id, wanted, self._telegram.drop_commands(chat_id), menus.remove)
        else:
            done = self._telegram.set_commands(chat_id, wanted.listed)
            await self._settled(chat_id, wanted, done, partial(menus.put, name=wanted.name))

    async def _settled(
        self, chat_id: int, wanted: Menu, done: Awaitable[bool], note: Callable[[Connection, int], None]
    ) -> None:
        if await done:
            await self._database.write(lambda connection: note(connection, chat_id))
            self._remember(chat_id, wanted.name)

    def _remember(self, chat_id: int, name: str) -> None:
        if self._database.shared:  # another replica may give the chat another list
            return
        if len(self._known) >= MOST_REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self._known[chat_id] = name
