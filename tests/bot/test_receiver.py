"""Only what is stored is acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bot.storage.errors import StorageError
from bot.telegram.receiver import ATTEMPTS, Receiver


class Line:
    """A Telegram that hands out prepared batches and notes the offsets asked for."""

    def __init__(self, *updates: dict[str, Any]) -> None:
        self.waiting = list(updates)
        self.offsets: list[int | None] = []
        self.empty = asyncio.Event()

    async def updates(self, offset: int | None) -> list[dict[str, Any]]:
        self.offsets.append(offset)
        if offset is not None:
            self.waiting = [update for update in self.waiting if update["update_id"] >= offset]
        if not self.waiting:
            self.empty.set()
            await asyncio.Event().wait()
        return list(self.waiting)

    async def drop_webhook(self) -> None:
        raise AssertionError


def update(update_id: int, chat: int) -> dict[str, Any]:
    return {"update_id": update_id, "message": {"chat": {"id": chat}}}


async def receive(line: Line, handle: Any, park: Any = None) -> None:
    async def nothing(_raw: Mapping[str, Any]) -> None:
        raise AssertionError

    task = asyncio.create_task(Receiver(line, handle, park or nothing).run())  # type: ignore[arg-type]
    await asyncio.wait_for(line.empty.wait(), 10)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.asyncio
async def test_one_chat_in_order_and_chats_side_by_side() -> None:
    seen: list[int] = []
    other = asyncio.Event()

    async def handle(raw: Mapping[str, Any]) -> None:
        if raw["update_id"] == 1:
            await asyncio.wait_for(other.wait(), 5)  # the other chat is not held up by this one
        if raw["update_id"] == 3:
            other.set()
        seen.append(raw["update_id"])

    line = Line(update(1, 10), update(2, 10), update(3, 20))
    await receive(line, handle)
    assert seen == [3, 1, 2]
    assert line.offsets == [None, 4]


@pytest.mark.asyncio
async def test_what_could_not_be_stored_comes_again() -> None:
    tries: list[int] = []

    async def handle(raw: Mapping[str, Any]) -> None:
        tries.append(raw["update_id"])
        if raw["update_id"] == 2 and tries.count(2) < 3:
            raise StorageError("locked", retryable=True)

    line = Line(update(1, 10), update(2, 20), update(3, 20))
    await receive(line, handle)
    assert set(line.offsets[1:-1]) == {2}, "nothing is acknowledged that is not stored"
    assert line.offsets[-1] == 4
    assert tries == [1, 2, 2, 2, 3], "the chat's next update waits for the one before it"


@pytest.mark.asyncio
async def test_a_chat_that_takes_long_holds_up_nobody() -> None:
    seen: list[int] = []
    line = Line(update(1, 10), update(2, 20))
    late = asyncio.Event()

    async def handle(raw: Mapping[str, Any]) -> None:
        if raw["update_id"] == 1:
            await asyncio.wait_for(late.wait(), 5)
        if raw["update_id"] == 2:
            line.waiting.append(update(3, 30))
        if raw["update_id"] == 3:
            late.set()
        seen.append(raw["update_id"])

    await receive(line, handle)
    assert seen == [2, 3, 1]
    assert line.offsets == [None, 1, 4], "an update is fetched again, not handled again, while one before it is open"


@pytest.mark.asyncio
async def test_an_update_that_always_fails_is_set_aside() -> None:
    parked: list[int] = []
    tries: list[int] = []

    async def handle(raw: Mapping[str, Any]) -> None:
        if raw["update_id"] == 1:
            tries.append(1)
            raise ZeroDivisionError

    async def park(raw: Mapping[str, Any]) -> None:
        parked.append(raw["update_id"])

    line = Line(update(1, 10), update(2, 20))
    await receive(line, handle, park)
    assert parked == [1]
    assert tries == [1] * ATTEMPTS
    assert line.offsets[-1] == 3
