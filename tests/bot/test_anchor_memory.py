"""What is shown is kept, also when the database is not there at the moment."""

from __future__ import annotations

from typing import Any

import pytest

from bot.storage.errors import StorageError
from tests.bot.inside import inside, message, tap


@pytest.mark.asyncio
async def test_what_could_not_be_stored_is_stored_with_the_next_gathering(monkeypatch: pytest.MonkeyPatch) -> None:
    async with inside() as bot:
        await bot.receives(message(1, text="/start"), tap(2, "v1:begin"))
        assert await bot.memory.unshown() == [7]

        async def away(_work: Any) -> None:
            raise StorageError("unavailable", retryable=True)

        with monkeypatch.context() as broken:
            broken.setattr(bot.database, "write", away)
            await bot.memory.flush()
        assert await bot.memory.unshown() == [7]
        await bot.memory.flush()
        assert await bot.memory.unshown() == []
