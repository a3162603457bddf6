"""What a chat is to see while an edit waits for its turn goes with that edit."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.conversation import Shown
from bot.telegram.anchors import Anchors
from bot.telegram.client import Deleted, Draw, Edited, Sent
from flows.codec import Dialog
from flows.machine import FRESH
from flows.words import say


class Line:
    """A Telegram whose edits wait until they are let go."""

    def __init__(self) -> None:
        self.going = asyncio.Event()
        self.shown: list[tuple[str, int, str]] = []
        self.asked = 0
        self.missing = False

    async def edit(self, _chat: int, message: int, draw: Draw) -> Edited:
        self.asked += 1
        await self.going.wait()
        text, _ = draw()
        if self.missing:
            return Edited.MISSING
        self.shown.append(("edit", message, text))
        return Edited.DONE

    async def send(self, _chat: int, text: str, _keyboard: Any = None) -> Sent:
        self.shown.append(("send", 900, text))
        return Sent(900)

    async def delete(self, _chat: int, _ids: list[int]) -> tuple[Deleted, float]:
        return Deleted.DONE, 0.0


class Memory:
    def __init__(self) -> None:
        self.kept: list[tuple[int, int]] = []

    async def shown(self, _chat: int, version: int, anchor: int) -> int | None:
        self.kept.append((version, anchor))
        return None

    def shown_soon(self, _chat: int, version: int, anchor: int) -> None:
        self.kept.append((version, anchor))


def screen(version: int) -> Shown:
    return Shown(
        7, Dialog(FRESH.state, say("error.unknown", code="x", incident=f"n{version}", detail="")), version, 5, ()
    )


@pytest.fixture
def line() -> Line:
    return Line()


def anchors(line: Line, memory: Memory) -> Anchors:
    telegram: Any = line
    return Anchors(telegram, memory, {}, clock=lambda: 0.0)


async def turn() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.mark.asyncio
async def test_edits_of_one_anchor_become_one_while_they_wait(line: Line) -> None:
    memory = Memory()
    parts = anchors(line, memory)
    for version in range(1, 6):
        parts.show(screen(version))
        await turn()
    line.going.set()
    await parts.settle()
    assert line.asked == 1
    ((how, message, text),) = line.shown
    assert (how, message) == ("edit", 5)
    assert "n5" in text
    assert memory.kept == [(5, 5)]


@pytest.mark.asyncio
async def test_a_screen_to_be_sent_anew_does_not_go_with_an_edit(line: Line) -> None:
    parts = anchors(line, Memory())
    parts.show(screen(1))
    await turn()
    parts.show(screen(2), resend=True)
    line.going.set()
    await parts.settle()
    assert [(how, message) for how, message, _ in line.shown] == [("edit", 5), ("send", 900)]
    assert "n2" in line.shown[1][2]


@pytest.mark.asyncio
async def test_when_the_anchor_is_gone_the_newest_screen_is_sent(line: Line) -> None:
    memory = Memory()
    parts = anchors(line, memory)
    line.missing = True
    parts.show(screen(1))
    await turn()
    parts.show(screen(2))
    line.going.set()
    await parts.settle()
    ((how, _, text),) = line.shown
    assert (how, "n2" in text) == ("send", True)
    assert memory.kept == [(2, 900)]
