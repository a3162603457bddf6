"""This machine: the data folder and its room, the database and its tables, the key ring."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from bot.doctor.finding import Finding, fail, ok, warn
from bot.engines import NO_RING
from bot.operations.workshop import COMMAND_KEY
from bot.settings import BadSettings, Settings
from bot.storage import workers
from bot.storage.database import Database
from bot.storage.dialect import is_postgresql
from bot.storage.errors import StorageError
from bot.storage.schema import HEAD, version
from bot.storage.workers import Worker
from bot.upgrading import dispatches
from bot.vault import keyfile
from bot.vault.keyring import BadKeyring, CannotOpen, Context, Keyring

MEGABYTE: Final = 1024 * 1024
SCARCE, TOO_LITTLE = 1024 * MEGABYTE, 100 * MEGABYTE
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
SAMPLE: Final = 5  # Workers whose command keys are tried
FreeBytes = Callable[[Path], int]


def free_bytes(folder: Path) -> int:
    """How much room there is where `folder` is or will be."""
    while not folder.exists():
        folder = folder.absolute().parent
    return shutil.disk_usage(folder).free


def examine(settings: Settings, free: FreeBytes = free_bytes) -> Iterator[Finding]:
    """Look at everything that needs no network but the database's."""
    yield from _folder(settings.data_dir)
    yield _room(settings.data_dir, free)
    findings, known = _database(settings)
    yield from findings
    yield _ring(settings, known)


def _folder(folder: Path) -> Iterator[Finding]:
    if not folder.exists():
        yield ok("data folder", f"{folder} is not there yet; the first start makes it")
    elif not os.access(folder, os.W_OK | os.X_OK):
        yield fail("data folder", f"{folder} cannot be written to", f"give it to the user Soar runs as: chown {folder}")
    elif folder.stat().st_mode & OTHERS:
        yield warn("data folder", f"{folder} is open to other users", f"chmod 700 {folder}")
    else:
        yield ok("data folder", f"{folder} is Soar's alone")


def _room(folder: Path, free: FreeBytes) -> Finding:
    try:
        left = free(folder)
    except OSError as error:
        return warn("disk", f"its room cannot be told ({error.strerror})", "look with df")
    told = f"{left // MEGABYTE:,} MB are free"
    if left < TOO_LITTLE:
        return fail("disk", told, "make room: what cannot be stored is not taken, so chats stand still")
    if left < SCARCE:
        return warn("disk", told, "make room soon")
    return ok("disk", told)


def _database(settings: Settings) -> tuple[list[Finding], list[Worker]]:
    """Look at the database without making one; gives also the first few Workers in it."""
    try:
        path = _file(settings.storage_url)
        if path is not None and not path.exists():
            return [ok("database", f"{path} is not there yet; the first start makes it")], []
        revision = version(settings.storage_url)
        known = asyncio.run(_some_workers(settings.storage_url)) if revision == HEAD else []
        found = [_answers(path), _told_revision(revision)]
        if path is None and revision == HEAD:
            found.append(_dispatcher(dispatches(settings.storage_url)))
    except ValueError as error:
        return [fail("database", str(error), "correct SOAR_DATABASE_URL")], []
    except StorageError as error:
        return [fail("database", f"it cannot be used ({error.code})", _remedy(error.code))], []
    return found, known


def _file(url: str) -> Path | None:
    return None if is_postgresql(url) else Path(make_url(url).database or "")


def _answers(path: Path | None) -> Finding:
    if path is None:
        return ok("database", "PostgreSQL answers")
    if path.stat().st_mode & OTHERS:
        return warn("database", f"{path} is open to other users", f"chmod 600 {path}")
    return ok("database", f"{path} can be read")


def _told_revision(revision: str | None) -> Finding:
    if revision == HEAD:
        return ok("tables", f"they are at {HEAD}, as this version wants them")
    if revision is None:
        return ok("tables", "there are none yet; the first start makes them")
    if revision > HEAD:
        return fail("tables", f"they are at {revision}, made by a newer Soar than this ({HEAD})", "update Soar")
    return warn("tables", f"they are at {revision}, this version wants {HEAD}", "back up, then run: soar db upgrade")


def _dispatcher(current: bool) -> Finding:  # noqa: FBT001  (the answer)
    if current:
        return ok("dispatcher", "its tables are as this version wants them")
    return warn("dispatcher", "its tables are missing or of another version", "back up, then run: soar db upgrade")


def _remedy(code: str) -> str:
    match code:
        case "corrupt":
            return "stop Soar and put a backup back: soar restore FILE --replace"
        case "locked":
            return "another program holds it; stop that"
        case "disk_full":
            return "make room on the disk"
        case _:
            return "start it, or correct SOAR_DATABASE_URL"


async def _some_workers(url: str) -> list[Worker]:
    database = Database(url)
    try:
        return await database.read(partial(workers.page, after="", limit=SAMPLE))
    finally:
        await database.close()


def _ring(settings: Settings, known: list[Worker]) -> Finding:
    path = settings.data_dir / "keyring"
    try:
        if settings.master_keys is not None:
            ring = Keyring.parse(settings.master_keys.get_secret_value())
        elif _shared(settings):
            return fail("key ring", NO_RING, "soar vault new makes one; every replica gets the same")
        elif not path.exists() and not known:
            return ok("key ring", "there is none yet; the first start makes it")
        else:
            ring = keyfile.load(path)
    except FileNotFoundError:
        return fail("key ring", f"{path} is gone, and there are bots whose keys only it opens", "put its copy back")
    except BadKeyring as error:
        return fail("key ring", str(error), "see the runbook, 'The key ring is lost'")
    except OSError as error:
        return fail("key ring", f"{path} cannot be read ({error.strerror})", "give it to the user Soar runs as")
    if lost := sum(not _opens(ring, worker) for worker in known):
        return fail(
            "key ring", f"it does not open {lost} of {len(known)} command keys", "put the ring back that sealed them"
        )
    return ok("key ring", f"it can be read; its newest key, {ring.newest}, seals")


def _shared(settings: Settings) -> bool:
    try:
        return settings.replicated
    except BadSettings:
        return False


def _opens(ring: Keyring, worker: Worker) -> bool:
    try:
        ring.open(worker.command_key, Context(COMMAND_KEY, worker.chat_id, worker.id))
    except CannotOpen:
        return False
    return True
