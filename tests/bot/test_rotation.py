"""`soar vault rotate` seals everything with a new key and loses nothing."""

from __future__ import annotations

import asyncio
import threading
import time
from itertools import count
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.operations.workshop import COMMAND_KEY
from bot.rotation import CannotRotate, rotate_keys
from bot.settings import Settings
from bot.storage import tickets, workers
from bot.storage.database import Database
from bot.storage.schema import upgrade
from bot.upgrading import upgrade_all
from bot.vault import keyfile
from bot.vault.daykeys import DayKeys
from bot.vault.keyring import Context, Keyring
from bot.vault.livering import LiveRing
from deploy.secret import Secret
from tests.postgres import empty_database


def worker(sealed: bytes, worker_id: str = "w1") -> workers.Worker:
    return workers.Worker(
        id=worker_id, chat_id=7, mode="paper", script="soar-paper-w1", cloudflare_account="a", subdomain="ann", url="http://x",
        alpaca_account_hash="h", alpaca_account_ending="1234", command_key=sealed, plan={}, ceilings={}, template="t",
        holds_cloudflare_token=True, key_ending="4F2A", state="running", created_at=1.0,
    )  # fmt: skip


def test_rotate_and_drop(tmp_path: Path) -> None:
    settings = Settings(telegram_token="1:x", data_dir=tmp_path)  # type: ignore[arg-type]
    old = keyfile.load_or_create(tmp_path / "keyring")
    upgrade(settings.storage_url)

    async def fill(ring: Keyring) -> None:
        database = Database(settings.storage_url)
        key = ring.seal(Secret("command"), Context(COMMAND_KEY, 7, "w1"))
        blob = ring.seal(Secret("pasted"), Context("token", 7, "t1"))
        row = tickets.Ticket("t1", 7, "token", blob, ring.newest, time.time() + 600)
        await database.write(lambda c: (workers.save(c, worker(key)), tickets.put(c, row)))
        await database.close()

    asyncio.run(fill(old))
    assert "2 sealed values now use the key k2" in rotate_keys(settings, drop_old=True, grace=0.05)
    ring = keyfile.load(tmp_path / "keyring")
    assert ring.names == ("k2",)

    async def look() -> tuple[workers.Worker | None, tickets.Ticket | None]:
        database = Database(settings.storage_url)
        found = await database.read(lambda c: (workers.get(c, "w1"), tickets.get(c, "t1", now=time.time())))
        await database.close()
        return found

    row, ticket = asyncio.run(look())
    assert row is not None
    assert ticket is not None
    assert ring.open(row.command_key, Context(COMMAND_KEY, 7, "w1")).reveal() == "command"
    assert ring.open(ticket.sealed, Context("token", 7, "t1")).reveal() == "pasted"


def test_a_command_key_that_opens_with_no_key_is_left_and_said(tmp_path: Path) -> None:
    settings = Settings(telegram_token="1:x", data_dir=tmp_path)  # type: ignore[arg-type]
    keyfile.load_or_create(tmp_path / "keyring")
    upgrade(settings.storage_url)

    async def fill() -> None:
        database = Database(settings.storage_url)
        await database.write(lambda c: workers.save(c, worker(b"nonsense")))
        await database.close()

    asyncio.run(fill())
    with pytest.raises(CannotRotate, match="1 command keys"):
        rotate_keys(settings, drop_old=True, grace=0.05)
    assert len(keyfile.load(tmp_path / "keyring").names) == 2, "no key is dropped while something is not re-sealed"


