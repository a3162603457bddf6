"""An operation that nobody carries out any more is ended, and its chat can try again."""

from __future__ import annotations

import logging

import pytest

from bot.runner.port import Operation, Outcome
from bot.storage import dialogs, operations, workers
from flows.codec import Dialog, dump
from flows.plans import Mode, Watch
from flows.states import (
    Account,
    Connected,
    Connecting,
    Destroying,
    Held,
    Home,
    NewKeys,
    NewWorker,
    OwnToken,
    Removal,
    State,
    Working,
)
from tests.bot.inside import NOW, Inside, inside
from tests.storage.rows import worker

HELD = Held("t", int(NOW) + 900)
TOKEN = Held("c", int(NOW) + 3600)
ACCESS = Connected(TOKEN, Account("a1", "Ann"), "ann")
JOB = NewWorker(Mode.PAPER, Watch(), "0" * 16)
WAITING: tuple[tuple[str, State, str], ...] = (
    ("connect", Connecting(JOB, TOKEN, "o1"), "Try again"),
    ("deploy", Working(JOB, ACCESS, HELD, HELD, "o1"), "Try again"),
    ("rotate", Working(NewKeys("w1", Mode.PAPER, "a1"), OwnToken(), HELD, HELD, "o1"), "Try again"),
    ("destroy", Destroying("w1", Mode.PAPER, "o1", OwnToken()), "🗑 Remove"),
    ("destroy", Destroying("w1", Mode.PAPER, "o1", ACCESS), "Try again"),
    ("connect", Connecting(Removal("w1", Mode.PAPER, "a1"), TOKEN, "o1"), "Try again"),
    ("status", Home("w1", None, "o1"), "📊 Status"),
)


async def waits(bot: Inside, kind: str, state: State) -> None:
    row = dialogs.Dialog(7, 7, dump(Dialog(state)), 1, 1, None, None, NOW)
    await bot.database.write(lambda connection: dialogs.save(connection, row, was=0))
    await bot.database.write(lambda connection: workers.save(connection, worker("w1", chat_id=7)))
    await bot.database.write(
        lambda connection: operations.start(
            connection, operation_id="o1", chat_id=7, kind=kind, arguments={"worker": "w1"}, now=NOW
        )
    )


@pytest.mark.asyncio
@pytest.mark.parametrize(("kind", "state", "way_on"), WAITING)
async def test_what_nobody_carries_out_can_be_tried_again(
    kind: str, state: State, way_on: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with inside() as bot:
        await waits(bot, kind, state)
        bot.time.at += 179
        assert await bot.watchdog.look() == 0
        bot.time.at += 2
        with caplog.at_level(logging.ERROR):
            assert await bot.watchdog.look() == 1
        await bot.settles()
        (shown,) = bot.line.texts(7)
        assert "That took too long, so I stopped waiting" in shown
        assert "<code>57ucc57u</code>" in shown
        assert [each.__dict__["incident"] for each in caplog.records] == ["57ucc57u"]
        assert any(way_on in button["text"] for button in bot.line.buttons(7))
        assert await bot.watchdog.look() == 0


@pytest.mark.asyncio
async def test_what_waits_for_its_turn_is_left_alone() -> None:
    async with inside(lambda _operation: Outcome("done", "undone")) as bot:
        await waits(bot, "deploy", WAITING[1][1])
        bot.time.at += 1000
        bot.runner.submit(Operation("o1", 7, "deploy", {"worker": "w1"}))
        assert await bot.watchdog.look() == 0
        await bot.settles()
