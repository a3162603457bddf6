"""What Soar's process, its files and all that Telegram carried hold of the keys, on each of the two ways.

The running process is searched, not only what it leaves. The paste way is the control: there the search does find them.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import httpx
import pytest

from sandbox.bot_process import BotProcess
from sandbox.stand_ins import StandIns
from sandbox.telegram.phone import Phone
from tests.acceptance.house import House
from tests.acceptance.newcomer import Newcomer
from tests.acceptance.test_canary import disguises, kept

# The bot as it is, but for one thing: it lets whoever started it look into its memory.
OPEN: Final = (
    "import runpy, sys; import bot.vault.process as it; it._make_undumpable = lambda: False;"
    " sys.argv = ['bot', 'run']; runpy.run_module('bot', run_name='__main__')"
)
READABLE: Final = re.compile(rb"([0-9a-f]+)-([0-9a-f]+) r\S+ \S+ \S+ \S+ *(.*)")
NOT_MEMORY: Final = (b"[vvar]", b"[vsyscall]", b"[vvar_vclock]")

pytestmark = pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="there is no /proc to read memory from")


def memory(pid: int) -> Iterator[bytes]:
    """Read all that a process has in memory, one mapping after the other."""
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as whole:
        for line in Path(f"/proc/{pid}/maps").read_bytes().splitlines():
            match = READABLE.match(line)
            if match is None or match[3] in NOT_MEMORY:
                continue
            first, last = int(match[1], 16), int(match[2], 16)
            try:
                whole.seek(first)
                yield whole.read(last - first)
            except (OSError, ValueError, OverflowError):  # a mapping that went meanwhile, or a device's
                continue


def needles(secret: str) -> set[bytes]:
    """The shortest of a secret's forms: whatever holds a longer one holds one of these."""
    forms = set(disguises(secret))
    return {form for form in forms if not any(other in form for other in forms - {form})}


def found_in_memory(pid: int, secrets: list[str]) -> set[str]:
    """Find the secrets of which any form is in a process's memory; names them by their first letters."""
    sought = {secret: needles(secret) for secret in secrets}
    found: set[str] = set()
    for mapping in memory(pid):
        found |= {secret[:4] for secret, forms in sought.items() if any(form in mapping for form in forms)}
    return found


async def carried(house: House, client: httpx.AsyncClient) -> bytes:
    """All that went through Telegram, in both directions."""
    url = f"{house.world.telegram.url}/_sandbox/traffic"
    return (await client.get(url, params={"both": "1"})).raise_for_status().content


async def places(house: House, client: httpx.AsyncClient) -> Mapping[str, bytes]:
    return {**kept(house), "telegram": await carried(house, client)}


def holding(where: Mapping[str, bytes], secrets: list[str]) -> set[str]:
    forms = {form for secret in secrets for form in needles(secret)}
    return {place for place, content in where.items() if any(form in content for form in forms)}


@asynccontextmanager
async def somebody(folder: Path, number: int) -> AsyncIterator[Newcomer]:
    with StandIns() as world:
        data = folder / "data"
        settings = world.settings(data, SOAR_LOG_LEVEL="DEBUG")
        with BotProcess(settings, folder / "bot.log", command=[sys.executable, "-c", OPEN]) as bot:
            house = House(world, bot, data)
            async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
                yield Newcomer(house, client, Phone(world.telegram.url, number, client=client), "Ada")


@pytest.mark.asyncio
async def test_on_the_private_way_nobody_but_the_bot_has_the_keys(tmp_path: Path) -> None:
    async with somebody(tmp_path, 611) as ada:
        house, pid = ada.house, ada.house.bot.pid
        link = await ada.comes_to_the_form(keep=False)
        pair = await ada.keys()
        await ada.fills_in(link, *pair, code=await ada.code())
        seen = await asyncio.to_thread(found_in_memory, pid, [*pair])  # while Soar asks the bot what has become of it
        await ada.sees(f"Connected: Alpaca account ending in {await ada.account_ending()}")
        await ada.taps("🔑 Change keys")
        await ada.taps("🔒 Private form", "Your private form is open")
        newer = await ada.keys()
        await ada.fills_in(await ada.form(), *newer, code=await ada.code())
        await ada.sees(f"Connected: Alpaca account ending in {await ada.account_ending()}")
        await ada.taps("📊 Status", f"Key ID ending in {newer[0][-4:]}")
        seen |= await asyncio.to_thread(found_in_memory, pid, [*pair, *newer])
        assert seen == set(), "Soar's process held keys"
        where = await places(house, ada.client)
        assert holding(where, [*pair, *newer]) == set()
        ticket = link.partition("#t=")[2].partition("&")[0]
        assert holding(where, [ticket]) == {"telegram"}, "the link is in the chat alone: no file, no log"
        token = [value for value in ada.pasted if value not in {*pair, *newer}]
        assert holding(where, token) == {"telegram"}, "the search sees what was pasted"
    assert holding(kept(house), [*pair, *newer]) == set()


@pytest.mark.asyncio
async def test_on_the_paste_way_the_same_search_finds_them(tmp_path: Path) -> None:
    async with somebody(tmp_path, 612) as ada:
        house, pid = ada.house, ada.house.bot.pid
        await ada.comes_to_keys()
        pair = await ada.keys()
        await ada.mischief.alpaca("hang")
        await ada.pastes(*pair, then="Putting your bot in place")
        await ada.mischief.alpaca_struck()
        assert await asyncio.to_thread(found_in_memory, pid, [*pair]) == {value[:4] for value in pair}
        where = await places(house, ada.client)
        assert holding(where, [*pair]) == {"telegram"}, "Telegram carried them; no file of Soar's has them"
