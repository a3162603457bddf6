"""What is shown is kept, also when the database is not there at the moment."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from bot.storage.errors import StorageError
from bot.storage.tables import dialogs
from tests.bot.inside import inside, message


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
