"""`soar vault rotate`: a new key in front of the ring, and everything stored sealed with it."""

from __future__ import annotations

import asyncio
import time
from functools import partial

from sqlalchemy import Connection

from bot.operations.workshop import COMMAND_KEY
from bot.settings import Settings
from bot.storage import tickets, workers
from bot.storage.database import Database
from bot.storage.errors import StorageError
from bot.storage.schema import upgrade
from bot.vault import keyfile
from bot.vault.keyring import BadKeyring, CannotOpen, Context, Keyring

BATCH = 200


class CannotRotate(Exception):  # noqa: N818  (says what happened)
    """The keys were not changed, or not everywhere; the message says what to do."""


def rotate_keys(settings: Settings, *, drop_old: bool) -> str:
    """Re-seal all tickets and command keys; returns a sentence on what was done. Raises CannotRotate."""
    try:
        keyring = _new_ring(settings)
        upgrade(settings.storage_url)
        resealed, lost = asyncio.run(_reseal_all(settings, keyring))
    except (BadKeyring, StorageError, OSError) as error:
        raise CannotRotate(str(error)) from None
    if lost:
        raise CannotRotate(f"{lost} command keys open with no key of the ring and were left as they are")
    if drop_old and settings.master_keys is None:
        keyfile.replace(settings.data_dir / "keyring", keyring.only_newest())
    return f"{resealed} sealed values now use the key {keyring.newest}"


def _new_ring(settings: Settings) -> Keyring:
    """A ring the operator brings is theirs to extend; one in the data folder gets a new key in front."""
    if settings.master_keys is not None:
        return Keyring.parse(settings.master_keys.get_secret_value())
    path = settings.data_dir / "keyring"
    keyring = keyfile.load_or_create(path).rotated()
    keyfile.replace(path, keyring)
    return keyring


async def _reseal_all(settings: Settings, keyring: Keyring) -> tuple[int, int]:
    database = Database(settings.storage_url)
    try:
        await database.write(partial(tickets.delete_expired, now=time.time()))
        resealed = await _reseal_tickets(database, keyring)
        more, lost = await _reseal_workers(database, keyring)
        await database.shred()
        return resealed + more, lost
    finally:
        await database.close()


async def _reseal_tickets(database: Database, keyring: Keyring) -> int:
    count = 0
    while old := await database.read(partial(tickets.not_sealed_with, key_name=keyring.newest, limit=BATCH)):
        await database.write(partial(_reseal_batch, rows=old, keyring=keyring))
        count += len(old)
    return count


def _reseal_batch(connection: Connection, *, rows: list[tickets.Ticket], keyring: Keyring) -> None:
    for row in rows:
        try:
            sealed = keyring.reseal(row.sealed, Context(row.purpose, row.chat_id, row.id))
        except CannotOpen:
            tickets.delete_one(connection, row.id)  # it opens nowhere; its owner is asked for the value again
            continue
        tickets.reseal(connection, row.id, sealed=sealed, key_name=keyring.newest)


async def _reseal_workers(database: Database, keyring: Keyring) -> tuple[int, int]:
    count, lost, after = 0, 0, ""
    while page := await database.read(partial(workers.page, after=after, limit=BATCH)):
        for row in page:
            try:
                sealed = keyring.reseal(row.command_key, Context(COMMAND_KEY, row.chat_id, row.id))
            except CannotOpen:
                lost += 1
                continue
            await database.write(partial(_store, worker_id=row.id, sealed=sealed))
            count += 1
        after = page[-1].id
    return count, lost


def _store(connection: Connection, *, worker_id: str, sealed: bytes) -> None:
    workers.change(connection, worker_id, command_key=sealed)
