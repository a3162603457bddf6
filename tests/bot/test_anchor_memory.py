"""What is shown is kept, also when the database is not there at the moment."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from bot.storage.errors import StorageError
from bot.storage.tables import dialogs
from tests.bot.inside import inside, message, tap


@pytest.mark.asyncio
async def test_what_could_not_be_stored_is_stored_with_the_next_gathering(monkeypatch: pytest.MonkeyPatch) -> None:
    async with inside() as bot:
        await bot.receives(message(1, text="/start"))
        shown = await bot.stage.look(7)
        assert shown.anchor is not None
        await bot.database.write(lambda connection: connection.execute(update(dialogs).values(rendered_version=0)))
        bot.memory.shown_soon(7, shown.version, shown.anchor)

        async def away(_work: Any) -> None:
            raise StorageError("unavailable", retryable=True)

        with monkeypatch.context() as broken:
            broken.setattr(bot.database, "write", away)
            await bot.memory.flush()
        assert await bot.memory.unshown() == [7]
        await bot.memory.flush()
        assert await bot.memory.unshown() == []


@pytest.mark.asyncio
async def test_a_message_that_others_have_edited_meanwhile_stays_the_anchor() -> None:
    """A replica sends the first message; before it has noted that, a tap on the message has led others on."""
    async with inside() as bot:
        await bot.receives(message(1, text="/start"), tap(2, "v1:begin"))
        shown = await bot.stage.look(7)
        assert shown.version == 2
        assert shown.anchor is not None
        assert await bot.memory.shown(7, 1, shown.anchor) is None
        assert await bot.memory.shown(7, 1, shown.anchor + 1) == shown.anchor + 1
        assert (await bot.stage.look(7)).anchor == shown.anchor
