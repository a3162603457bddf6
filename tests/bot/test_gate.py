"""Deletes go first, whatever waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bot.telegram.gate import Gate, Limits, Urgency


@pytest.mark.asyncio
async def test_a_delete_passes_everything_that_waits() -> None:
    gate, order, release = Gate(width=1, kept_for_deletes=0), list[str](), asyncio.Event()

    async def call(name: str, urgency: Urgency) -> None:
        async with gate.through(urgency):
            order.append(name)
            await release.wait()

    async with asyncio.TaskGroup() as group:
        group.create_task(call("first", Urgency.SEND))
        await asyncio.sleep(0)
        for name, urgency in (
            ("send", Urgency.SEND),
            ("edit", Urgency.EDIT),
            ("answer", Urgency.ANSWER),
            ("delete", Urgency.DELETE),
        ):
            group.create_task(call(name, urgency))
        await asyncio.sleep(0)
        release.set()
    assert order == ["first", "delete", "answer", "edit", "send"]


@pytest.mark.asyncio
async def test_places_are_kept_for_deletes() -> None:
    gate, release = Gate(width=3, kept_for_deletes=2), asyncio.Event()
    inside: list[Urgency] = []

    async def call(urgency: Urgency) -> None:
        async with gate.through(urgency):
            inside.append(urgency)
            await release.wait()

    async with asyncio.TaskGroup() as group:
        for urgency in (Urgency.EDIT, Urgency.EDIT, Urgency.EDIT, Urgency.DELETE, Urgency.DELETE):
            group.create_task(call(urgency))
            await asyncio.sleep(0)
        assert inside == [Urgency.EDIT, Urgency.DELETE, Urgency.DELETE]
        release.set()
    assert len(inside) == 5


@pytest.mark.asyncio
async def test_a_caller_that_gives_up_leaves_its_place_to_others() -> None:
    gate, release = Gate(width=1, kept_for_deletes=0), asyncio.Event()

    async def call() -> None:
        async with gate.through(Urgency.EDIT):
            await release.wait()

    first, second, third = (asyncio.create_task(call()) for _ in range(3))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.sleep(0)
    release.set()
    await asyncio.wait_for(asyncio.gather(first, third), 1)
    assert second.cancelled()


class Hours:
    """A clock and its timers, moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[tuple[float, Callable[[], None]]] = []

    def __call__(self) -> float:
        return self.now

    def later(self, seconds: float, action: Callable[[], None]) -> Hours:
        self.timers.append((self.now + seconds, action))
        return self

    def cancel(self) -> None:
        """A timer that rings all the same does no harm."""

    async def passes(self, seconds: float) -> None:
        end = self.now + seconds
        while due := [each for each in self.timers if each[0] <= end]:
            first = min(due, key=lambda each: each[0])
            self.timers.remove(first)
            self.now = first[0]
            first[1]()
            for _ in range(5):
                await asyncio.sleep(0)
        self.now = end


@pytest.mark.asyncio
async def test_calls_go_at_telegrams_pace_and_wait_for_what_it_names() -> None:
    hours, went = Hours(), list[tuple[float, int]]()
    gate = Gate(limits=Limits(overall=2.5, per_chat=1.0, burst=1.0), clock=hours, later=hours.later)

    async def call(chat: int) -> None:
        async with gate.through(Urgency.EDIT, chat):
            went.append((hours.now, chat))

    calls = [asyncio.create_task(call(chat)) for chat in (1, 1, 2, 3)]
    await asyncio.sleep(0)
    assert went == [(0.0, 1), (0.0, 2)]
    await hours.passes(0.4)
    assert went[2:] == [(0.4, 3)]
    gate.refused(Urgency.EDIT, 1, 4)
    assert gate.held(Urgency.EDIT, 1) == 4
    assert gate.held(Urgency.DELETE, 1) == 0
    await hours.passes(10)
    assert went[3:] == [(4.4, 1)]
    await asyncio.gather(*calls)


@pytest.mark.asyncio
async def test_whoever_gives_up_while_the_pace_holds_it_back_takes_nothing_along() -> None:
    hours, went = Hours(), list[float]()
    gate = Gate(width=1, kept_for_deletes=0, limits=Limits(overall=1.0), clock=hours, later=hours.later)

    async def call() -> None:
        async with gate.through(Urgency.EDIT, 1):
            went.append(hours.now)

    first, second, third = (asyncio.create_task(call()) for _ in range(3))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.sleep(0)
    await hours.passes(1)
    assert went == [0.0, 1.0]
    await asyncio.gather(first, third)
    assert second.cancelled()
