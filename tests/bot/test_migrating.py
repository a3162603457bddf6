"""`soar migrate` keeps everything, and repeating it does no harm."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, select, text

from bot.engines import ticket_keys_of
from bot.migrating import CannotMove, move
from bot.operations.workshop import COMMAND_KEY
from bot.settings import BadSettings, Settings
from bot.storage import (
    consents,
    deletions,
    dialogs,
    marks,
    menus,
    operations,
    outbox,
    pictures,
    tickets,
    updates,
    workers,
)
from bot.storage.database import Database
from bot.storage.dialect import open_engine
from bot.storage.schema import upgrade
from bot.storage.tables import lookouts as lookouts_table
from bot.storage.tables import metadata
from bot.storage.tables import notices as notices_table
from bot.vault import keyfile
from bot.vault.keyring import Context, Keyring
from deploy.secret import Secret
from tests.postgres import empty_database
from tests.storage.rows import dialog, worker

NEW = Keyring.generate()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        telegram_token=SecretStr("1:x"),
        data_dir=tmp_path,
        database_url=empty_database(),
        master_keys=SecretStr(NEW.text().reveal()),
    )


def fill(tmp_path: Path, *, expires_at: float = 4e9) -> Keyring:
    """Put a row into every table there is."""
    ring = keyfile.load_or_create(tmp_path / "keyring")
    upgrade(f"sqlite:///{tmp_path}/soar.sqlite3")

    def work(connection: Connection) -> None:
        for chat in (7, 8):
            updates.add(connection, update_id=2**40 + chat, chat_id=chat, kind="message", now=1.5)
            dialogs.save(connection, dialog(chat, state='{"имя": "…"}'), was=0)
            deletions.add(connection, chat_id=chat, message_id=2**33, now=1.0)
            consents.add(connection, consents.Consent(chat, "aa", 1.0, "[]"))
            pictures.put(connection, chat, 5)
            menus.put(connection, chat, "0badcafe")
            key = ring.seal(Secret(f"command {chat}"), Context(COMMAND_KEY, chat, f"w{chat}"))
            workers.save(connection, worker(f"w{chat}", chat_id=chat, command_key=key))
            blob = ring.seal(Secret(f"pasted {chat}"), Context("token", chat, f"t{chat}"))
            tickets.put(connection, tickets.Ticket(f"t{chat}", chat, "token", blob, ring.newest, expires_at))
            outbox.put(connection, outbox.Message(f"m{chat}", chat, "tell", "[]", 1.0, 1.0))
            about: dict[str, Any] = {"kind": "deploy", "arguments": {"worker": f"w{chat}"}, "now": 1.0}
            operations.start(connection, operation_id=f"o{chat}", chat_id=chat, **about)
        operations.mark_running(connection, "o8", now=2.0)
        operations.finish(connection, "o8", state="done", now=3.0)
        marks.put(connection, "heard", now=9.0)
        connection.execute(
            lookouts_table.insert(), [{"worker_id": "w7", "chat_id": 7, "due_at": 1.0, "failures": 0, "told": ""}]
        )
        connection.execute(notices_table.insert(), [{"chat_id": 7, "silenced": "", "zone": "UTC"}])

    async def run() -> None:
        database = Database(f"sqlite:///{tmp_path}/soar.sqlite3")
        await database.write(work)
        await database.close()

    asyncio.run(run())
    return ring


def content(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Everything a database holds, but for what is sealed."""
    with open_engine(url, writing=False, busy_seconds=1).connect() as connection:
        return {
            table.name: sorted(
                (tuple(row[c.name] for c in table.c if c.name not in {"sealed", "key_name", "command_key"})
                 for row in connection.execute(select(table)).mappings()),
                key=str,
            )
            for table in metadata.sorted_tables
        }  # fmt: skip


def jobs(url: str) -> list[tuple[str, str]]:
    with open_engine(url, writing=False, busy_seconds=1).connect() as connection:
        found = connection.execute(text("SELECT lock, queueing_lock FROM procrastinate_jobs WHERE status = 'todo'"))
        return [(row[0], row[1]) for row in found]


