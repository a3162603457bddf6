from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.storage import schema
from tests.runner.stage import Stage, memory_stage, sqlite_stage


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database with its tables."""
    found = f"sqlite:///{tmp_path}/soar.db"
    schema.upgrade(found)
    return found


@pytest_asyncio.fixture(params=["memory", "sqlite"])
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    made = memory_stage() if request.param == "memory" else sqlite_stage(request.getfixturevalue("url"))
    yield made
    await made.close()


@pytest_asyncio.fixture
async def memory() -> AsyncIterator[Stage]:
    made = memory_stage()
    yield made
    await made.close()
