"""A disk that is full: what comes then is not acknowledged, keys go even so, and all goes on when there is room."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import Connection, text

from bot.storage import updates
from bot.storage.errors import StorageError
from tests.bot.inside import NOW, Inside, inside, message

KEY = "PKQ7W2E9R4T8Y1U6I3OP"
FIRST, PLENTY = 1_000_000, 10_000


def may_grow_to(pages: int | None) -> Callable[[Connection], None]:
    """Let SQLite refuse to use more pages, as it does when the disk has none; None stands for those it has."""

    def work(connection: Connection) -> None:
        most = pages or connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {most}"))

    return work


async def fill(bot: Inside) -> None:
    """Use up the pages there are: no further update can be noted."""
    await bot.database.write(may_grow_to(None))
    with pytest.raises(StorageError, match="disk_full") as refused:
        await note(bot, range(FIRST, FIRST + PLENTY))
    assert refused.value.retryable


async def note(bot: Inside, numbers: range) -> None:
    for number in numbers:
        await bot.database.write(partial(updates.add, update_id=number, chat_id=7, kind="message", now=NOW))


async def noted(bot: Inside) -> list[int]:
    """List those noted of the updates that were brought."""
    return sorted(number for number in await bot.handled() if number < FIRST)


@pytest.mark.asyncio
async def test_a_full_disk_acknowledges_nothing_and_loses_nothing() -> None:
    async with inside() as bot:
        await bot.receives(message(1, text="/start"))
        await fill(bot)
        keys = [message(update, chat=chat, text=KEY) for update, chat in ((2, 7), (3, 8), (4, 9))]
        for raw in keys:
            bot.line.brings(raw)
        working = asyncio.create_task(bot.settles())
        async with asyncio.timeout(10):
            while len(bot.line.gone) < len(keys):  # noqa: ASYNC110  (whatever the order)
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert await noted(bot) == [1]
        assert {2, 3, 4} <= set(bot.line.waiting)  # not acknowledged: Telegram keeps them
        await bot.database.write(may_grow_to(PLENTY))
        await working
        assert await noted(bot) == [1, 2, 3, 4]
        assert bot.line.gone == {(7, 2), (8, 3), (9, 4)}
