"""Made-up people who walk the road: look at the screen, think, tap or paste."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from bench.telegram import Chat, Screen, Telegram


@dataclass(frozen=True, slots=True)
class Papers:
    """What one person brings along."""

    token: str
    key_id: str
    secret: str


@dataclass(frozen=True, slots=True)
class Tap:
    """Press the button that does this, once there is one."""

    action: str


@dataclass(frozen=True, slots=True)
class Paste:
    """Paste one of one's papers once the screen says this."""

    paper: str
    asked_by: str


Step: TypeAlias = "Tap | Paste"
TO_SECRET: Final[tuple[Step, ...]] = (
    Tap("begin"), Tap("next"), Tap("mode:paper"), Tap("watch"), Tap("agree"), Paste("token", "Connect Cloudflare"),
    Tap("keep:yes"), Tap("next"), Paste("key_id", "Paste the Key ID"),
)  # fmt: skip
LAST: Final = Paste("secret", "Now paste the Secret")
AGAIN: Final = Tap("another")
ANEW: Final = Tap("anew")
PATIENCE: Final = 120.0


class Lost(RuntimeError):  # noqa: N818  (says what happened)
    """A person does not get any further; the message shows their screen."""


class Person:
    """One person in one chat."""

    def __init__(self, telegram: Telegram, chat_id: int, papers: Papers, think: float) -> None:
        """`think` is for how many seconds they look at a screen before they act."""
        self._telegram = telegram
        self._papers = papers
        self._think = think
        self._screen: Screen | None = None
        self._news = asyncio.Event()
        self._chat = telegram.chats[chat_id] = Chat(chat_id, self._sees)

    def _sees(self, screen: Screen) -> None:
        self._screen = screen
        self._news.set()

    async def _until(self, shown: Callable[[Screen], bool], what: str) -> Screen:
        try:
            async with asyncio.timeout(PATIENCE):
                while self._screen is None or not shown(self._screen):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise Lost(f"waits for {what}, sees {self._screen and self._screen.text!r}") from None
        return self._screen

    async def to_secret(self) -> None:
        """Go from hello to where the Secret is asked for."""
        if self._screen is None:
            self._telegram.says(self._chat, "/start")
        else:
            await self.does(AGAIN)
            await self.does(ANEW)
        for step in TO_SECRET:
            await self.does(step)

    async def is_asked(self) -> None:
        """Wait until the Secret is asked for."""
        await self._until(lambda screen: LAST.asked_by in screen.text, LAST.asked_by)

    def pastes_secret(self) -> None:
        """Paste it, without thinking."""
        self._paste(LAST)

    async def is_done(self) -> None:
        """Wait until the Worker runs."""
        await self._until(lambda screen: AGAIN.action in screen.taps, "the end")

    def has_a_bot(self) -> bool:
        """Tell whether the screen says that the Worker runs."""
        return self._screen is not None and AGAIN.action in self._screen.taps

    async def onboards(self) -> None:
        """Walk the whole road."""
        await self.to_secret()
        await self.does(LAST)
        await self.is_done()

    async def does(self, step: Step) -> None:
        """Wait for one's turn, think, act."""
        if isinstance(step, Paste):
            await self._until(lambda screen: step.asked_by in screen.text, step.asked_by)
            await asyncio.sleep(self._think)
            self._paste(step)
            return
        await self._until(lambda screen: step.action in screen.taps, step.action)
        await asyncio.sleep(self._think)
        screen = await self._until(lambda screen: step.action in screen.taps, step.action)
        self._telegram.taps(self._chat, screen, screen.taps[step.action])

    def _paste(self, step: Paste) -> None:
        self._telegram.says(self._chat, str(getattr(self._papers, step.paper)), secret=True)
