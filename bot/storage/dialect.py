"""The only place that knows SQLite from PostgreSQL: connecting, what errors mean, insert-unless-there, shredding."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, func, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from bot.storage.errors import StorageError

# https://www.sqlite.org/rescode.html: primary result codes.
SQLITE_CODES = {
    sqlite3.SQLITE_BUSY: ("locked", True),
    sqlite3.SQLITE_LOCKED: ("locked", True),
    sqlite3.SQLITE_FULL: ("disk_full", True),
    sqlite3.SQLITE_IOERR: ("io_error", True),
    sqlite3.SQLITE_CANTOPEN: ("cannot_open", True),
    sqlite3.SQLITE_READONLY: ("read_only", False),
    sqlite3.SQLITE_CORRUPT: ("corrupt", False),
    sqlite3.SQLITE_NOTADB: ("corrupt", False),
    sqlite3.SQLITE_CONSTRAINT: ("integrity", False),
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html: the first two characters are the class.
POSTGRESQL_CLASSES = {
    "08": ("connection_lost", True),
    "23": ("integrity", False),
    "25": ("read_only", True),
    "40": ("conflict", True),
    "53": ("disk_full", True),
    "55": ("locked", True),
    "57": ("unavailable", True),
    "58": ("io_error", True),
}
CHECKPOINT_PATIENCE_MS = 200
# What libpq is told unless the URL says otherwise, so that a server that has vanished is noticed: seconds, one of ms.
# https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
PATIENCE = {"connect_timeout": 5, "keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 3}
PATIENCE_MS = {"tcp_user_timeout": 15_000}
# Nothing of ours holds a lock for long, so whoever has to wait longer than this is better told.
SESSION = ("SET lock_timeout = '10s'", "SET idle_in_transaction_session_timeout = '30s'")
READ_ONLY = "SET default_transaction_read_only = on"


def open_engine(url: str, *, writing: bool, busy_seconds: float) -> Engine:
    """Make an engine without a pool, as each lane holds one connection; raises ValueError for a SQLite without file."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        _prepare_file(parsed)
    if parsed.get_backend_name() == "postgresql":
        return _open_postgresql(parsed, writing=writing)
    engine = create_engine(parsed, hide_parameters=True, poolclass=NullPool)
    _prepare_sqlite(engine, writing=writing, busy_ms=round(busy_seconds * 1000))
    return engine


def is_postgresql(url: str) -> bool:
    """Whether a database URL names PostgreSQL; raises ValueError for one that cannot be used at all."""
    try:
        parsed = make_url(url)
        name = parsed.get_backend_name()
    except ArgumentError:
        raise ValueError("the database URL is not understood") from None
    if name not in {"sqlite", "postgresql"}:
        raise ValueError("the database is sqlite:///path or postgresql+psycopg://user@host/name")
    return name == "postgresql"


def plain_url(url: str) -> str:
    """The same PostgreSQL in the form libpq reads, with its password."""
    parsed = make_url(url).set(drivername="postgresql")
    missing = {name: str(value) for name, value in (PATIENCE | PATIENCE_MS).items() if name not in parsed.query}
    return parsed.update_query_dict(missing).render_as_string(hide_password=False)


def _open_postgresql(url: URL, *, writing: bool) -> Engine:
    given = {name: value for name, value in (PATIENCE | PATIENCE_MS).items() if name not in url.query}
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        poolclass=NullPool,
        connect_args=given,
        # A read is one statement or a few that need no common moment, so it is spared the round trips of BEGIN.
        isolation_level="READ COMMITTED" if writing else "AUTOCOMMIT",
    )

    @event.listens_for(engine, "connect")
    def set_session(connection: Any, _record: object) -> None:  # noqa: ANN401  (psycopg's, loaded only when used)
        for statement in SESSION if writing else (*SESSION, READ_ONLY):
            connection.execute(statement)
        if not connection.autocommit:
            connection.commit()

    return engine


