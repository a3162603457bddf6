"""What Telegram shows before a word is said: each language has its own, and only what differs is sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
import telegram
from telegram.request import HTTPXRequest

from bot.telegram.introduction import Introduction
from bot.texts.catalogue import wording
from bot.texts.render import commands
from flows.languages import Language
from flows.situation import ALWAYS
from sandbox.serving import Served
from sandbox.telegram.phone import NO_CERTIFICATES
from sandbox.telegram.server import create_app

TOKEN = "1001:test-token-000000000000000000001001"


class Counted(HTTPXRequest):
    """Counts what is asked of Telegram."""

    def __init__(self) -> None:
        super().__init__(httpx_kwargs={"trust_env": False, "verify": NO_CERTIFICATES})
        self.asked: list[str] = []

    async def do_request(self, url: str, *more: Any, **options: Any) -> tuple[int, bytes]:
        self.asked.append(url.rsplit("/", 1)[1])
        return await super().do_request(url, *more, **options)


async def at_once(_seconds: float) -> None:
    return


@pytest.mark.asyncio
async def test_each_language_is_introduced_once() -> None:
    with Served(create_app(tokens={TOKEN: "bot_1"}, page=None)) as server:
        calls = Counted()
        made = telegram.Bot(TOKEN, base_url=f"{server.url}/bot", request=calls)
        async with made:
            introduce: Callable[[], Awaitable[None]] = Introduction(SimpleNamespace(bot=made), sleep=at_once).run
            await introduce()
            for language in Language:
                code = "" if language is Language.ENGLISH else language.telegram
                known = await made.get_my_commands(language_code=code)
                assert [(each.command, each.description) for each in known] == [
                    line for line in commands(language) if line[0] in ALWAYS
                ]
                about = await made.get_my_description(language_code=code)
                assert about.description == wording("about.description", language)
            assert (await made.get_chat_menu_button()).type == "commands"

            calls.asked.clear()
            await introduce()
            assert {name[:3] for name in calls.asked} == {"get"}

            await made.set_my_short_description("Somebody else's words", language_code="de")
            calls.asked.clear()
            await introduce()
            assert [name for name in calls.asked if name.startswith("set")] == ["setMyShortDescription"]


@pytest.mark.asyncio
async def test_a_telegram_that_is_away_is_let_be() -> None:
    made = telegram.Bot(TOKEN, base_url="http://127.0.0.1:9/bot", request=Counted())
    await Introduction(SimpleNamespace(bot=made), sleep=at_once).run()
