"""Copies of an SQLite database while it is in use, without the secrets in flight."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from bot.storage.schema import HEAD
from bot.storage.tables import metadata

SECRET_TABLES: Final = ("tickets",)
BUSY_SECONDS: Final = 30.0


class BadCopy(Exception):  # noqa: N818  (says what is bad)
    """A file is not a database of Soar's that this version can use; the message says why."""


def save(source: Path, target: Path) -> Mapping[str, int]:
    """Write a copy of `source` to the new file `target`; returns how many rows each table has in it.

    The copy is made in memory and emptied of secrets there, so that none of them ever reaches the target's disk.
    Raises BadCopy, OSError or sqlite3.Error.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        with closing(_open(source)) as original, closing(sqlite3.connect(":memory:")) as copy:
            original.backup(copy)
            _check(copy)
            _without_secrets(copy)
            copy.execute("VACUUM INTO ?", (str(target),))
            rows = _rows(copy)
        _sync(target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return rows


def place(source: Path, target: Path) -> Mapping[str, int]:
    """Put the copy `source` in the place of the database `target`, which nobody may have open; a crash leaves either.

    Raises BadCopy, OSError or sqlite3.Error.
    """
    draft = target.with_name(f".{target.name}.restoring")
    draft.unlink(missing_ok=True)
    try:
        rows = save(source, draft)
        _retire(target)
        draft.replace(target)
        _sync(target.parent)
    finally:
        draft.unlink(missing_ok=True)
    return rows


def _open(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise BadCopy(f"there is no file {path}")
    return sqlite3.connect(f"file:{_quoted(path)}?mode=ro", uri=True, timeout=BUSY_SECONDS)


def _quoted(path: Path) -> str:
    return path.absolute().as_uri().removeprefix("file://")


def _check(database: sqlite3.Connection) -> None:
    if (found := _revision(database)) is None:
        raise BadCopy("this is no database of Soar's")
    if found > HEAD:
        raise BadCopy(f"it was made by a newer version of Soar (tables {found}, known up to {HEAD}); update Soar first")
    problem = database.execute("PRAGMA quick_check").fetchone()[0]
    if problem != "ok":
        raise BadCopy("the database is damaged; use an older backup")


def _revision(database: sqlite3.Connection) -> str | None:
    known = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    row = database.execute("SELECT version_num FROM alembic_version").fetchone() if known else None
    return str(row[0]) if row else None


def _without_secrets(database: sqlite3.Connection) -> None:
    database.execute("PRAGMA secure_delete = ON")
    for table in SECRET_TABLES:
        database.execute(f"DELETE FROM {table}")  # noqa: S608  (names of our own)
    database.commit()


def _retire(database: Path) -> None:
    """Leave nothing beside a database that would be taken for part of the one to come, nor secrets in it."""
    if database.exists():
        with suppress(sqlite3.Error), closing(sqlite3.connect(database, timeout=BUSY_SECONDS)) as old:
            _without_secrets(old)
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for name in ("-wal", "-shm"):
        database.with_name(database.name + name).unlink(missing_ok=True)


def _rows(database: sqlite3.Connection) -> Mapping[str, int]:
    there = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return {
        name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608  (names of our own)
        for name in sorted(metadata.tables)
        if name in there
    }


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
