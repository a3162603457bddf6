"""What `soar migrate` takes from the settings."""

from __future__ import annotations

import time
from pathlib import Path

from bot.engines import enlist_of, keyring_of, ticket_keys_of
from bot.moving import CannotMove, Move
from bot.occupancy import Occupancy, Occupied
from bot.settings import Settings
from bot.storage.errors import StorageError
from bot.vault import keyfile
from bot.vault.keyring import BadKeyring

__all__ = ["CannotMove", "move"]


def move(settings: Settings, source: str | None, keyring: str | None) -> str:
    """Move to the database of the settings; returns a sentence on what was done. Raises CannotMove or BadSettings."""
    file = Path(source) if source else settings.data_dir / "soar.sqlite3"
    ring_file = Path(keyring) if keyring else file.parent / "keyring"
    enlist = enlist_of(settings)
    if enlist is None:
        raise CannotMove("SOAR_DATABASE_URL does not name PostgreSQL; set it to where Soar is to move")
    try:
        alone = Occupancy(file.parent, alone=True) if file.exists() else None
    except Occupied:
        raise CannotMove("a bot runs with this data folder; stop it, then move") from None
    try:
        new = keyring_of(settings)
        rings = (new, keyfile.load(ring_file)) if keyring or ring_file.exists() else (new,)
        sealing = ticket_keys_of(settings, new, time.time)
        return Move(f"sqlite:///{file}", settings.storage_url, rings, sealing, enlist).run().sentence()
    except (BadKeyring, StorageError, OSError) as error:
        raise CannotMove(str(error)) from None
    finally:
        if alone is not None:
            alone.end()
