"""A backup keeps everything but secrets in flight, and is put back only where that is safe."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection

from bot.backup import CannotBackUp, back_up, restore
from bot.cli import main
from bot.occupancy import Occupancy
from bot.operations.workshop import COMMAND_KEY
from bot.settings import Settings
from bot.storage import deletions, dialogs, operations, tickets, updates, workers
from bot.storage.database import Database
from bot.storage.schema import HEAD, upgrade
from bot.storage.tables import metadata
from bot.vault import keyfile
from bot.vault.keyring import Context
from deploy.secret import Secret
from tests.storage.rows import dialog, worker

SEALED = b"sealed-secret-in-flight" * 20


def settings_in(folder: Path) -> Settings:
    return Settings(telegram_token="1:x", data_dir=folder)  # type: ignore[arg-type]


@pytest.fixture
def house(tmp_path: Path) -> Settings:
    """A data folder with a bit of everything."""
    settings = settings_in(tmp_path / "data")
    ring = keyfile.load_or_create(settings.data_dir / "keyring")
    upgrade(settings.storage_url)
    command_key = ring.seal(Secret("command"), Context(COMMAND_KEY, 1, "w1"))

    def fill(connection: Connection) -> None:
        for chat in range(1, 40):
            dialogs.save(connection, dialog(chat), was=0)
            updates.add(connection, update_id=chat, chat_id=chat, kind="message", now=1.0)
            tickets.put(connection, tickets.Ticket(f"t{chat}", chat, "secret", SEALED, ring.newest, 9e9))
        workers.save(connection, worker(command_key=command_key))
        operations.start(connection, operation_id="o1", chat_id=1, kind="deploy", arguments={"ticket": "t1"}, now=1.0)
        deletions.add(connection, chat_id=1, message_id=5, now=1.0)

    async def write() -> None:
        database = Database(settings.storage_url)
        await database.write(fill)
        await database.close()

    asyncio.run(write())
    return settings


def contents(path: Path) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return {
            name: sorted(database.execute(f"select * from {name}"), key=repr)  # noqa: S608
            for name in [*metadata.tables, "alembic_version"]
        }


def database(settings: Settings) -> Path:
    return settings.data_dir / "soar.sqlite3"


def test_everything_but_tickets_comes_back(house: Settings, tmp_path: Path) -> None:
    file, elsewhere = tmp_path / "soar.backup", settings_in(tmp_path / "new")
    assert "chats: 39, bots: 1" in back_up(house, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert SEALED[:20] not in file.read_bytes()
    assert "chats: 39" in restore(elsewhere, file)
    before, after = contents(database(house)), contents(database(elsewhere))
    assert len(before.pop("tickets")) == 39
    assert after.pop("tickets") == []
    assert after == before
    assert stat.S_IMODE(database(elsewhere).stat().st_mode) == 0o600
    assert not (elsewhere.data_dir / "keyring").exists()


def test_it_is_made_while_the_bot_writes(house: Settings, tmp_path: Path) -> None:
    async def meanwhile() -> None:
        live = Database(house.storage_url)
        for number in range(100, 130):
            await live.write(lambda c, chat=number: dialogs.save(c, dialog(chat), was=0))
            if number == 110:
                await asyncio.to_thread(back_up, house, tmp_path / "soar.backup")
        await live.close()

    running = Occupancy(house.data_dir, alone=False)
    asyncio.run(meanwhile())
    running.end()
    assert len(contents(tmp_path / "soar.backup")["dialogs"]) >= 39 + 11


def test_the_key_ring_goes_along_only_when_asked(house: Settings, tmp_path: Path) -> None:
    file, ring, elsewhere = tmp_path / "soar.backup", tmp_path / "ring", settings_in(tmp_path / "new")
    secret = (house.data_dir / "keyring").read_text().split(":")[1].strip()
    back_up(house, file)
    assert secret.encode() not in file.read_bytes()
    file.unlink()
    back_up(house, file, key_ring=ring)
    assert stat.S_IMODE(ring.stat().st_mode) == 0o600
    assert secret.encode() not in file.read_bytes()
    restore(elsewhere, file, key_ring=ring)
    opened = keyfile.load(elsewhere.data_dir / "keyring")
    (row,) = contents(database(elsewhere))["workers"]
    sealed = next(value for value in row if isinstance(value, bytes))
    assert opened.open(sealed, Context(COMMAND_KEY, 1, "w1")).reveal() == "command"


def test_a_restore_wants_the_folder_for_itself(house: Settings, tmp_path: Path) -> None:
    file = tmp_path / "soar.backup"
    back_up(house, file)
    running = Occupancy(house.data_dir, alone=False)
    with pytest.raises(CannotBackUp, match="stop it first"):
        restore(house, file, replace=True)
    running.end()
    with pytest.raises(CannotBackUp, match="--replace"):
        restore(house, file)
    assert len(contents(database(house))["tickets"]) == 39
    restore(house, file, replace=True)
    assert contents(database(house))["tickets"] == []


def test_what_was_not_checkpointed_does_not_leak_into_the_restored(house: Settings, tmp_path: Path) -> None:
    file = tmp_path / "soar.backup"
    back_up(house, file)
    wal = database(house).with_name("soar.sqlite3-wal")
    with closing(sqlite3.connect(database(house))) as open_one:
        open_one.execute("pragma journal_mode = wal")
        open_one.execute("delete from dialogs")
        open_one.commit()
        kept = wal.read_bytes()
    wal.write_bytes(kept)  # as a crash would have left it
    restore(house, file, replace=True)
    assert len(contents(database(house))["dialogs"]) == 39


def test_a_newer_schema_is_refused(house: Settings, tmp_path: Path) -> None:
    file = tmp_path / "soar.backup"
    back_up(house, file)
    with closing(sqlite3.connect(file)) as changed:
        changed.execute("update alembic_version set version_num = '9999'")
        changed.commit()
    with pytest.raises(CannotBackUp, match="newer version of Soar"):
        restore(settings_in(tmp_path / "new"), file)
    assert not database(settings_in(tmp_path / "new")).exists()


def test_an_older_schema_is_brought_up_to_date(tmp_path: Path) -> None:
    old, elsewhere = settings_in(tmp_path / "old"), settings_in(tmp_path / "new")
    old.data_dir.mkdir()
    upgrade(old.storage_url, "0001")
    back_up(old, tmp_path / "soar.backup")
    restore(elsewhere, tmp_path / "soar.backup")
    assert contents(database(elsewhere))["alembic_version"] == [(HEAD,)]


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 100, None])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file, elsewhere = tmp_path / "soar.backup", settings_in(tmp_path / "new")
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CannotBackUp, match="nothing was restored"):
        restore(elsewhere, file)
    assert [found.name for found in elsewhere.data_dir.iterdir()] == ["occupied"]


def test_a_damaged_one_is_refused(house: Settings, tmp_path: Path) -> None:
    file = tmp_path / "soar.backup"
    back_up(house, file)
    whole = bytearray(file.read_bytes())
    whole[8192:12288] = b"\xff" * 4096
    file.write_bytes(whole)
    with pytest.raises(CannotBackUp):
        restore(settings_in(tmp_path / "new"), file)


def test_nothing_is_written_over(house: Settings, tmp_path: Path) -> None:
    file = tmp_path / "soar.backup"
    file.write_text("mine")
    with pytest.raises(CannotBackUp, match="exists already"):
        back_up(house, file)
    assert file.read_text() == "mine"
    with pytest.raises(CannotBackUp, match="exists already"):
        back_up(house, tmp_path / "other", key_ring=file)
    assert not (tmp_path / "other").exists()


def test_postgresql_has_tools_of_its_own(tmp_path: Path) -> None:
    settings = Settings(telegram_token="1:x", data_dir=tmp_path, database_url="postgresql+psycopg://a@b/c")  # type: ignore[arg-type]
    with pytest.raises(CannotBackUp, match="pg_dump"):
        back_up(settings, tmp_path / "x")


def test_from_the_command_line(house: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOAR_TELEGRAM_TOKEN", "1:x")
    monkeypatch.setenv("SOAR_DATA_DIR", str(house.data_dir))
    file = str(tmp_path / "soar.backup")
    assert "chats: 39" in CliRunner().invoke(main, ["backup", file]).output
    refused = CliRunner().invoke(main, ["restore", file])
    assert (refused.exit_code, "--replace" in refused.output) == (2, True)
    assert CliRunner().invoke(main, ["restore", file, "--replace"]).exit_code == 0
