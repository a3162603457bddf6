"""A table that others add to is looked at when told, when something falls due, and again after it could not be read."""

from __future__ import annotations

import asyncio

import pytest

from bot import worklist
from bot.storage.errors import StorageError
from bot.worklist import Worklist


@pytest.mark.asyncio
async def test_it_looks_when_told_when_due_and_after_trouble(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worklist, "BLIND", 0.0)
    looked = asyncio.Queue[str]()
    answers: list[float | StorageError] = [0.0, StorageError("locked", retryable=True), 3600.0, 3600.0]

    async def look() -> float:
        answer = answers.pop(0)
        looked.put_nowait("look")
        if isinstance(answer, StorageError):
            raise answer
        return answer

    table = Worklist("outbox", look)
    working = asyncio.create_task(table.run())
    async with asyncio.timeout(20):
        for _ in range(3):  # at once, because something is due, and because it could not see
            await looked.get()
        assert looked.empty()
        table.added()
        await looked.get()
    assert not answers
    assert [(entry.message, vars(entry)["table"]) for entry in caplog.records] == [
        ("cannot see what is to be done", "outbox")
    ]
    working.cancel()
