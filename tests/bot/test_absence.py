"""Away for longer than Telegram keeps messages: whoever was giving keys is told to look for them."""

from __future__ import annotations

from functools import partial

import pytest

from bot.absence import Absence
from bot.storage import dialogs
from flows.codec import Dialog, dump
from flows.plans import Mode, Watch
from flows.states import AskToken, NewWorker, PickMode, State
from tests.bot.inside import NOW, Inside, inside, message

HOUR = 3600.0
GIVING_KEYS, LOOKING_ABOUT = 7, 8
WARNING = "I was away for more than a day"


async def are(bot: Inside, states: dict[int, State]) -> None:
    for chat, state in states.items():
        row = dialogs.Dialog(chat, chat, dump(Dialog(state)), 1, 1, None, None, NOW)
        await bot.database.write(partial(dialogs.save, dialog=row, was=0))


async def in_the_middle(bot: Inside) -> None:
    await are(bot, {GIVING_KEYS: AskToken(NewWorker(Mode.PAPER, Watch(), "0" * 16)), LOOKING_ABOUT: PickMode()})


def warned(bot: Inside, chat: int) -> bool:
    return any(WARNING in text for text in bot.line.texts(chat))


@pytest.mark.asyncio
@pytest.mark.parametrize(("hours", "told"), [(23, False), (25, True)])
async def test_a_process_that_heard_nothing(hours: float, told: bool) -> None:  # noqa: FBT001
    async with inside() as bot:
        await in_the_middle(bot)
        await bot.absence.heard()
        bot.time.at += hours * HOUR
        await bot.absence.heard()
        await bot.settles()
        assert warned(bot, GIVING_KEYS) is told
        assert not warned(bot, LOOKING_ABOUT)


@pytest.mark.asyncio
async def test_a_process_that_was_not_there() -> None:
    async with inside() as bot:
        await in_the_middle(bot)
        await bot.absence.heard()
        bot.time.at += 30 * HOUR
        started_anew = Absence(bot.database, bot.stage, clock=bot.time)
        await started_anew.heard()
        await bot.settles()
        assert warned(bot, GIVING_KEYS)
        said = bot.line.said
        await started_anew.heard()
        await Absence(bot.database, bot.stage, clock=bot.time).heard()
        await bot.settles()
        assert bot.line.said == said, "once is enough"


@pytest.mark.asyncio
async def test_the_first_start_of_all_warns_nobody() -> None:
    async with inside() as bot:
        await in_the_middle(bot)
        await bot.absence.heard()
        await bot.settles()
        assert bot.line.said == 0


@pytest.mark.asyncio
async def test_all_of_many_chats_are_told() -> None:
    async with inside() as bot:
        await are(bot, {chat: AskToken(NewWorker(Mode.PAPER, Watch(), "0" * 16)) for chat in range(1, 1200)})
        await bot.absence.heard()
        bot.time.at += 25 * HOUR
        await bot.absence.heard()
        await bot.settles()
        assert all(warned(bot, chat) for chat in range(1, 1200))


@pytest.mark.asyncio
async def test_hearing_survives_a_database_that_cannot_keep_it() -> None:
    async with inside() as bot:
        await in_the_middle(bot)
        await bot.absence.heard()
        bot.time.at += 25 * HOUR
        bot.database.refusals = 1
        await bot.absence.heard()
        assert not warned(bot, GIVING_KEYS)
        await bot.absence.heard()
        await bot.settles()
        assert warned(bot, GIVING_KEYS)


@pytest.mark.asyncio
async def test_receiving_is_hearing() -> None:
    async with inside() as bot:
        await in_the_middle(bot)
        await bot.receives(message(1, text="/start"))
        bot.time.at += 25 * HOUR
        await bot.receives(message(2, 9, text="/start"))
        await bot.settles()
        assert warned(bot, GIVING_KEYS)
