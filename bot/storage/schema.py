"""Brings a database's tables up to what this version of Soar needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from bot.storage.dialect import open_engine, translated, wait_for_turn
from bot.storage.errors import StorageError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0008"
FOLDER = Path(__file__).parent / "migrations"
BUSY_SECONDS = 30.0  # another process may be in the middle of the same upgrade
TURN = 0x50A2_0001  # the number of the lock that upgrades take turns by


def upgrade(url: str, revision: str = "head") -> bool:
    """Apply the missing migrations, all or none; False when there were none.

    Raises StorageError, with the code `schema` when the database was made by a newer version of Soar.
    """
    return _migrate(url, revision, down=False)


def alongside(url: str, apply: Callable[[Connection], bool]) -> bool:
    """Bring tables that are not ours up to date, in the same turn as `upgrade`; returns what `apply` says."""
    engine = open_engine(url, writing=True, busy_seconds=BUSY_SECONDS)
    try:
        with engine.connect() as connection, connection.begin():
            wait_for_turn(connection, TURN)
            return apply(connection)
    except Exception as error:  # noqa: BLE001  (drivers raise their own here)
        raise translated(error) from None


def downgrade(url: str, revision: str = "base") -> None:
    """Undo migrations down to `revision`, with the data they hold; raises as `upgrade` does."""
    _migrate(url, revision, down=True)


def version(url: str) -> str | None:
    """The revision the database is at; None when it is empty. Raises StorageError."""
    engine = open_engine(url, writing=False, busy_seconds=BUSY_SECONDS)
    try:
        with engine.connect() as connection:
            return _version(connection)
    except Exception as error:  # noqa: BLE001  (drivers raise their own here)
        raise translated(error) from None


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _migrate(url: str, revision: str, *, down: bool) -> bool:
    if not down and revision == "head" and version(url) == HEAD:
        return False
    engine = open_engine(url, writing=True, busy_seconds=BUSY_SECONDS)
    try:
        # One transaction; a second process that starts meanwhile waits here and then finds nothing left to do.
        with engine.connect() as connection, connection.begin():
            wait_for_turn(connection, TURN)
            _run_alembic(connection, revision, down=down)
    except Exception as error:  # noqa: BLE001  (drivers raise their own here)
        raise translated(error) from None
    return True


def _run_alembic(connection: Connection, revision: str, *, down: bool) -> None:
    # Imported only when there is something to do: it costs more than the rest of the start.
    from alembic import command  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = alembic_config(connection)
    try:
        if down:
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)
    except CommandError as error:
        raise StorageError("schema", retryable=False, detail=str(error)) from None


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration for work on an open `connection`, without any ini file."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
