"""Procrastinate's own tables and functions, kept at the version that is installed."""

from __future__ import annotations

from importlib import resources
from importlib.metadata import version
from typing import Final

from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, text

NOTE: Final = "COMMENT ON TABLE procrastinate_jobs IS 'procrastinate {}'"
_FOUND = text(
    "SELECT obj_description(to_regclass('procrastinate_jobs'), 'pg_class'), to_regclass('procrastinate_jobs')"
)


def is_current(connection: Connection) -> bool:
    """Tell whether the tables are there, at the installed version."""
    note, _ = connection.execute(_FOUND).one()
    return bool(note == f"procrastinate {version('procrastinate')}")


def apply(connection: Connection) -> bool:
    """Make the tables, or bring them up to the installed version; False when they were there. Runs in a transaction."""
    note, table = connection.execute(_FOUND).one()
    installed = version("procrastinate")
    if note == f"procrastinate {installed}":
        return False
    scripts = [SchemaManager.get_schema()] if table is None else missing(str(note or "").removeprefix("procrastinate "))
    for script in (*scripts, NOTE.format(installed)):
        connection.exec_driver_sql(script.replace("%", "%%"))
    return True


def missing(since: str) -> list[str]:
    """The migrations that came with versions after `since`, in order; their file names begin with the version."""
    folder = resources.files("procrastinate.sql") / "migrations"
    files = sorted((each for each in folder.iterdir() if each.name.endswith(".sql")), key=lambda each: each.name)
    return [each.read_text(encoding="utf-8") for each in files if _parts(each.name.split("_")[0]) > _parts(since)]


def _parts(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split(".") if part.isdigit())
