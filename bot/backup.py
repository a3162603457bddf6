"""`soar backup` and `soar restore`: the embedded database as one file, without tickets; the key ring only if asked."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import make_url

from bot.occupancy import Occupancy, Occupied
from bot.settings import Settings
from bot.storage import copies
from bot.storage.copies import BadCopy
from bot.storage.dialect import is_postgresql
from bot.storage.errors import StorageError
from bot.storage.schema import upgrade
from bot.vault import keyfile
from bot.vault.keyring import BadKeyring

RING = "keyring"


class CannotBackUp(Exception):  # noqa: N818  (says what happened)
    """The backup was not made or not put back; the message says why and what to do."""


def back_up(settings: Settings, target: Path, *, key_ring: Path | None = None) -> str:
    """Copy the database to the new file `target` while the bot may run; returns a sentence. Raises CannotBackUp."""
    source = _database(settings)
    if key_ring is not None and settings.master_keys is not None:
        raise CannotBackUp("the key ring comes from SOAR_MASTER_KEYS, not from the data folder; keep a copy of that")
    try:
        if key_ring is not None:
            _copy_ring(settings.data_dir / RING, key_ring)
        rows = copies.save(source, target)
    except FileExistsError as error:
        raise CannotBackUp(f"{error.filename} exists already; name a new file") from None
    except (BadCopy, BadKeyring, OSError, sqlite3.Error) as error:
        raise CannotBackUp(f"no backup was made: {error}") from None
    return f"{target} holds {_told(rows)}; secrets in flight are left out, those people are asked for them again"


def restore(settings: Settings, source: Path, *, key_ring: Path | None = None, replace: bool = False) -> str:
    """Put a backup in place while no bot runs; returns a sentence. Raises CannotBackUp."""
    target = _database(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        alone = Occupancy(settings.data_dir, alone=True)
    except Occupied:
        raise CannotBackUp("a bot runs with this data folder; stop it first") from None
    try:
        if target.exists() and not replace:
            raise CannotBackUp(f"{target} is in use; --replace puts the backup in its place and removes what is there")
        if key_ring is not None:
            _place_ring(key_ring, settings.data_dir / RING, replace=replace)
        rows = copies.place(source, target)
        upgrade(settings.storage_url)
    except (BadCopy, BadKeyring, StorageError, OSError, sqlite3.Error) as error:
        raise CannotBackUp(f"nothing was restored: {error}") from None
    finally:
        alone.end()
    return f"{target} holds {_told(rows)}; run `soar doctor` before you start the bot"


def _database(settings: Settings) -> Path:
    if is_postgresql(settings.storage_url):
        raise CannotBackUp(
            "the database is PostgreSQL: use pg_dump --exclude-table-data=tickets, and keep the key ring elsewhere"
        )
    return Path(make_url(settings.storage_url).database or "")


def _copy_ring(source: Path, target: Path) -> None:
    keyfile.load(source)  # says what is wrong with it
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(source.read_bytes())
        file.flush()
        os.fsync(file.fileno())


def _place_ring(source: Path, target: Path, *, replace: bool) -> None:
    ring = keyfile.load(source)
    if target.exists() and target.read_bytes() == source.read_bytes():
        return
    if target.exists() and not replace:
        raise CannotBackUp(f"{target} is another key ring; --replace puts the backup's in its place")
    keyfile.replace(target, ring)


def _told(rows: Mapping[str, int]) -> str:
    return f"chats: {rows.get('dialogs', 0)}, bots: {rows.get('workers', 0)}, rows in all: {sum(rows.values())}"
