"""`soar migrate`: everything of an embedded Soar moves from its SQLite file to PostgreSQL, all of it or nothing."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, insert, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.operations.workshop import COMMAND_KEY
from bot.operations_store import Enlist, as_operation
from bot.runner.port import lane
from bot.storage import marks, schema
from bot.storage import operations as stored
from bot.storage.dialect import is_postgresql, open_engine, translated, truncate_wal, wait_for_turn
from bot.storage.errors import StorageError
from bot.storage.tables import marks as marks_table
from bot.storage.tables import metadata, tickets
from bot.tickets import SealingKeys
from bot.upgrading import upgrade_all
from bot.vault.keyring import CannotOpen, Context
from deploy.secret import Secret

BATCH: Final = 500
TURN: Final = 0x50A2_0004  # the number of the lock that moves take turns by
MOVING: Final = "moving-"  # begins the mark, in both databases, that says which move the rows came with
BUSY: Final = "the SQLite file is in use ({}); stop Soar, then move"


class CannotMove(Exception):  # noqa: N818  (says what happened)
    """Nothing was moved; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move has brought over."""

    rows: int = 0
    resumed: int = 0
    left_behind: int = 0
    already: bool = False

    def sentence(self) -> str:
        """Say it to the operator."""
        if self.already:
            return "this file has been moved there before; nothing was changed"
        told = f"{self.rows} rows moved, {self.resumed} unfinished operations go on once Soar runs there"
        if self.left_behind:
            told += (
                f"; {self.left_behind} secrets in flight had run out and were left behind: their owners are asked again"
            )
        return f"{told}. Start Soar with PostgreSQL only: the old file and its key ring may go"


@dataclass(frozen=True, slots=True)
class Move:
    """From where to where, and with which keys: `rings` open what the source has sealed, the first one seals anew."""

    source: str
    target: str
    rings: tuple[SealingKeys, ...]
    ticket_keys: SealingKeys
    enlist: Enlist

    def run(self) -> Moved:
        """Move. Raises CannotMove or StorageError; then nothing has changed in the target."""
        if not is_postgresql(self.target):
            raise CannotMove("SOAR_DATABASE_URL does not name PostgreSQL; set it to where Soar is to move")
        path = make_url(self.source).database
        if not path or not Path(path).is_file():
            raise CannotMove(f"there is no database at {path}; name the SQLite file with --from")
        schema.upgrade(self.source)
        upgrade_all(self.target)
        with _open(self.source) as old, _open(self.target) as new:
            try:
                with old.begin():  # from here on nobody else writes to it
                    move = _mark_of(old)
            except (SQLAlchemyError, sqlite3.Error) as error:
                raise CannotMove(BUSY.format(translated(error))) from None
            with old.begin():
                with new.begin():
                    moved = self._move(old, new, move)
                old.execute(delete(tickets))  # they are there now, sealed with keys that end with the day
            truncate_wal(old)
        return moved

    def _move(self, old: Connection, new: Connection, move: str) -> Moved:
        wait_for_turn(new, TURN)
        if marks.at(new, move) is not None:
            return Moved(already=True)
        taken = [table.name for table in metadata.sorted_tables if new.execute(select(table).limit(1)).first()]
        if taken:
            raise CannotMove(f"the target is not empty, it has {', '.join(taken)}; give Soar a database of its own")
        rows = left = 0
        for table in metadata.sorted_tables:
            for batch in _batches(old, table):
                kept = [row for row in (self._resealed(table, each) for each in batch) if row is not None]
                if kept:
                    new.execute(insert(table), kept)
                rows += len(kept)
                left += len(batch) - len(kept)
        unfinished = stored.unfinished(new)
        for operation in unfinished:
            self.enlist(new, operation.id, lane(as_operation(operation)))
        return Moved(rows, len(unfinished), left)

    def _resealed(self, table: Table, row: dict[str, Any]) -> dict[str, Any] | None:
        """Seal what is sealed with the target's keys; None for a ticket whose time is over or that nothing opens."""
        if table.name == "tickets":
            context = Context(row["purpose"], row["chat_id"], row["id"])
            secret = self._opened(row["sealed"], context) if row["expires_at"] > time.time() else None
            if secret is None:
                return None
            return row | {"sealed": self.ticket_keys.seal(secret, context), "key_name": self.ticket_keys.newest}
        if table.name == "workers":
            context = Context(COMMAND_KEY, row["chat_id"], row["id"])
            key = self._opened(row["command_key"], context)
            if key is None:
                raise CannotMove(
                    f"no key opens the command key of {row['script']}; name the old key ring with --key-ring"
                )
            return row | {"command_key": self.rings[0].seal(key, context)}
        return row

    def _opened(self, sealed: bytes, context: Context) -> Secret | None:
        for ring in self.rings:
            try:
                return ring.open(sealed, context)
            except CannotOpen:
                continue
        return None


@contextmanager
def _open(url: str) -> Iterator[Connection]:
    try:
        with open_engine(url, writing=True, busy_seconds=1.0).connect() as connection:
            yield connection
    except (CannotMove, StorageError):
        raise
    except Exception as error:  # noqa: BLE001  (drivers raise their own here)
        raise translated(error) from None


def _mark_of(old: Connection) -> str:
    """Give the mark of this file's move, which it keeps from the first try on."""
    known: str | None = old.execute(select(marks_table.c.name).where(marks_table.c.name.like(f"{MOVING}%"))).scalar()
    if known is None:
        known = MOVING + secrets.token_hex(8)
        marks.put(old, known, now=time.time())
    return known


def _batches(old: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    found = old.execute(select(table)).mappings()
    while batch := found.fetchmany(BATCH):
        yield [dict(row) for row in batch]
