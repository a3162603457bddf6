from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.storage import schema
from tests.postgres import fresh_database
from tests.runner.stage import Stage, memory_stage, postgresql_stage, sqlite_stage


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database with its tables."""
    found = f"sqlite:///{tmp_path}/soar.db"
    schema.upgrade(found)
    return found


@pytest_asyncio.fixture(params=["memory", "sqlite", "procrastinate"])
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    match request.param:
        case "memory":
            made = memory_stage()
        case "sqlite":
            made = sqlite_stage(request.getfixturevalue("url"))
        case _:
            made = postgresql_stage(fresh_database())
    yield made
    await made.close()


@pytest_asyncio.fixture
async def memory() -> AsyncIterator[Stage]:
    made = memory_stage()
    yield made
    await made.close()
