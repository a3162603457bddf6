"""`soar vault rotate`: a new key in front of the ring and everything stored sealed with it, while the bot runs too."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from bot.operations.workshop import COMMAND_KEY
from bot.settings import BadSettings, Settings
from bot.storage import tickets, workers
from bot.storage.database import Database
from bot.storage.errors import StorageError
from bot.upgrading import upgrade_all
from bot.vault import keyfile
from bot.vault.keyring import BadKeyring, CannotOpen, Context, Keyring, key_name

BATCH = 200
GRACE = 5.0  # seconds in which a running bot stores what it sealed just before the ring changed


class CannotRotate(Exception):  # noqa: N818  (says what happened)
    """The keys were not changed, or not everywhere; the message says what to do."""


@dataclass(slots=True)
class _Count:
    resealed: int = 0
    lost: int = 0


def rotate_keys(settings: Settings, *, drop_old: bool, grace: float = GRACE) -> str:
    """Re-seal all tickets and command keys; returns a sentence on what was done. Raises CannotRotate or BadSettings."""
    ring_file = settings.data_dir / "keyring" if settings.master_keys is None else None
    if ring_file is None and drop_old:
        raise CannotRotate("the key ring comes from SOAR_MASTER_KEYS: take the older keys off there, once this is done")
    if ring_file is not None and settings.replicated:
        raise BadSettings("SOAR_MASTER_KEYS is required with PostgreSQL")
    try:
        keyring = _new_ring(settings, ring_file)
        upgrade_all(settings.storage_url)
        count = asyncio.run(_reseal_all(settings, keyring, grace if drop_old else 0.0))
    except (BadKeyring, StorageError, OSError) as error:
        raise CannotRotate(str(error)) from None
    if count.lost:
        raise CannotRotate(f"{count.lost} command keys open with no key of the ring and were left as they are")
    if drop_old and ring_file is not None:
        keyfile.replace(ring_file, keyring.only_newest())
    return f"{count.resealed} sealed values now use the key {keyring.newest}"


def _new_ring(settings: Settings, path: Path | None) -> Keyring:
    """A ring the operator brings is theirs to extend; one in the data folder gets a new key in front."""
    if path is None:
        given = settings.master_keys
        return Keyring.parse(given.get_secret_value() if given else "")
    keyring = keyfile.load_or_create(path).rotated()
    keyfile.replace(path, keyring)  # a running bot seals with it from now on
    return keyring


async def _reseal_all(settings: Settings, keyring: Keyring, grace: float) -> _Count:
    database = Database(settings.storage_url)
    count = _Count()
    try:
        await _reseal(database, keyring, count)
        if grace:
            await asyncio.sleep(grace)
            count.lost = 0
            await _reseal(database, keyring, count)
        await database.shred()
        return count
    finally:
        await database.close()


async def _reseal(database: Database, keyring: Keyring, count: _Count) -> None:
    if not database.shared:  # there the keys of days seal tickets, and they change by themselves
        await database.write(partial(tickets.delete_expired, now=time.time()))
        await _reseal_tickets(database, keyring, count)
    await _reseal_workers(database, keyring, count)


async def _reseal_tickets(database: Database, keyring: Keyring, count: _Count) -> None:
    while old := await database.read(partial(tickets.not_sealed_with, key_name=keyring.newest, limit=BATCH)):
        await database.write(partial(_reseal_batch, rows=old, keyring=keyring))
        count.resealed += len(old)


def _reseal_batch(connection: Connection, *, rows: list[tickets.Ticket], keyring: Keyring) -> None:
    for row in rows:
        try:
            sealed = keyring.reseal(row.sealed, Context(row.purpose, row.chat_id, row.id))
        except CannotOpen:
            tickets.delete_one(connection, row.id)  # it opens nowhere; its owner is asked for the value again
            continue
        tickets.reseal(connection, row.id, sealed=sealed, key_name=keyring.newest)


async def _reseal_workers(database: Database, keyring: Keyring, count: _Count) -> None:
    after = ""
    while page := await database.read(partial(workers.page, after=after, limit=BATCH)):
        for row in page:
            try:
                if key_name(row.command_key) == keyring.newest:
                    continue
                sealed = keyring.reseal(row.command_key, Context(COMMAND_KEY, row.chat_id, row.id))
            except CannotOpen:
                count.lost += 1
                continue
            # Only in the place of what was read: a running bot may have stored another since.
            stored = partial(workers.reseal, worker_id=row.id, was=row.command_key, sealed=sealed)
            count.resealed += await database.write(stored)
        after = page[-1].id
