"""What the doctor sees of this machine, in good states and in bad ones; nothing is changed by looking."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.doctor.finding import Finding, Level
from bot.doctor.machine import MEGABYTE, examine, free_bytes
from bot.operations.workshop import COMMAND_KEY
from bot.settings import Settings
from bot.storage import workers
from bot.storage.database import Database
from bot.storage.schema import upgrade
from bot.vault import keyfile
from bot.vault.keyring import Context, Keyring
from deploy.secret import Secret
from tests.storage.rows import worker

ROOMY = 5000 * MEGABYTE


def settings_in(folder: Path, **more: str) -> Settings:
    return Settings(telegram_token="1:x", data_dir=folder, **more)  # type: ignore[arg-type]


def seen(settings: Settings, free: int = ROOMY) -> dict[str, Finding]:
    return {finding.about: finding for finding in examine(settings, lambda _folder: free)}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Settings]:
    """A data folder with one Worker in it."""
    settings = settings_in(tmp_path / "data")
    ring = keyfile.load_or_create(settings.data_dir / "keyring")
    upgrade(settings.storage_url)
    row = worker(command_key=ring.seal(Secret("command"), Context(COMMAND_KEY, 1, "w1")))

    async def fill() -> None:
        database = Database(settings.storage_url)
        await database.write(lambda c: workers.save(c, row))
        await database.close()

    asyncio.run(fill())
    yield settings
    settings.data_dir.chmod(0o700)


def test_all_is_well(house: Settings) -> None:
    found = seen(house)
    assert {finding.level for finding in found.values()} == {Level.OK}
    assert set(found) == {"data folder", "disk", "database", "tables", "key ring"}


def test_before_the_first_start_nothing_is_missing_and_nothing_is_made(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "not" / "yet")
    found = {finding.about: finding for finding in examine(settings)}
    assert {finding.level for finding in found.values()} == {Level.OK}
    assert "first start makes it" in found["database"].words
    assert not (tmp_path / "not").exists()
    assert free_bytes(settings.data_dir) > 0


@pytest.mark.parametrize(("free", "level"), [(50, Level.FAIL), (500, Level.WARN), (5000, Level.OK)])
def test_room_on_the_disk(house: Settings, free: int, level: Level) -> None:
    assert seen(house, free * MEGABYTE)["disk"].level is level


def test_open_folders_and_files(house: Settings) -> None:
    house.data_dir.chmod(0o755)
    (house.data_dir / "soar.sqlite3").chmod(0o644)
    (house.data_dir / "keyring").chmod(0o640)
    found = seen(house)
    assert (found["data folder"].level, "chmod 700" in found["data folder"].do) == (Level.WARN, True)
    assert (found["database"].level, "chmod 600" in found["database"].do) == (Level.WARN, True)
    assert (found["key ring"].level, "chmod 600" in found["key ring"].words) == (Level.FAIL, True)


def test_a_lost_key_ring(house: Settings) -> None:
    (house.data_dir / "keyring").unlink()
    found = seen(house)["key ring"]
    assert (found.level, "put its copy back" in found.do) == (Level.FAIL, True)
    assert not (house.data_dir / "keyring").exists(), "a new one would hide the loss"


def test_a_key_ring_that_is_another(house: Settings) -> None:
    keyfile.replace(house.data_dir / "keyring", Keyring.generate())
    found = seen(house)["key ring"]
    assert (found.level, "1 of 1" in found.words) == (Level.FAIL, True)


def test_a_key_ring_that_is_nonsense(house: Settings) -> None:
    ring = settings_in(house.data_dir, master_keys="not a ring but a secret")
    found = seen(ring)["key ring"]
    assert found.level is Level.FAIL
    assert "but a secret" not in str(found)


@pytest.mark.parametrize(("revision", "level"), [("0001", Level.WARN), ("9999", Level.FAIL)])
def test_tables_of_another_version(house: Settings, revision: str, level: Level) -> None:
    with closing(sqlite3.connect(house.data_dir / "soar.sqlite3")) as database:
        database.execute("update alembic_version set version_num = ?", (revision,))
        database.commit()
    assert seen(house)["tables"].level is level


def test_a_database_that_is_damaged(house: Settings) -> None:
    (house.data_dir / "soar.sqlite3").write_bytes(b"no database" * 1000)
    found = seen(house)["database"]
    assert (found.level, "soar restore" in found.do) == (Level.FAIL, True)


@pytest.mark.parametrize("url", ["postgresql+psycopg://soar:hush@127.0.0.1:1/soar", "mysql://x:hush@y/z", "hush"])
def test_a_database_that_is_not_there(house: Settings, url: str) -> None:
    found = seen(settings_in(house.data_dir, database_url=url))["database"]
    assert (found.level, "SOAR_DATABASE_URL" in found.do) == (Level.FAIL, True)
    assert "hush" not in str(found)
