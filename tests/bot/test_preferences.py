"""/settings in the chat: what is chosen is kept, shown again, and forgotten with the chat."""

from __future__ import annotations

from functools import partial
from itertools import count

import pytest

from bot.storage import dialogs, notices
from bot.storage.notices import Wishes
from flows.codec import Dialog, dump
from flows.notices import KINDS
from flows.plans import Mode, Watch
from flows.states import AskToken, NewWorker
from tests.bot.inside import NOW, Inside, inside, message, tap

UPDATES = count(1)


async def says(bot: Inside, text: str) -> None:
    await bot.receives(message(next(UPDATES), text=text))


async def taps(bot: Inside, label: str) -> None:
    button = next(each for each in bot.line.buttons(7) if label in each["text"])
    await bot.receives(tap(next(UPDATES), button["callback_data"], on=bot.line.newest(7)))


def reads(bot: Inside) -> str:
    return bot.line.shown[7, bot.line.newest(7)][0]


def labels(bot: Inside) -> list[str]:
    return [each["text"] for each in bot.line.buttons(7)]


async def wishes(bot: Inside) -> Wishes | None:
    return await bot.database.read(partial(notices.get, chat_id=7))


@pytest.mark.asyncio
async def test_each_kind_can_be_silenced_and_heard_again() -> None:
    async with inside() as bot:
        await says(bot, "/settings")
        assert next(label for label in labels(bot) if label.startswith("🔔 On")) == "🔔 On: orders"
        assert await wishes(bot) is None
        for kind in KINDS:
            await taps(bot, {"trade": "orders", "refusal": "refusals", "latch": "stopped itself"}.get(
                kind, "all is well" if kind == "recovery" else "silent"))  # fmt: skip
        kept = await wishes(bot)
        assert kept is not None
        assert set(kept.silenced.split(",")) == set(KINDS)
        assert not [label for label in labels(bot) if "On:" in label]
        await taps(bot, "Off: orders")
        await taps(bot, "Back to where I was")
        assert "Hello!" in reads(bot)
        await says(bot, "/settings")
        assert [label for label in labels(bot) if "On:" in label] == ["🔔 On: orders"]


@pytest.mark.asyncio
async def test_a_summary_quiet_hours_and_a_zone_are_chosen_by_tapping() -> None:
    async with inside() as bot:
        await says(bot, "/settings")
        await taps(bot, "My time zone")
        assert "New York (UTC-5)" in labels(bot)
        await taps(bot, "More »")
        await taps(bot, "More »")
        await taps(bot, "« Earlier")
        await taps(bot, "Berlin (UTC+1)")
        await taps(bot, "Daily summary")
        await taps(bot, "18:00")
        await taps(bot, "Quiet hours")
        await taps(bot, "22:00")
        await taps(bot, "‹ Back")
        await taps(bot, "23:00")
        await taps(bot, "23:00")
        assert bot.line.answered[f"c{next(UPDATES) - 1}"] == "That is when they begin. Pick another hour."
        await taps(bot, "07:00")
        for words in ("Daily summary: at 18:00", "Quiet hours: 23:00 to 07:00", "Your time zone: Berlin"):
            assert words in reads(bot).replace("<b>", "").replace("</b>", "")
        kept = await wishes(bot)
        assert kept is not None
        assert (kept.zone, kept.summary_hour, kept.quiet_from, kept.quiet_to) == ("Europe/Berlin", 18, 23, 7)
        assert kept.summary_at is not None
        assert NOW < kept.summary_at <= NOW + 86_400
        assert kept.summary_at % 86_400 == 17 * 3600  # it is January
        await taps(bot, "Daily summary")
        await taps(bot, "No summary")
        await taps(bot, "Quiet hours")
        await taps(bot, "No quiet hours")
        kept = await wishes(bot)
        assert kept == Wishes(7, "", "Europe/Berlin", None, None, None, None)


@pytest.mark.asyncio
async def test_settings_open_over_a_question_for_a_secret_and_lead_back_to_it() -> None:
    async with inside() as bot:
        row = dialogs.Dialog(
            7, 7, dump(Dialog(AskToken(NewWorker(Mode.PAPER, Watch(), "0" * 16)))), 1, 1, None, None, NOW
        )
        await bot.database.write(partial(dialogs.save, dialog=row, was=0))
        await says(bot, "/settings")
        assert (await bot.stage.standing(7)).strict
        await taps(bot, "Quiet hours")
        await taps(bot, "‹ Back")
        await taps(bot, "Back to where I was")
        assert "Paste the token now" in reads(bot)


@pytest.mark.asyncio
async def test_they_are_forgotten_with_the_chat() -> None:
    async with inside() as bot:
        await says(bot, "/settings")
        await taps(bot, "On: orders")
        await says(bot, "/forget")
        await taps(bot, "Forget me")
        assert await wishes(bot) is None
