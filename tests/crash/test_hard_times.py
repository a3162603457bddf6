"""A locked database, a full disk, a clock that jumps: nothing is acknowledged that was not kept, and it passes."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.crash.clockwork import put
from tests.crash.nursery import Bot, Nursery
from tests.crash.road import Life, begin, until

LONGER_THAN_PATIENCE = 6.0  # seconds; the database waits for five
HOUR = 3600.0


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as nursery:
        yield nursery


@contextmanager
def locked(life: Life) -> Iterator[None]:
    """Keep every writer out of the bot's database, as a backup that hangs would."""
    other = sqlite3.connect(life.data / "soar.sqlite3", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
    finally:
        other.close()


@contextmanager
def full(bot: Bot) -> Iterator[None]:
    """Let the process write not one more byte to any file, its log included."""
    _, hard = resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    yield
    with suppress(ProcessLookupError):
        resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, hard))


async def pastes_the_token(life: Life) -> int:
    token = await life.sites.token()
    life.person.pasted.append(token)
    life.phone.masks(token)
    return await life.phone.says(token)


async def all_kept(life: Life) -> None:
    """Wait until Telegram keeps nothing back any more."""

    async def kept() -> bool:
        return not await life.unacknowledged()

    await until(kept, "an update was not acknowledged")


@pytest.mark.asyncio
@pytest.mark.parametrize("seconds", [1.0, LONGER_THAN_PATIENCE])
async def test_a_locked_database(nursery: Nursery, tmp_path: Path, seconds: float) -> None:
    async with begin(nursery, tmp_path, execution=False) as life:
        life.start()
        await life.person.comes_to("Paste the token now")
        with locked(life):
            message = await pastes_the_token(life)
            await life.phone.gone(message)
            await asyncio.sleep(seconds)
            assert await life.unacknowledged() == 1
        await life.phone.sees("Your account needs an address name")
        await all_kept(life)


@pytest.mark.asyncio
async def test_a_bot_killed_while_its_database_is_locked(nursery: Nursery, tmp_path: Path) -> None:
    async with begin(nursery, tmp_path, execution=False) as life:
        bot = life.start()
        await life.person.comes_to("Paste the token now")
        with locked(life):
            message = await pastes_the_token(life)
            await life.phone.gone(message)
            bot.kill()
            await bot.end()
            life.start()
            await asyncio.sleep(1.0)
            assert await life.unacknowledged() == 1
        await life.phone.sees("Your account needs an address name", within=20)
        await all_kept(life)


@pytest.mark.asyncio
@pytest.mark.parametrize("killed", [False, True])
async def test_a_full_disk(nursery: Nursery, tmp_path: Path, *, killed: bool) -> None:
    async with begin(nursery, tmp_path, execution=False) as life:
        bot = life.start()
        await life.person.comes_to("Paste the token now")
        with full(bot):
            message = await pastes_the_token(life)
            await life.phone.gone(message)
            await asyncio.sleep(1.5)  # a few more attempts
            assert await life.unacknowledged() == 1
            assert life.rows("select count(*) from tickets") == [(0,)]
            if killed:
                bot.kill()
                await bot.end()
                bot = life.start()
        await life.phone.sees("Your account needs an address name", within=20)
        await all_kept(life)
        assert not bot.ended()


@pytest.mark.asyncio
async def test_the_disk_is_full_when_the_work_has_ended(nursery: Nursery, tmp_path: Path) -> None:
    async with begin(nursery, tmp_path, execution=False) as life:
        bot = life.start()
        await life.person.comes_to("Now paste the Secret")
        faults = {"kind": "delay", "path": "/schedules$", "method": "PUT", "seconds": 4.0}
        await life.client.post(f"{life.world.cloudflare.url}/_sandbox/faults", json=faults)
        await life.phone.says(life.person.pairs[0][1])
        await life.phone.sees("Setting its clock")
        with full(bot):
            await asyncio.sleep(5)  # the deploy is done by now, and nobody can write it down
            assert life.rows("select count(*) from operations where state = 'running'") == [(1,)]
        await life.phone.sees("Your bot is running", within=30)
        assert len(await life.sites.scripts()) == 1
        assert life.rows("select count(*) from tickets") == [(0,)]


@pytest.mark.asyncio
@pytest.mark.parametrize("hours", [2.0, -2.0])
async def test_the_clock_jumps_while_keys_are_held(nursery: Nursery, tmp_path: Path, hours: float) -> None:
    clock = tmp_path / "clock"
    put(clock, 0.0)
    async with begin(nursery, tmp_path, execution=False) as life:
        bot = life.start(clock=clock)
        await life.person.comes_to("Now paste the Secret")
        put(clock, hours * HOUR)
        await life.phone.says(life.person.pairs[0][1])
        await life.phone.sees("The Cloudflare token you gave is too old by now")
        put(clock, 0.0)
        await life.person.goes_on("a bot")
        await all_kept(life)
        assert len(await life.sites.scripts()) == 1
        assert not bot.ended()
        await bot.stop()
        assert life.rows("select count(*) from tickets") == [(0,)]


@pytest.mark.asyncio
async def test_what_expired_while_the_bot_was_down_is_asked_for_again(nursery: Nursery, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    put(clock, 0.0)
    async with begin(nursery, tmp_path, execution=False) as life:
        bot = life.start(clock=clock)
        await life.person.comes_to("Now paste the Secret")
        bot.kill()
        await bot.end()
        put(clock, HOUR / 3)
        life.start(clock=clock)
        await life.phone.sees("I hold keys for 15 minutes at most, and that is over")
        assert life.rows("select purpose from tickets") == [("token",)]
        await life.person.goes_on("a bot")
        await life.stop()
        assert life.rows("select count(*) from tickets") == [(0,)]
