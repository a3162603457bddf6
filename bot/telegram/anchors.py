"""The one message per chat that shows where the conversation is: edited in place, sent anew only when asked to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from bot.chat_tasks import ChatTasks
from bot.conversation import Shown
from bot.telegram.client import Edited, Telegram
from bot.telegram.keyboards import Keyboard, keyboard
from bot.texts.render import body
from flows.events import Context, Progress
from flows.machine import view
from flows.screen import Place

BETWEEN_PROGRESS = 1.5  # seconds between what was shown last and an edit that only shows progress
MOST_REMEMBERED = 5_000  # chats, before those that nothing was shown in lately are forgotten


class Memory(Protocol):
    """Where it is kept which message is a chat's anchor and what it shows."""

    async def shown(self, chat_id: int, version: int, anchor: int) -> int | None:
        """Keep it durably before returning: a new anchor must be found after a crash.

        Returns the message that was the anchor so far, or the new one if another process has shown a later state.
        """

    def shown_soon(self, chat_id: int, version: int, anchor: int) -> None:
        """Keep it some time soon: an edit may be repeated without harm."""


@dataclass(slots=True)
class _Wish:
    shown: Shown
    resend: bool = False
    progress: Progress | None = None


class Anchors:
    """Shows the newest state of each chat; what came in between is skipped. One task per busy chat."""

    def __init__(
        self,
        telegram: Telegram,
        memory: Memory,
        places: Mapping[Place, str],
        *,
        clock: Callable[[], float],
        between: float = BETWEEN_PROGRESS,
        connect: Callable[[int], str] | None = None,
    ) -> None:
        """`places` are the addresses of pages that buttons open; `connect` gives a chat its own one, to Cloudflare.

        `between` keeps progress apart from what was shown last.
        """
        self._telegram = telegram
        self._memory = memory
        self._places = places
        self._connect = connect
        self._clock = clock
        self._between = between
        self._wishes: dict[int, _Wish] = {}
        self._anchors: dict[int, int] = {}
        self._tasks = ChatTasks(self._wishes, self._work, rested=self._rested)
        self._last: dict[int, float] = {}
        self._pauses: dict[int, asyncio.Event] = {}  # set by what is more than progress

    def show(self, shown: Shown, *, resend: bool = False, progress: Progress | None = None) -> None:
        """Show a chat's state, at the bottom of the chat if `resend`; returns at once."""
        before = self._wishes.get(shown.chat_id)
        if before is not None and before.shown.version > shown.version > 0:
            shown, progress = before.shown, before.progress
        resend = resend or (before is not None and before.resend)
        self._wishes[shown.chat_id] = _Wish(shown, resend, progress)
        if (resend or progress is None) and (pause := self._pauses.get(shown.chat_id)) is not None:
            pause.set()
        self._tasks.wake(shown.chat_id)

    async def settle(self) -> None:
        """Wait until everything asked for is shown."""
        await self._tasks.settle()

    def close(self) -> None:
        """Stop showing; what is not shown yet is shown after the next start."""
        self._tasks.close()

    async def _work(self, chat_id: int) -> None:
        wish = self._wishes[chat_id]
        if wish.progress is not None and not wish.resend:
            await self._pause(chat_id)
        await self._fulfil(self._wishes.pop(chat_id, wish))

    def _rested(self, chat_id: int) -> None:
        self._anchors.pop(chat_id, None)

    async def _pause(self, chat_id: int) -> None:
        """Keep progress edits apart; a change of state that comes meanwhile ends the wait."""
        left = min(self._between, self._last.get(chat_id, 0.0) + self._between - self._clock())
        if left <= 0:
            return
        pause = self._pauses[chat_id] = asyncio.Event()
        try:
            async with asyncio.timeout(left):
                await pause.wait()
        except TimeoutError:
            return
        finally:
            del self._pauses[chat_id]

    async def _fulfil(self, wish: _Wish) -> None:
        chat_id = wish.shown.chat_id
        anchor = self._anchors.get(chat_id, wish.shown.anchor)
        if anchor is not None and not wish.resend and await self._edited(wish, anchor):
            return
        sent = await self._telegram.send(chat_id, *self._drawn(wish))
        if sent.message_id is None:
            return
        self._anchors[chat_id] = sent.message_id
        older = await self._memory.shown(chat_id, wish.shown.version, sent.message_id)
        later = self._wishes.get(chat_id)
        if older == sent.message_id:
            self._anchors.pop(chat_id)
        elif later is not None:
            later.shown = replace(later.shown, anchor=sent.message_id)
        if gone := sorted({each for each in (anchor, older) if each is not None}):
            await self._telegram.delete(chat_id, gone)

    async def _edited(self, wish: _Wish, anchor: int) -> bool:
        """Edit a chat's anchor in place; False when it is gone. What is wished for while it waits goes with it."""
        chat_id, newest = wish.shown.chat_id, wish

        def draw() -> tuple[str, Keyboard | None]:
            nonlocal newest
            later = self._wishes.get(chat_id)
            if later is not None and not later.resend:
                newest = self._wishes.pop(chat_id)
            return self._drawn(newest)

        edited = await self._telegram.edit(chat_id, anchor, draw)
        if edited is Edited.DONE:
            self._memory.shown_soon(chat_id, newest.shown.version, anchor)
        wish.shown, wish.progress = newest.shown, newest.progress
        return edited is not Edited.MISSING

    def _drawn(self, wish: _Wish) -> tuple[str, Keyboard | None]:
        shown = wish.shown
        self._drew(shown.chat_id)
        connects = self._connect is not None
        now, workers = int(self._clock()), shown.workers
        context = Context(now, "", workers, wish.progress, form=shown.form, connects=connects)
        screen = view(shown.dialog, context)
        places = self._places
        if self._connect is not None:
            places = {**places, Place.CLOUDFLARE_CONNECT: self._connect(shown.chat_id)}
        return body(screen, shown.language), keyboard(screen, shown.version, places, shown.language)

    def _drew(self, chat_id: int) -> None:
        now = self._clock()
        if len(self._last) >= MOST_REMEMBERED:
            self._last = {chat: at for chat, at in self._last.items() if 0 <= now - at < self._between}
        self._last[chat_id] = now
