"""One task per busy chat: nothing that is wished for is lost, and no chat is worked on twice at once."""

from __future__ import annotations

import asyncio
from collections import defaultdict

import pytest

from bot.chat_tasks import ChatTasks


class Desk:
    """Whoever does the work: takes the newest wish of a chat, and is held up until let go."""

    def __init__(self) -> None:
        self.wishes: dict[int, str] = {}
        self.done: list[tuple[int, str]] = []
        self.rested: list[int] = []
        self.going = asyncio.Event()
        self.at_work: defaultdict[int, int] = defaultdict(int)
        self.tasks = ChatTasks(self.wishes, self.work, rested=self.rested.append)

    def wants(self, chat: int, wish: str) -> None:
        self.wishes[chat] = wish
        self.tasks.wake(chat)

    async def work(self, chat: int) -> None:
        wish = self.wishes.pop(chat)
        self.at_work[chat] += 1
        assert self.at_work[chat] == 1, "two at once in one chat"
        try:
            await self.going.wait()
            if wish == "impossible":
                raise ValueError(wish)
            self.done.append((chat, wish))
        finally:
            self.at_work[chat] -= 1


async def turn() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


@pytest.mark.asyncio
async def test_what_comes_while_a_chat_is_busy_is_done_next_and_only_the_newest_of_it() -> None:
    desk = Desk()
    desk.wants(7, "first")
    await turn()
    desk.wants(7, "second")
    desk.wants(7, "third")
    desk.wants(8, "beside")
    await turn()
    assert dict(desk.at_work) == {7: 1, 8: 1}, "one chat does not wait for another"
    assert 7 in desk.tasks
    desk.going.set()
    await desk.tasks.settle()
    assert [wish for chat, wish in desk.done if chat == 7] == ["first", "third"]
    assert 7 not in desk.tasks
    assert sorted(desk.rested) == [7, 8]


@pytest.mark.asyncio
async def test_a_wish_that_fails_leaves_the_chat_free_for_the_next() -> None:
    desk = Desk()
    desk.going.set()
    desk.wants(7, "impossible")
    await desk.tasks.settle()
    assert desk.rested == [7]
    desk.wants(7, "possible")
    await desk.tasks.settle()
    assert desk.done == [(7, "possible")]


@pytest.mark.asyncio
async def test_closed_before_it_has_begun_nobody_waits_for_it() -> None:
    desk = Desk()
    desk.wants(7, "too late")
    desk.tasks.close()
    async with asyncio.timeout(5):
        await desk.tasks.settle()
    await turn()
    assert desk.done == []
    assert 7 not in desk.tasks
