"""Deletes go first, whatever waits."""

from __future__ import annotations

import asyncio

import pytest

from bot.telegram.gate import Gate, Urgency


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
