"""Sends what is to be told. It is stored until Telegram has it: a crash may repeat a message, but not lose it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import Final, Protocol

from sqlalchemy import Connection

from bot import speech
from bot.patience import patiently
from bot.storage import lookouts, outbox
from bot.storage.database import Database
from bot.storage.errors import StorageError
from bot.storage.outbox import Message
from bot.telegram.client import Sent
from bot.texts.render import render
from bot.worklist import Worklist
from flows.codec import load_texts
from flows.languages import Language

log = logging.getLogger(__name__)
LEASE: Final = 150.0  # seconds for which a message is one process's; longer than sending may take
IDLE: Final = 60.0
CHATS_AT_ONCE: Final = 200
LONGEST_PAUSE: Final = 900.0
BLOCKED_FOR: Final = 6 * 3600.0
KEPT: Final = 3 * 86_400.0  # nobody wants to hear older news
LONGEST: Final = 4096  # https://core.telegram.org/bots/api#sendmessage


class Speaker(Protocol):
    """What an outbox needs of Telegram."""

    async def send(self, chat_id: int, text: str) -> Sent:
        """Send a message; never raises for what Telegram may answer."""
        ...


class Outbox:
    """Works off the table: chats side by side, the messages of one in their order."""

    def __init__(
        self,
        database: Database,
        telegram: Speaker,
        *,
        clock: Callable[[], float],
        alone: bool = True,
    ) -> None:
        """`alone` says that no other process sends."""
        self._database = database
        self._telegram = telegram
        self._clock = clock
        self._alone = alone
        self._list = Worklist("outbox", self.look)
        self._sending: dict[int, asyncio.Task[None]] = {}

    def added(self) -> None:
        """Look at the table now: something was added."""
        self._list.added()

    async def run(self) -> None:
        """Send what an earlier process has left, then what comes, until cancelled."""
        if self._alone:
            await patiently(lambda: self._database.write(partial(outbox.release, now=self._clock())))
        await self._list.run()

    async def look(self) -> float:
        """Begin to send what is due; returns for how many seconds nothing more will be. Raises StorageError."""
        now = self._clock()
        room = CHATS_AT_ONCE - len(self._sending)
        due = await self._database.read(partial(outbox.due, now=now)) if room > 0 else []
        mine = [each for each in due if each.chat_id not in self._sending]
        if mine:
            mine = await self._database.write(partial(outbox.claim, messages=mine, until=now + LEASE))
        for chat_id, messages in groupby(sorted(mine, key=lambda each: each.chat_id), key=lambda each: each.chat_id):
            self._sending[chat_id] = asyncio.create_task(self._send(chat_id, list(messages)))
        following = await self._database.read(outbox.next_due)
        return IDLE if following is None else min(IDLE, max(1.0, following - self._clock()))

    async def flush(self) -> None:
        """Send all that is due, and wait until it is sent. Raises StorageError."""
        await self.look()
        await self.settle()

    async def settle(self, seconds: float | None = None) -> None:
        """Wait for what is being sent, so many seconds at most."""
        if self._sending:
            await asyncio.wait(list(self._sending.values()), timeout=seconds)

    async def close(self, grace: float) -> None:
        """Stop; what is cut off is sent after the next start."""
        await self.settle(grace)
        for task in self._sending.values():
            task.cancel()

    async def _send(self, chat_id: int, messages: list[Message]) -> None:
        try:
            language = await self._language(chat_id)
            for group in _together(messages, language):
                if not await self._deliver(chat_id, group, language):
                    return
        finally:
            self._sending.pop(chat_id, None)
            self._list.added()

    async def _language(self, chat_id: int) -> Language:
        """Read the language of a chat at the time of sending; English when the database cannot say."""
        try:
            return await self._database.read(partial(speech.spoken_in, chat_id=chat_id))
        except StorageError:
            return Language.ENGLISH

    async def _deliver(self, chat_id: int, group: Sequence[Message], language: Language) -> bool:
        """Send some messages as one; False when this chat has to wait."""
        ids = [each.id for each in group]
        text = "\n\n".join(words for words in (wording(each, language) for each in group) if words)
        sent = await self._telegram.send(chat_id, text) if text else Sent(None, refused=True)
        if sent.blocked:
            log.info("blocked by its user; messages dropped", extra={"chat": chat_id})
            await self._settled(partial(_let_be, chat_id=chat_id, now=self._clock()))
            return False
        if sent.refused:
            log.error("message refused; dropped", extra={"chat": chat_id, "messages": ids})
        if sent.message_id is not None or sent.refused:
            await self._settled(partial(outbox.done, message_ids=ids))
            return True
        await self._settled(partial(_put_off, messages=group, now=self._clock()))
        return False

    async def _settled(self, work: Callable[[Connection], object]) -> None:
        await patiently(lambda: self._database.write(work))


def _let_be(connection: Connection, *, chat_id: int, now: float) -> None:
    """Drop what a chat does not want to hear, and leave its Workers alone for some hours: nobody would be told."""
    outbox.drop(connection, chat_id)
    lookouts.rest(connection, chat_id, until=now + BLOCKED_FOR)


def _put_off(connection: Connection, *, messages: Sequence[Message], now: float) -> None:
    for each in messages:
        if now - each.created_at > KEPT:
            log.error("message given up", extra={"chat": each.chat_id, "what": each.id})
            outbox.done(connection, [each.id])
        else:
            outbox.put_off(connection, each.id, until=now + min(LONGEST_PAUSE, 5.0 * 2.0 ** min(each.attempts, 10)))


def wording(message: Message, language: Language) -> str:
    """Give a message's text without the lines that this version of Soar cannot say; empty where that is all."""
    return "\n".join(words for each in load_texts(message.lines) if (words := render(each, language)))


def _together(messages: list[Message], language: Language) -> Iterator[list[Message]]:
    """Put notices that have waited together into one message, as far as Telegram takes it."""
    group: list[Message] = []
    length = 0
    for each in messages:
        size = len(wording(each, language)) + 2
        if group and (each.kind != "notice" or group[-1].kind != "notice" or length + size > LONGEST):
            yield group
            group, length = [], 0
        group.append(each)
        length += size
    if group:
        yield group
