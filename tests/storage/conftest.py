from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import Connection

from bot.storage import schema
from bot.storage.database import Database
from bot.storage.dialect import open_engine


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "soar.db"


@pytest.fixture
def url(path: Path) -> str:
    """A database with its tables."""
    schema.upgrade(f"sqlite:///{path}")
    return f"sqlite:///{path}"


@pytest_asyncio.fixture
async def database(url: str) -> AsyncIterator[Database]:
    database = Database(url, busy_seconds=0.1, shred_seconds=0.05)
    yield database
    await database.close()


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    """An open transaction, for functions of a row."""
    with open_engine(url, writing=True, busy_seconds=1).connect() as connection, connection.begin():
        yield connection