def test_everything_is_there_afterwards(settings: Settings, tmp_path: Path) -> None:
    fill(tmp_path)
    before = content(f"sqlite:///{tmp_path}/soar.sqlite3")
    assert all(before.values()), "every table there is has a row"
    told = move(settings, None, None)
    assert "1 unfinished operations go on" in told
    after = content(settings.storage_url)
    moved = [row for row in after["marks"] if str(row[0]).startswith("moving-")]
    assert len(moved) == 1
    assert {**after, "marks": [row for row in after["marks"] if row not in moved]} == before
    assert jobs(settings.storage_url) == [("7", "o7")]


def test_what_was_sealed_opens_with_the_new_keys_alone(settings: Settings, tmp_path: Path) -> None:
    fill(tmp_path)
    move(settings, None, None)
    sealing = ticket_keys_of(settings, NEW, time.time)
    with open_engine(settings.storage_url, writing=False, busy_seconds=1).connect() as connection:
        ticket, row = tickets.get(connection, "t7", now=1.0), workers.get(connection, "w8")
    assert ticket is not None
    assert row is not None
    assert ticket.key_name == sealing.newest
    assert sealing.open(ticket.sealed, Context("token", 7, "t7")).reveal() == "pasted 7"
    assert NEW.open(row.command_key, Context(COMMAND_KEY, 8, "w8")).reveal() == "command 8"
    assert content(f"sqlite:///{tmp_path}/soar.sqlite3")["tickets"] == [], "the old file holds no secret any more"


def test_doing_it_again_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    fill(tmp_path)
    move(settings, None, None)
    before = content(settings.storage_url)
    assert "before" in move(settings, None, None)
    assert content(settings.storage_url) == before
    assert jobs(settings.storage_url) == [("7", "o7")]


def test_secrets_whose_time_is_over_are_left_behind(settings: Settings, tmp_path: Path) -> None:
    fill(tmp_path, expires_at=2.0)
    assert "2 secrets in flight had run out" in move(settings, None, None)
    assert content(settings.storage_url)["tickets"] == []


def test_a_database_in_use_is_not_filled(settings: Settings, tmp_path: Path) -> None:
    fill(tmp_path)
    move(settings, None, None)
    other = tmp_path / "other"
    other.mkdir()
    fill(other)
    with pytest.raises(CannotMove, match="not empty"):
        move(settings, str(other / "soar.sqlite3"), None)
    assert len(content(f"sqlite:///{other}/soar.sqlite3")["tickets"]) == 2, "what was not moved is still there"


def test_a_move_that_fails_leaves_the_target_empty(settings: Settings, tmp_path: Path) -> None:
    fill(tmp_path)
    with sqlite3.connect(tmp_path / "soar.sqlite3") as connection:
        connection.execute("UPDATE workers SET command_key = x'00' WHERE id = 'w8'")
    connection.close()
    with pytest.raises(CannotMove, match="no key opens the command key of soar-paper"):
        move(settings, None, None)
    assert not any(content(settings.storage_url).values())
    assert len(content(f"sqlite:///{tmp_path}/soar.sqlite3")["tickets"]) == 2


def test_a_file_in_use_is_left_alone(settings: Settings, tmp_path: Path) -> None:
    fill(tmp_path)
    other = sqlite3.connect(tmp_path / "soar.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(CannotMove, match="stop Soar"):
        move(settings, None, None)
    other.close()


def test_what_is_missing_is_named(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(CannotMove, match="--from"):
        move(settings, None, None)
    fill(tmp_path)
    with pytest.raises(BadSettings, match="SOAR_MASTER_KEYS is required"):
        move(settings.model_copy(update={"master_keys": None}), None, None)
    with pytest.raises(CannotMove, match="does not name PostgreSQL"):
        move(settings.model_copy(update={"database_url": ""}), None, None)
