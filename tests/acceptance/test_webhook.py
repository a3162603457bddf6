"""Updates brought to a webhook, and the way there and back: nothing is lost, and nothing handled twice."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from sandbox.bot_process import BotProcess
from sandbox.stand_ins import StandIns
from sandbox.telegram.phone import Phone
from tests.acceptance.house import House, until
from tests.acceptance.newcomer import Newcomer

SECRET = "w" * 40


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Site:
    """One bot that can run in either form, on the same data."""

    world: StandIns
    folder: Path
    port: int

    def bot(self, *, hooked: bool) -> BotProcess:
        address = f"127.0.0.1:{self.port}"
        settings = {
            "SOAR_WEBHOOK_URL": f"http://{address}/telegram",
            "SOAR_WEBHOOK_SECRET": SECRET,
            "SOAR_LISTEN": address,
        }
        log = self.folder / "bot.log"
        log.write_bytes(b"")
        return BotProcess(self.world.settings(self.folder / "data", **(settings if hooked else {})), log)

    def house(self, bot: BotProcess) -> House:
        return House(self.world, bot, self.folder / "data")

    async def telegram(self, client: httpx.AsyncClient) -> dict[str, Any]:
        """How the bot is known at Telegram."""
        answer = (await client.get(f"{self.world.telegram.url}/_sandbox")).raise_for_status().json()
        return dict(answer["bots"][0])


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with StandIns(execution=False) as world:
        yield Site(world, tmp_path, free_port())


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=60, trust_env=False) as made:
        yield made


async def all_arrived(site: Site, house: House, client: httpx.AsyncClient) -> None:
    """Check that every update there ever was has been handled: their numbers have no gap."""

    async def quiet() -> bool:
        numbers = [number for (number,) in house.books.rows("select update_id from updates order by update_id")]
        whole = numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        return whole and not (await site.telegram(client))["pending_updates"]

    await until(quiet, "an update is missing, or waits for ever")


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Keep the database for oneself, as another process might."""
    with closing(sqlite3.connect(data / "soar.sqlite3", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def kill(bot: BotProcess) -> None:
    bot.kill()


def stop(bot: BotProcess) -> None:
    assert bot.stop() == 0


@pytest.mark.parametrize("end", [stop, kill])
@pytest.mark.asyncio
async def test_switching_to_and_from_a_webhook_loses_nothing_and_repeats_nothing(
    site: Site, client: httpx.AsyncClient, end: Callable[[BotProcess], None]
) -> None:
    bot = site.bot(hooked=False).start().ready()
    phone = Phone(site.world.telegram.url, 7001, first_name="Ada", client=client)
    ada = Newcomer(site.house(bot), client, phone, "Ada")
    await ada.comes_to_keys()
    key_id, secret = await ada.keys()
    ada.keeps_to_herself(key_id, secret)
    # The poll's last offset may not have been told to Telegram: what was handled comes again through the webhook.
    await ada.mischief.telegram("duplicate", "", ada.id, count=3)
    end(bot)
    pasted = await ada.says(key_id)

    bot = site.bot(hooked=True).start().ready()
    ada = replace(ada, house=site.house(bot))
    await ada.phone.gone(pasted, within=20)
    await ada.sees("Now paste the Secret")
    assert (await site.telegram(client))["webhook"].endswith("/telegram")
    await ada.pastes(secret, then="Your bot is running")
    await ada.taps("📊 Status", "▶️ Running")
    await ada.settles()
    await all_arrived(site, ada.house, client)
    end(bot)
    asked = await ada.says("/status")

    bot = site.bot(hooked=False).start().ready()
    ada = replace(ada, house=site.house(bot))
    await ada.sees(lambda shown: shown["id"] > asked and "▶️ Running" in shown["text"])
    await ada.settles()
    await all_arrived(site, ada.house, client)
    assert (await site.telegram(client))["webhook"] is None
    assert ada.house.books.kinds(ada.id) == ["connect", "deploy", "status", "status"]
    assert len(await ada.workers()) == 1
    await ada.left_nothing_in_chat()
    log = bot.log.read_text()
    bot.stop()
    assert not [value for value in (key_id, secret, SECRET) if value in log]


@pytest.mark.asyncio
async def test_a_database_that_is_locked_holds_updates_back_and_deletes_all_the_same(
    site: Site, client: httpx.AsyncClient
) -> None:
    (
        await client.post(f"{site.world.telegram.url}/_sandbox/limits", json={"webhook_patience": 0.05})
    ).raise_for_status()
    with site.bot(hooked=True) as bot:
        phone = Phone(site.world.telegram.url, 7002, first_name="Bob", client=client)
        bob = Newcomer(site.house(bot), client, phone, "Bob")
        await bob.comes_to_keys()
        key_id, secret = await bob.keys()
        bob.keeps_to_herself(key_id, secret)
        with locked(bob.house.books.data):
            message = await bob.says(key_id)
            await bob.phone.gone(message)

            async def refused() -> bool:
                return "503" in str((await site.telegram(client))["webhook_error"])

            await until(refused, "Telegram was told that all is well")
        await bob.sees("Now paste the Secret")
        await bob.pastes(secret, then="Your bot is running")
        await all_arrived(site, bob.house, client)


@pytest.mark.asyncio
async def test_strangers_and_nonsense_do_no_harm(site: Site, client: httpx.AsyncClient) -> None:
    with site.bot(hooked=True) as bot:
        phone = Phone(site.world.telegram.url, 7003, first_name="Cleo", client=client)
        cleo = Newcomer(site.house(bot), client, phone, "Cleo")
        url = f"http://127.0.0.1:{site.port}/telegram"
        forged = {
            "update_id": 1,
            "message": {"message_id": 1, "chat": {"id": 7003, "type": "private"}, "text": "/start"},
        }

        async def listening() -> bool:
            try:
                return (await client.post(url, content=json.dumps(forged))).status_code == 401
            except httpx.TransportError:
                return False

        await until(listening, "nobody listens")
        poison = {"message": {"message_id": "x", "chat": {"id": 7003, "type": "private"}, "text": 7}}
        (await client.post(f"{site.world.telegram.url}/_sandbox/updates", json=poison)).raise_for_status()
        await cleo.agrees()
        await all_arrived(site, cleo.house, client)
        assert "secret was refused" in bot.log.read_text()
