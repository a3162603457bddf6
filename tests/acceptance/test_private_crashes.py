"""Soar is killed at each stage of the private way: the form works while it is dead, and Soar catches up.

Each story is told up to its first `yield`; there the bot dies. What follows up to the second happens while it is dead.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

import pytest

from tests.acceptance.conftest import Invites
from tests.acceptance.house import House
from tests.acceptance.newcomer import Newcomer
from tests.acceptance.test_crashes import all_is_well

Story = AsyncGenerator[None, None]


@pytest.fixture
def house(real_house: House) -> House:
    return real_house


async def sets_out(ada: Newcomer, *, keep: bool = False) -> None:
    await ada.agrees()
    await ada.connects(keep=keep)


async def enters(ada: Newcomer) -> None:
    """Enter a new pair in the form that the screen shows."""
    told = await ada.fills_in(await ada.form(), *await ada.keys(), code=await ada.code())
    assert told.get("ok"), told


async def at_the_upload(ada: Newcomer) -> Story:
    await sets_out(ada)
    await ada.mischief.cloudflare("hang", f"{ada.account}/workers/scripts/[^/]+$", method="PUT")
    await ada.taps("🔒 Private form", "⏳ Uploading the bot, without keys")
    await ada.mischief.reached("PUT", ada.account, "?excludeScript")
    yield
    yield
    await enters(ada)
    await ada.sees("Your bot is running")
    assert ada.house.books.kinds(ada.id) == ["connect", "prepare", "keys"]


async def while_the_address_comes_up(ada: Newcomer) -> Story:
    await sets_out(ada)
    await ada.mischief.cloudflare("new_address", f"^/{ada.name.lower()}-{ada.id}/", seconds=120)
    await ada.taps("🔒 Private form", "⏳ Waiting for it to answer")
    yield
    yield
    await enters(ada)
    await ada.sees("Your bot is running")


async def at_the_opening(ada: Newcomer) -> Story:
    await sets_out(ada)
    address = f"{ada.name.lower()}-{ada.id}"
    await ada.mischief.cloudflare("hang", f"{address}/.*/v1/form$")
    await ada.taps("🔒 Private form", "⏳ Opening your private form")
    await ada.mischief.reached(address, "/v1/form")
    yield
    yield
    await enters(ada)
    await ada.sees("Your bot is running")


async def with_the_form_open(ada: Newcomer) -> Story:
    await sets_out(ada)
    await ada.taps("🔒 Private form", "Your private form is open")
    link, code = await ada.form(), await ada.code()
    yield
    yield
    await ada.phone.catches_up()
    assert (await ada.form(), await ada.code()) == (link, code), "the same link can be made again"
    await enters(ada)
    await ada.sees("Your bot is running")


async def used_while_it_is_dead(ada: Newcomer) -> Story:
    await sets_out(ada)
    await ada.taps("🔒 Private form", "Your private form is open")
    pair = await ada.keys()
    link, code = await ada.form(), await ada.code()
    yield
    assert (await ada.fills_in(link, *pair, code=code))["ok"]
    yield
    await ada.sees(f"Connected: Alpaca account ending in {await ada.account_ending()}")
    await ada.sees("Your bot is running")


async def at_the_first_look(ada: Newcomer) -> Story:
    await sets_out(ada)
    address = f"{ada.name.lower()}-{ada.id}"
    await ada.taps("🔒 Private form", "Your private form is open")
    await ada.mischief.cloudflare("hang", f"{address}/.*/v1/tick$")
    await enters(ada)
    await ada.mischief.reached(address, "/v1/tick")
    yield
    yield
    await ada.sees("Your bot is running")


async def at_a_change_of_keys(ada: Newcomer) -> Story:
    script = await ada.gets_a_bot(keep=False)
    await ada.mischief.cloudflare("hang", f"{script}/v1/form$")
    await ada.taps("🔑 Change keys", "needs no token")
    await ada.taps("🔒 Private form", "Asking your bot for its private form")
    await ada.mischief.reached(script, "/v1/form")
    yield
    yield
    await enters(ada)
    await ada.sees(f"Connected: Alpaca account ending in {await ada.account_ending()}")


async def while_it_is_taken_back(ada: Newcomer) -> Story:
    await sets_out(ada, keep=True)
    await ada.taps("🔒 Private form", "Your private form is open")
    script = await ada.script()
    await ada.mischief.cloudflare("cut_after", f"/{script}/v1/destroy$")
    await ada.taps("✕ Cancel", "Stop the set-up?")
    await ada.taps("Stop and forget")
    await ada.mischief.reached(script, "/v1/destroy")
    yield
    yield
    await ada.sees(f"Your bot {script} is gone")
    await all_is_well(ada, workers=0)


STORIES: tuple[Callable[[Newcomer], Story], ...] = (
    at_the_upload,
    at_the_opening,
    with_the_form_open,
    used_while_it_is_dead,
    at_the_first_look,
    at_a_change_of_keys,
    while_it_is_taken_back,
    while_the_address_comes_up,
)


@pytest.mark.asyncio
async def test_a_power_cut_at_any_stage_leaves_form_and_bot_whole(invites: Invites, house: House) -> None:
    people = [(story, await invites("Ada")) for story in STORIES]
    told = [story(ada) for story, ada in people]
    await asyncio.gather(*(anext(each) for each in told))
    house.bot.kill()
    await people[0][1].mischief.ends()
    await asyncio.gather(*(anext(each) for each in told))
    house.restart()
    await asyncio.gather(*(anext(each, None) for each in told))
    for story, ada in people:
        if story is not while_it_is_taken_back:
            await all_is_well(ada)
