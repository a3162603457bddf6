from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from bot.storage import schema
from bot.storage.dialect import open_engine
from bot.storage.errors import StorageError
from bot.storage.tables import metadata
from bot.upgrading import upgrade_all


def tables(url: str) -> set[str]:
    engine = open_engine(url, writing=False, busy_seconds=1)
    with engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or not (name or "").startswith("procrastinate_")


def test_the_migrations_make_exactly_the_tables(connection: Connection) -> None:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_ours})
    assert compare_metadata(context, metadata) == []


def test_the_known_head_is_the_last_migration(connection: Connection) -> None:
    scripts = ScriptDirectory.from_config(schema.alembic_config(connection))
    assert scripts.get_heads() == [schema.HEAD]


def test_up_again_and_down(empty: str) -> None:
    assert schema.version(empty) is None
    assert schema.upgrade(empty) is True
    assert schema.version(empty) == schema.HEAD
    assert schema.upgrade(empty) is False
    assert tables(empty) == set(metadata.tables) | {"alembic_version"}
    schema.downgrade(empty)
    assert tables(empty) == {"alembic_version"}
    assert schema.upgrade(empty) is True


def test_each_migration_goes_down_and_up_again(empty: str) -> None:
    schema.upgrade(empty)
    for number in range(int(schema.HEAD), 0, -1):
        schema.downgrade(empty, f"{number - 1:04}" if number > 1 else "base")
        schema.upgrade(empty)
    assert tables(empty) == set(metadata.tables) | {"alembic_version"}


def test_a_newer_database_is_refused(url: str) -> None:
    with open_engine(url, writing=True, busy_seconds=1).connect() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageError, match="schema") as refusal:
        schema.upgrade(url)
    assert not refusal.value.retryable


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"not a database at all, " * 50)
    with pytest.raises(StorageError, match="corrupt"):
        schema.upgrade(f"sqlite:///{path}")


def test_two_first_starts_at_once_both_work(empty: str) -> None:
    together = Barrier(2)
    # Alembic's command objects are one per process, so each start is a process of its own.
    code = "import sys; from bot.upgrading import upgrade_all; input(); upgrade_all(sys.argv[1])"

    def start(_: int) -> int:
        command = [sys.executable, "-c", code, empty]
        with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as child:  # noqa: S603
            together.wait()
            child.communicate("go\n", timeout=60)
            return child.returncode

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(start, range(2))) == [0, 0]
    assert schema.version(empty) == schema.HEAD
    assert upgrade_all(empty) is False


def test_an_up_to_date_database_starts_without_alembic(url: str) -> None:
    code = "import sys; from bot.storage import schema; schema.upgrade(sys.argv[1]); print('alembic' in sys.modules)"
    command = [sys.executable, "-c", code, url]
    child = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)  # noqa: S603
    assert child.stdout.strip() == "False"
