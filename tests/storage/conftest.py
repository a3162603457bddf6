from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import Connection

from bot.storage import schema
from bot.storage.database import Database
from bot.storage.dialect import open_engine
from tests.postgres import empty_database, fresh_database


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run on both engines whatever does not look at SQLite's file."""
    if "engine" in metafunc.fixturenames:
        file_only = "path" in metafunc.fixturenames or metafunc.definition.get_closest_marker("sqlite")
        metafunc.parametrize("engine", ["sqlite"] if file_only else ["sqlite", "postgresql"])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "soar.db"


@pytest.fixture
def empty(engine: str, tmp_path: Path) -> str:
    """A database without tables."""
    return empty_database() if engine == "postgresql" else f"sqlite:///{tmp_path}/soar.db"


@pytest.fixture
def url(engine: str, tmp_path: Path) -> str:
    """A database with its tables."""
    if engine == "postgresql":
        return fresh_database()
    found = f"sqlite:///{tmp_path}/soar.db"
    schema.upgrade(found)
    return found


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