def _prepare_file(url: URL) -> None:
    if not url.database or url.database == ":memory:":
        raise ValueError("SQLite needs a file here: reader and writer are two connections")
    path = Path(url.database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # SQLite gives the -wal and -shm files the mode of the main file, so making it first keeps all three private.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StorageError("cannot_open", retryable=True, detail=error.strerror or "") from None


def _prepare_sqlite(engine: Engine, *, writing: bool, busy_ms: int) -> None:
    @event.listens_for(engine, "connect")
    def set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
        # The driver would open transactions by itself, and only deferred ones; None leaves BEGIN to us.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {busy_ms}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        if not writing:
            connection.execute("PRAGMA query_only = ON")

    # A deferred transaction that writes later can fail with "locked" at once, whatever the timeout.
    statement = "BEGIN IMMEDIATE" if writing else "BEGIN"

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.connection.cursor().execute(statement)  # SQLAlchemy's own way costs as much as a step's statements


def translated(error: BaseException) -> BaseException:
    """Turn a database error into a StorageError that holds no statement and no value; leave any other as it is."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    name = type(cause).__name__
    if isinstance(cause, sqlite3.Error):
        # SQLite's messages name tables and columns; bound values do not appear in them.
        primary = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        code, retryable = SQLITE_CODES.get(primary, ("statement", False))
        return StorageError(code, retryable=retryable, detail=f"{name}: {cause}")
    if not isinstance(error, SQLAlchemyError):
        return error
    if not isinstance(error, DBAPIError):
        return StorageError("statement", retryable=False, detail=name)
    state = getattr(cause, "sqlstate", None)
    if error.connection_invalidated or state is None:
        return StorageError("connection_lost", retryable=True, detail=name)
    code, retryable = POSTGRESQL_CLASSES.get(state[:2], ("statement", False))
    return StorageError(code, retryable=retryable, detail=f"{name} {state}")


class InsertOnce:
    """An insert that does nothing when the key is already there, prepared for each dialect."""

    def __init__(self, table: Table) -> None:
        """Prepare it for `table`."""
        self._by_dialect = {
            "sqlite": sqlite.insert(table).on_conflict_do_nothing(),
            "postgresql": postgresql.insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True),
        }

    def run(self, connection: Connection, values: dict[str, Any]) -> bool:
        """Insert one row; False when a row with that key was there before."""
        result = connection.execute(self._by_dialect[connection.dialect.name], values)
        return result.rowcount == 1


def can_shred(engine: Engine) -> bool:
    """Whether deleted bytes can be made to leave the disk; PostgreSQL keeps them in its log and its backups."""
    return engine.dialect.name == "sqlite"


def is_shared(connection: Connection) -> bool:
    """Whether other processes may write at the same time: PostgreSQL; SQLite has one writer."""
    return connection.dialect.name == "postgresql"


def wait_for_turn(connection: Connection, number: int) -> None:
    """Hold the lock of that number until the transaction ends; SQLite's one writer holds them all."""
    if is_shared(connection):
        connection.execute(select(func.pg_advisory_xact_lock(number)))


def take_turn(connection: Connection, number: int) -> bool:
    """Take the lock of that number until the transaction ends; False when another process holds it."""
    if not is_shared(connection):
        return True
    return bool(connection.execute(select(func.pg_try_advisory_xact_lock(number))).scalar())


def truncate_wal(connection: Connection) -> bool:
    """Empty SQLite's write-ahead log, outside any transaction; False when some reader still needs it.

    Deleted content is zeroed in the main file by secure_delete, but older copies of the page stay in the log until
    it is truncated. https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
    """
    cursor = connection.connection.cursor()
    try:
        usual = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout = {CHECKPOINT_PATIENCE_MS}")
        row = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {usual}")
        return bool(row[0] == 0)
    finally:
        cursor.close()