class Busy:
    """A bot that seals, stores and opens command keys all the time, in a thread of its own."""

    def __init__(self, settings: Settings, keys: LiveRing | Keyring) -> None:
        self._settings = settings
        self._keys = keys
        self._stop = threading.Event()
        self.stored: list[str] = []
        self.failed: list[str] = []
        self._thread = threading.Thread(target=lambda: asyncio.run(self._work()))
        self._thread.start()

    def end(self) -> None:
        self._stop.set()
        self._thread.join()

    async def _work(self) -> None:
        database = Database(self._settings.storage_url)
        for number in count():
            if self._stop.is_set():
                break
            name = f"busy{number:05}"
            context = Context(COMMAND_KEY, 7, name)
            row = worker(self._keys.seal(Secret(name), context), name)
            await asyncio.sleep(0.002)  # sealed, not stored yet
            await database.write(lambda c, row=row: workers.save(c, row))  # type: ignore[misc]
            self.stored.append(name)
            for known in (name, self.stored[len(self.stored) // 2]):
                found = await database.read(lambda c, known=known: workers.get(c, known))  # type: ignore[misc]
                assert found is not None
                try:
                    self._keys.open(found.command_key, Context(COMMAND_KEY, 7, known))
                except Exception as error:  # noqa: BLE001  (told in the test)
                    self.failed.append(f"{known}: {type(error).__name__}")
        await database.close()


def everything_opens(settings: Settings, ring: Keyring, names: list[str]) -> None:
    async def look() -> list[workers.Worker]:
        database = Database(settings.storage_url)
        rows = await database.read(lambda c: workers.page(c, limit=10_000))
        await database.close()
        return rows

    rows = asyncio.run(look())
    assert {row.id for row in rows} >= set(names)
    for row in rows:
        assert ring.open(row.command_key, Context(COMMAND_KEY, 7, row.id)).reveal() == row.id


def test_a_bot_that_is_busy_meanwhile_loses_nothing(tmp_path: Path) -> None:
    settings = Settings(telegram_token="1:x", data_dir=tmp_path)  # type: ignore[arg-type]
    upgrade(settings.storage_url)
    busy = Busy(settings, LiveRing(tmp_path / "keyring"))
    try:
        while len(busy.stored) < 20:
            time.sleep(0.01)
        for turn in range(2, 5):
            rotate_keys(settings, drop_old=True, grace=0.2)
            ring = keyfile.load(tmp_path / "keyring")
            assert ring.names == (f"k{turn}",)
    finally:
        busy.end()
    assert busy.failed == []
    everything_opens(settings, ring, busy.stored)


def test_replicas_that_are_busy_meanwhile_lose_nothing(tmp_path: Path) -> None:
    old = Keyring.generate()
    both = old.rotated()  # as every replica has it by then
    url = empty_database()
    given = SecretStr(both.text().reveal())
    settings = Settings(telegram_token=SecretStr("1:x"), data_dir=tmp_path, database_url=url, master_keys=given)
    upgrade_all(url)
    days = DayKeys(tmp_path / "ticket-keys", clock=time.time)
    blob = days.seal(Secret("pasted"), Context("token", 7, "t1"))

    async def fill() -> None:
        database = Database(url)
        ticket = tickets.Ticket("t1", 7, "token", blob, days.newest, time.time() + 600)
        key = old.seal(Secret("w1"), Context(COMMAND_KEY, 7, "w1"))
        await database.write(lambda c: (tickets.put(c, ticket), workers.save(c, worker(key))))
        await database.close()

    asyncio.run(fill())
    replicas = [Busy(settings, both)]
    try:
        while len(replicas[0].stored) < 20:
            time.sleep(0.01)
        assert "1 sealed values now use the key k2" in rotate_keys(settings, drop_old=False)
    finally:
        for each in replicas:
            each.end()
    assert [each.failed for each in replicas] == [[]]
    everything_opens(settings, both.only_newest(), replicas[0].stored)

    async def look() -> tickets.Ticket | None:
        database = Database(url)
        found = await database.read(lambda c: tickets.get(c, "t1", now=time.time()))
        await database.close()
        return found

    ticket = asyncio.run(look())
    assert ticket is not None
    assert ticket.sealed == blob, "the keys of days are not the ring's business"
    with pytest.raises(CannotRotate, match="take the older keys off there"):
        rotate_keys(settings, drop_old=True)
