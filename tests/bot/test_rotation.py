"""`soar vault rotate` seals everything with a new key and loses nothing."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from bot.operations.workshop import COMMAND_KEY
from bot.rotation import CannotRotate, rotate_keys
from bot.settings import Settings
from bot.storage import tickets, workers
from bot.storage.database import Database
from bot.storage.schema import upgrade
from bot.vault import keyfile
from bot.vault.keyring import Context, Keyring
from deploy.secret import Secret


def worker(sealed: bytes) -> workers.Worker:
    return workers.Worker(
        id="w1", chat_id=7, mode="paper", script="soar-paper-w1", cloudflare_account="a", subdomain="ann", url="http://x",
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
    assert "2 sealed values now use the key k2" in rotate_keys(settings, drop_old=True)
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
        rotate_keys(settings, drop_old=True)
    assert len(keyfile.load(tmp_path / "keyring").names) == 2, "no key is dropped while something is not re-sealed"
