"""Long polling that acknowledges only what is stored: the offset moves past an update once its step is committed."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.storage.errors import StorageError
from bot.telegram.client import BATCH, Telegram, wait_of
from bot.telegram.inbound import chat_of
from bot.telegram.rush import Rush
from bot.telegram.suspicion import suspect
from bot.telegram.watch import Unwatched, Watch

log = logging.getLogger(__name__)
Handle = Callable[[Mapping[str, Any]], Awaitable[None]]
Skim = Callable[[Sequence[Mapping[str, Any]]], Awaitable[None]]
Heard = Callable[[], Awaitable[None]]
MOST_WAITING = 30  # updates of one chat; of more the oldest are skimmed, so that one chat cannot hold up the offset
ATTEMPTS = 5  # at an update whose handling fails for another reason than storage
# Seconds a batch may keep the next poll waiting. Not less: whoever asks for the same offset again within half a second
# is answered with one update only (seen in Telegram's own server, telegram-bot-api).
BREATH = 0.55
A_TURN = 8  # updates begun in one turn of the event loop
RETRY_SECONDS, STOP_SECONDS = 0.5, 10.0


class Receiver:
    """Fetches updates and hands them on: those of one chat in order, chats side by side.

    A chat whose update takes long holds up the offset but not the others: they are fetched and handled meanwhile.
    """

    def __init__(
        self,
        telegram: Telegram,
        handle: Handle,
        park: Handle,
        *,
        skim: Skim | None = None,
        heard: Heard | None = None,
        suspect: Callable[[str], None] = suspect,
        watch: Watch | None = None,
        rush: Rush | None = None,
    ) -> None:
        """`handle` returns once an update is stored; `park` notes one that cannot be handled at all.

        `skim` sees to many updates of one chat at once, `heard` is told after every answer of Telegram, `suspect` when
        somebody else receives with this bot's token, `rush` whether more updates wait.
        """
        self._telegram = telegram
        self._handle = handle
        self._park = park
        self._skim = skim
        self._heard = heard
        self._suspect = suspect
        self._watch = watch or Unwatched()
        self._rush = rush or Rush()
        self._lanes: dict[int | None, deque[Mapping[str, Any]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._open: set[int] = set()  # fetched, not stored yet
        self._known: set[int] = set()  # fetched, at or above the offset
        self._next = 0  # the offset when all that was fetched is stored
        self._alone = False  # Telegram has answered, so nobody else was receiving then
        self._stopping = False
        self.receiving = False  # until Telegram refuses or is away

    async def run(self) -> None:
        """Receive until cancelled. Raises InvalidToken when Telegram does not know the token."""
        offset: int | None = None
        pause, self.receiving, full = 0.0, True, False
        try:
            while True:
                try:
                    batch = await self._fetch(offset, full=full)
                except InvalidToken:
                    raise
                except TelegramError as error:
                    self.receiving = False
                    full = False
                    self._rush.fetched(more=full)
                    pause = await self._recover(error, pause)
                    continue
                pause, self._alone, self.receiving = 0.0, True, True
                full = len(batch) >= BATCH
                self._rush.fetched(more=full)
                await self._take(batch)
                await self._breathe()
                offset = self._offset() if self._next else offset
                if self._heard is not None:
                    await self._heard()
        finally:
            self._rush.fetched(more=False)  # another replica may fetch from now on
            await self._wind_up()

    async def _fetch(self, offset: int | None, *, full: bool) -> list[dict[str, Any]]:
        """Fetch updates; after a full batch it may be that none is left, and others would wait as long as this does."""
        return await (self._telegram.updates(offset, wait=0) if full else self._telegram.updates(offset))

    async def _recover(self, error: TelegramError, pause: float) -> float:
        if isinstance(error, Conflict):
            await self._take_over(error)
        pause = wait_of(error) if isinstance(error, RetryAfter) else pause * 2 or 0.2
        log.info("no updates", extra={"why": type(error).__name__})
        await asyncio.sleep(min(pause, 30.0))
        return min(pause, 15.0)

    async def _take_over(self, error: Conflict) -> None:
        """End a webhook or another poll. At start that is a switch; later nobody should have begun one."""
        sign = "webhook" if "webhook" in error.message.lower() else "poll"
        if self._alone:
            self._suspect(sign)
        else:
            log.warning("another receiver or a webhook is active; taking over", extra={"by": sign})
        await self._telegram.drop_webhook()

    async def _take(self, batch: list[dict[str, Any]]) -> None:
        """Put each update that is new into the lane of its chat.

        A few at a time: what the event loop is told to send in one turn leaves at the turn's end, and the first deletes
        of a large batch are not to wait for the last.
        """
        for number, raw in enumerate(batch):
            if number % A_TURN == A_TURN - 1:
                await asyncio.sleep(0)
            update_id = _id(raw)
            if update_id in self._known:
                continue
            self._known.add(update_id)
            self._open.add(update_id)
            self._watch.arrived(raw)
            self._next = max(self._next, update_id + 1)
            chat = chat_of(raw)
            if chat in self._lanes:
                self._lanes[chat].append(raw)
                continue
            self._lanes[chat] = deque([raw])
            task = asyncio.create_task(self._work(chat))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _breathe(self) -> None:
        """Wait until all that was fetched is stored, but no longer than is fair to those who write meanwhile."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=BREATH)

    def _offset(self) -> int:
        """Give the number up to which everything is stored."""
        offset = min(self._open, default=self._next)
        self._known = {update_id for update_id in self._known if update_id >= offset}
        return offset

    async def _wind_up(self) -> None:
        """Let steps that have begun come to their end; whatever waits comes again after the next start."""
        self._stopping = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_SECONDS)

    async def _work(self, chat: int | None) -> None:
        lane = self._lanes[chat]
        try:
            while lane and not self._stopping:
                surplus = len(lane) - MOST_WAITING if self._skim else 0
                some = [lane.popleft() for _ in range(max(1, surplus))]
                if await self._settled(some):
                    self._open.difference_update(map(_id, some))
        finally:
            del self._lanes[chat]

    async def _settled(self, some: Sequence[Mapping[str, Any]]) -> bool:
        """Handle one update, or skim several, until that is stored or they are parked; False when a stop came first."""
        failures = 0
        while not self._stopping:
            try:
                await (self._skim(some) if self._skim and len(some) > 1 else self._handle(some[0]))
            except Exception as error:  # noqa: BLE001  (one bad update must not stop the others)
                passing = isinstance(error, StorageError) and error.retryable
                failures += not passing
                why = error.code if isinstance(error, StorageError) else type(error).__name__
                about = {"why": why, "update": _id(some[0]), "attempt": failures}
                log.error("update not stored" if passing else "update not handled", extra=about)  # noqa: TRY400
                if failures >= ATTEMPTS and await self._parked(some):
                    return True
            else:
                return True
            await asyncio.sleep(RETRY_SECONDS)
        return False

    async def _parked(self, some: Sequence[Mapping[str, Any]]) -> bool:
        try:
            for raw in some:
                await self._park(raw)
        except StorageError:
            return False
        return True


def _id(raw: Mapping[str, Any]) -> int:
    return int(raw.get("update_id", 0))
