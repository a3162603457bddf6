"""Chooses by the settings what one process and what many replicas stand on: keys, runner, and who fetches updates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.operations_store import Enlist, StoredOperations
from bot.runner.embedded import EmbeddedRunner
from bot.runner.port import Runner
from bot.settings import BadSettings, Settings
from bot.storage.database import Database
from bot.storage.dialect import plain_url
from bot.tickets import SealingKeys
from bot.vault.daykeys import DayKeys
from bot.vault.keyring import Keyring
from bot.vault.livering import LiveRing

NO_RING = (
    "SOAR_MASTER_KEYS is required with PostgreSQL, the same for every replica; soar vault new prints one to keep with"
    " your secrets, not in the database"
)


def keyring_of(settings: Settings) -> SealingKeys:
    """The key ring given, or with SQLite the one in the data folder. Raises BadKeyring, BadSettings or OSError."""
    if settings.master_keys is not None:
        return Keyring.parse(settings.master_keys.get_secret_value())
    if settings.replicated:
        raise BadSettings(NO_RING)
    return LiveRing(settings.data_dir / "keyring")


def ticket_keys_of(settings: Settings, keyring: SealingKeys, clock: Callable[[], float]) -> SealingKeys:
    """What seals tickets: the ring where deleted bytes can be shredded, else keys that live a day. Raises OSError."""
    return DayKeys(settings.ticket_keys_folder, clock=clock) if settings.replicated else keyring


def enlist_of(settings: Settings) -> Enlist | None:
    """How an operation's transaction tells the dispatcher of it; None when the runner is in this process."""
    if not settings.replicated:
        return None
    from bot.runner.procrastinate.jobs import enlist  # noqa: PLC0415  (loaded only where it is used)

    return enlist


def runner_of(settings: Settings, database: Database, handlers: Any, **around: Any) -> Runner:  # noqa: ANN401
    """The runner for the settings; `around` is what both take."""
    store = StoredOperations(database, enlist_of(settings))
    if not settings.replicated:
        return EmbeddedRunner(store, handlers, **around)
    from bot.runner.procrastinate.runner import ProcrastinateRunner  # noqa: PLC0415  (loaded only where it is used)

    url = plain_url(settings.storage_url)
    return ProcrastinateRunner(store, handlers, url=url, write=database.write, **around)
