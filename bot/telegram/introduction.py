"""What Telegram shows of Soar before a word is said, in each language: commands, menu button and description.

It is compared with what Telegram has, and only what differs is sent: slowly, since nobody waits for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, Protocol, TypeVar

from telegram import Bot, BotCommand, MenuButtonCommands
from telegram.constants import MenuButtonType
from telegram.error import RetryAfter, TelegramError

from bot.telegram.client import wait_of
from bot.texts.render import commands, plain
from flows.languages import Language
from flows.situation import ALWAYS
from flows.words import say

log = logging.getLogger(__name__)
T = TypeVar("T")
PAUSE: Final = 0.1  # seconds between two calls, so that those for people go first
MOST_WAITS: Final = 5


class Speaker(Protocol):
    """What an introduction needs of Telegram."""

    @property
    def bot(self) -> Bot:
        """The library's client."""
        ...


class Introduction:
    """Brings Telegram's side up to the texts of this version."""

    def __init__(self, telegram: Speaker, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Contact nothing yet."""
        self._bot = telegram.bot
        self._sleep = sleep

    async def run(self) -> None:
        """Compare and send; what Telegram does not take is logged and tried again at the next start."""
        try:
            for language in Language:
                await self._introduce(language)
            if (await self._call(self._bot.get_chat_menu_button)).type != MenuButtonType.COMMANDS:
                await self._call(lambda: self._bot.set_chat_menu_button(menu_button=MenuButtonCommands()))
        except TelegramError as refusal:
            log.warning("not introduced", extra={"why": type(refusal).__name__})

    async def _introduce(self, language: Language) -> None:
        """Say in a language what is said; English is for everybody whose language is not spoken here."""
        code = "" if language is Language.ENGLISH else language.telegram
        wanted = [BotCommand(name, words) for name, words in commands(language) if name in ALWAYS]
        about, short = plain(say("about.description"), language), plain(say("about.short"), language)
        if list(await self._call(lambda: self._bot.get_my_commands(language_code=code))) != wanted:
            await self._call(lambda: self._bot.set_my_commands(wanted, language_code=code))
        if (await self._call(lambda: self._bot.get_my_description(language_code=code))).description != about:
            await self._call(lambda: self._bot.set_my_description(about, language_code=code))
        known = await self._call(lambda: self._bot.get_my_short_description(language_code=code))
        if known.short_description != short:
            await self._call(lambda: self._bot.set_my_short_description(short, language_code=code))

    async def _call(self, call: Callable[[], Awaitable[T]]) -> T:
        """Make a call, as often as Telegram asks to wait for it. Raises TelegramError."""
        for _ in range(MOST_WAITS):
            await self._sleep(PAUSE)
            try:
                return await call()
            except RetryAfter as refusal:
                await self._sleep(wait_of(refusal))
        return await call()
