"""What the doctor sees of the replicated form: PostgreSQL with our tables and the dispatcher's, and a ring for all."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from bot.doctor.finding import Level
from bot.vault.keyring import Keyring
from tests.doctor.test_machine import seen, settings_in
from tests.postgres import empty_database, fresh_database

RING = Keyring.generate().text().reveal()


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement.encode())


def test_all_is_well(tmp_path: Path) -> None:
    found = seen(settings_in(tmp_path, database_url=fresh_database(), master_keys=RING))
    found.pop("data folder")
    assert {finding.level for finding in found.values()} == {Level.OK}
    assert set(found) == {"disk", "database", "tables", "dispatcher", "key ring"}


def test_an_empty_database_gets_its_tables_at_the_first_start(tmp_path: Path) -> None:
    found = seen(settings_in(tmp_path, database_url=empty_database(), master_keys=RING))
    assert (found["database"].level, found["tables"].level) == (Level.OK, Level.OK)
    assert "dispatcher" not in found


@pytest.mark.parametrize(
    "change",
    [
        "COMMENT ON TABLE procrastinate_jobs IS 'procrastinate 3.0.0'",
        "ALTER TABLE procrastinate_jobs RENAME TO procrastinate_gone",
    ],
)
def test_a_dispatcher_of_another_version(tmp_path: Path, change: str) -> None:
    url = fresh_database()
    execute(url, change)
    found = seen(settings_in(tmp_path, database_url=url, master_keys=RING))["dispatcher"]
    assert (found.level, "soar db upgrade" in found.do) == (Level.WARN, True)


def test_tables_of_a_newer_version(tmp_path: Path) -> None:
    url = fresh_database()
    execute(url, "UPDATE alembic_version SET version_num = '9999'")
    assert seen(settings_in(tmp_path, database_url=url, master_keys=RING))["tables"].level is Level.FAIL


def test_replicas_need_a_ring_that_they_share(tmp_path: Path) -> None:
    found = seen(settings_in(tmp_path, database_url=fresh_database()))["key ring"]
    assert (found.level, "SOAR_MASTER_KEYS" in found.words, "soar vault new" in found.do) == (Level.FAIL, True, True)
