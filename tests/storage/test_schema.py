from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.storage import schema
from bot.storage.errors import StorageError
from bot.storage.tables import metadata


def tables(path: Path) -> set[str]:
    with sqlite3.connect(path) as connection:
        found = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    return found


def test_the_migrations_make_exactly_the_tables(connection: Connection) -> None:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    assert compare_metadata(context, metadata) == []


def test_the_known_head_is_the_last_migration(connection: Connection) -> None:
    scripts = ScriptDirectory.from_config(schema.alembic_config(connection))
    assert scripts.get_heads() == [schema.HEAD]


def test_up_again_and_down(path: Path) -> None:
    url = f"sqlite:///{path}"
    assert schema.version(url) is None
    assert schema.upgrade(url) is True
    assert schema.version(url) == schema.HEAD
    assert schema.upgrade(url) is False
    assert tables(path) == set(metadata.tables) | {"alembic_version"}
    schema.downgrade(url)
    assert tables(path) == {"alembic_version"}
    assert schema.upgrade(url) is True


def test_a_newer_database_is_refused(url: str, path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StorageError, match="schema") as refusal:
        schema.upgrade(url)
    assert not refusal.value.retryable


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"not a database at all, " * 50)
    with pytest.raises(StorageError, match="corrupt"):
        schema.upgrade(f"sqlite:///{path}")


def test_two_first_starts_at_once_both_work(path: Path) -> None:
    together = Barrier(2)
    # Alembic's command objects are one per process, so each start is a process of its own.
    code = "import sys; from bot.storage import schema; input(); schema.upgrade(sys.argv[1])"

    def start(_: int) -> int:
        command = [sys.executable, "-c", code, f"sqlite:///{path}"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as child:  # noqa: S603
            together.wait()
            child.communicate("go\n", timeout=60)
            return child.returncode

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(start, range(2))) == [0, 0]
    assert schema.version(f"sqlite:///{path}") == schema.HEAD


def test_an_up_to_date_database_starts_without_alembic(url: str) -> None:
    code = "import sys; from bot.storage import schema; schema.upgrade(sys.argv[1]); print('alembic' in sys.modules)"
    command = [sys.executable, "-c", code, url]
    child = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)  # noqa: S603
    assert child.stdout.strip() == "False"
