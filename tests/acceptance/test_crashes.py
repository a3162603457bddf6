"""The bot is killed as a power cut would kill it, and starts again: everything goes on by itself.

One power cut meets many people. Each story is told up to its `yield`; there the bot dies; then it goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

import pytest

from tests.acceptance.conftest import Invites
from tests.acceptance.house import House, until
from tests.acceptance.newcomer import PUBLISHED, Newcomer

Story = AsyncGenerator[None, None]


@pytest.fixture
def house(real_house: House) -> House:
    return real_house


async def all_is_well(ada: Newcomer, *, workers: int = 1) -> None:
    """Check what must hold after any crash."""
    await ada.settles()
    assert len(await ada.workers()) == workers
    await ada.left_nothing_in_chat()
    assert len(await ada.screens()) <= 2
    most_repeated = 2
    told = [line for line in ada.phone.transcript if line.startswith("Soar: ")]
    assert all(told.count(line) <= most_repeated for line in told)


async def between_key_id_and_secret(ada: Newcomer) -> Story:
    await ada.comes_to_keys()
    key_id, secret = await ada.keys()
    await ada.pastes(key_id, then="Now paste the Secret")
    yield
    await ada.pastes(secret, then="Your bot is running")
    await all_is_well(ada)


async def at_the_upload(ada: Newcomer) -> Story:
    await ada.comes_to_keys()
    await ada.mischief.cloudflare("hang", f"{ada.account}/workers/scripts/[^/]+$", method="PUT")
    await ada.pastes(*await ada.keys(), then="⏳ Uploading the bot")
    await ada.mischief.reached("PUT", ada.account, "?excludeScript")
    yield
    await ada.sees("Your bot is running")
    await all_is_well(ada)
    assert ada.house.books.kinds(ada.id) == ["connect", "deploy"]


async def at_an_upload_that_arrives_all_the_same(ada: Newcomer) -> Story:
    await ada.comes_to_keys()
    await ada.mischief.cloudflare("delay", f"{ada.account}/workers/scripts/[^/]+$", method="PUT", seconds=6)
    await ada.pastes(*await ada.keys(), then="Putting your bot in place")
    await ada.mischief.reached("PUT", ada.account, "?excludeScript")
    yield
    await ada.sees("Your bot is running")
    await all_is_well(ada)


async def at_the_address(ada: Newcomer) -> Story:
    await ada.comes_to_keys()
    await ada.mischief.cloudflare("hang", f"{ada.account}/workers/scripts/[^/]+/subdomain$", method="POST")
    await ada.pastes(*await ada.keys(), then="⏳ Switching its address on")
    await ada.mischief.reached("POST", ada.account, "/subdomain")
    yield
    await ada.sees("Your bot is running")
    await all_is_well(ada)


async def at_the_clock(ada: Newcomer) -> Story:
    await ada.comes_to_keys()
    await ada.mischief.cloudflare("hang", f"{ada.account}/workers/scripts/[^/]+/schedules$")
    await ada.pastes(*await ada.keys(), then="⏳ Setting its clock")
    await ada.mischief.reached("PUT", ada.account, "/schedules")
    yield
    await ada.sees("Your bot is running")
    await all_is_well(ada)


async def at_the_first_look(ada: Newcomer) -> Story:
    await ada.comes_to_keys()
    address = f"{ada.name.lower()}-{ada.id}"
    await ada.mischief.cloudflare("hang", f"{address}/.*/v1/tick$")
    await ada.pastes(*await ada.keys(), then="⏳ Taking its first look")
    await ada.mischief.reached(address, "/v1/tick")
    yield
    await ada.sees("Your bot is running")
    await all_is_well(ada)


async def at_a_change_of_keys(ada: Newcomer) -> Story:
    script = await ada.gets_a_bot()
    await ada.mischief.cloudflare("delay", f"{ada.account}/.*/secrets-bulk$", seconds=6)
    await ada.taps("🔑 Change keys", "Now make the keys")
    key_id, secret = await ada.keys()
    await ada.pastes(key_id, secret, then="Handing it the new keys")
    await ada.mischief.reached("PATCH", ada.account, "secrets-bulk")
    yield
    await ada.sees("Both keys are changed")
    held = await ada.sites.secrets(script)
    assert (held["APCA_API_KEY_ID"], held["APCA_API_SECRET_KEY"]) == (key_id, secret)
    await all_is_well(ada)
    await ada.taps("📊 Status", "▶️ Running")


async def at_a_farewell(ada: Newcomer) -> Story:
    script = await ada.gets_a_bot()
    await ada.mischief.cloudflare("cut_after", f"/{script}/v1/destroy$")
    await ada.taps("🗑 Remove", "To go on, type DESTROY")
    await ada.says("destroy")
    await ada.mischief.reached(script, "/v1/destroy")
    yield
    await ada.sees(f"Your bot {script} is gone")
    await all_is_well(ada, workers=0)


async def at_a_farewell_with_a_token(ada: Newcomer) -> Story:
    script = await ada.gets_a_bot(keep=False)
    await ada.taps("🗑 Remove", "To go on, type DESTROY")
    await ada.says("destroy")
    await ada.sees("A Cloudflare token, please")
    await ada.mischief.cloudflare("hang", f"{ada.account}/workers/scripts/{script}$", method="DELETE")
    await ada.pastes(await ada.token(), then="Removing your bot")
    await ada.mischief.reached("DELETE", ada.account, script)
    yield
    await ada.sees(f"Your bot {script} is gone")
    await all_is_well(ada, workers=0)


async def while_a_deploy_is_taken_back(ada: Newcomer) -> Story:
    await ada.comes_to_keys()
    await ada.mischief.cloudflare("throttled", f"{ada.account}/workers/.*/schedules", retry_after=300)
    await ada.pastes(*await ada.keys(), then="asks us to slow down")
    await ada.mischief.cloudflare("hang", f"{ada.account}/workers/scripts/", method="DELETE")
    await ada.taps("✕ Cancel", "Stop the set-up?")
    await ada.taps("Stop and forget", "Stopping, and removing what was put in place")
    await ada.mischief.reached("DELETE", ada.account)
    yield
    await ada.sees("nothing was left behind")
    await all_is_well(ada, workers=0)


async def at_an_update(ada: Newcomer) -> Story:
    script = await ada.gets_a_bot()
    await ada.uploads(script, {"worker.js": (PUBLISHED / "worker.js").read_bytes() + b"\n// mine\n"})
    await ada.commands("/verify", "A Cloudflare token, please")
    await ada.pastes(await ada.token(), then="The code is not what is published")
    await ada.taps("Replace that code", "type REPLACE")
    await ada.mischief.cloudflare("hang", f"{ada.account}/workers/.*/schedules", method="PUT")
    await ada.says("REPLACE")
    await ada.mischief.reached("PUT", ada.account, script, "/schedules")
    yield
    await ada.sees("Updated: what runs is what is published today")
    await all_is_well(ada)
    assert await ada.sites.module(script, "worker.js") == (PUBLISHED / "worker.js").read_bytes()


async def at_a_take_over(ada: Newcomer) -> Story:
    script = await ada.gets_a_bot()
    await ada.says("/forget")
    await ada.taps("Forget me", "I have forgotten everything about this chat")
    await ada.agrees_again()
    await ada.pastes(await ada.token(), then="There is a bot of mine that I do not know")
    await ada.mischief.cloudflare("hang", f"{ada.account}/workers/.*/schedules", method="PUT")
    await ada.taps(f"Take over {script}")
    await ada.mischief.reached("PATCH", ada.account, script, "/settings")
    yield
    await ada.sees("listens to me again")
    await ada.sees("▶️ Running")
    await all_is_well(ada)


async def at_a_check(ada: Newcomer) -> Story:
    script = await ada.gets_a_bot()
    await ada.mischief.cloudflare("hang", f"{ada.account}/workers/scripts/{script}/content/v2")
    await ada.commands("/verify", "A Cloudflare token, please")
    await ada.pastes(await ada.token(), then="Reading your bot back from Cloudflare")
    await ada.mischief.reached("GET", ada.account, script, "/content/v2")
    yield
    await ada.sees("What runs is what is published")
    await ada.taps("‹ Back")
    await all_is_well(ada)


async def when_a_token_is_given(ada: Newcomer) -> Story:
    script = await ada.gets_a_bot(keep=False)
    await ada.commands("/settings", "keeps none")
    await ada.taps("☁️ Cloudflare token", "It keeps none")
    await ada.taps("Let it keep a token", "A token for your bot to keep")
    await ada.mischief.cloudflare("hang", f"{ada.account}/.*/{script}/settings$", method="PATCH")
    token = await ada.token()
    await ada.pastes(token, then="Giving your bot the token")
    await ada.mischief.reached("PATCH", ada.account, script, "/settings")
    yield
    await ada.sees("Your bot keeps a token now")
    assert (await ada.sites.secrets(script))["CLOUDFLARE_API_TOKEN"] == token
    await all_is_well(ada)


async def when_a_token_is_given_up(ada: Newcomer) -> Story:
    script = await ada.gets_a_bot()
    await ada.commands("/settings", "keeps one")
    await ada.taps("☁️ Cloudflare token", "It keeps one")
    await ada.taps("Take the token away", "Take its Cloudflare token away?")
    await ada.mischief.cloudflare("hang", f"{ada.account}/.*/{script}/secrets/CLOUDFLARE_API_TOKEN$")
    await ada.taps("Take the token away", "Taking the token away from your bot")
    await ada.mischief.reached("DELETE", ada.account, script, "/secrets/")
    yield
    await ada.sees("It keeps the token no more")
    assert "CLOUDFLARE_API_TOKEN" not in await ada.sites.secrets(script)
    await all_is_well(ada)
    await ada.taps("‹ Back", f"Your bot {script}")


async def while_an_address_is_coming_up(ada: Newcomer) -> Story:
    await ada.comes_to_keys()
    await ada.mischief.cloudflare("new_address", "", seconds=120)
    await ada.pastes(*await ada.keys(), then="its address is coming up")
    yield
    await ada.sees("answers at its new address", within=30)
    await all_is_well(ada)


async def at_the_key_check(ada: Newcomer) -> Story:
    await ada.comes_to_keys()
    await ada.mischief.alpaca("hang")
    await ada.pastes(*await ada.keys(), then="Putting your bot in place")
    await ada.mischief.alpaca_struck()
    yield
    await ada.sees("Your bot is running")
    await all_is_well(ada)


async def at_the_token(ada: Newcomer) -> Story:
    await ada.agrees()
    await ada.mischief.cloudflare("hang", "/accounts$", times=None)
    before = len(await ada.mischief.asked_cloudflare("GET /client/v4/accounts?"))
    await ada.pastes(await ada.token(), then="Checking with Cloudflare")

    async def asked() -> bool:
        return len(await ada.mischief.asked_cloudflare("GET /client/v4/accounts?")) > before

    await until(asked, "Cloudflare was not asked")
    yield
    await ada.taps("Yes, my bot keeps it", "Now make the keys")
    await ada.pastes(*await ada.keys(), then="Your bot is running")
    await all_is_well(ada)


async def at_a_delete_that_fails(ada: Newcomer) -> Story:
    await ada.comes_to_keys()
    key_id, secret = await ada.keys()
    ada.keeps_to_herself(key_id, secret)
    await ada.mischief.telegram("5xx", "deleteMessages", ada.id, count=1000)
    message = await ada.says(key_id)
    await ada.sees("Now paste the Secret")
    yield
    assert ada.house.books.undeleted(ada.id) in ([message], [])
    await ada.phone.gone(message, within=20)
    await ada.pastes(secret, then="Your bot is running")
    await all_is_well(ada)


async def before_a_screen_is_noted(ada: Newcomer) -> Story:
    await ada.mischief.telegram("hang_after", "sendMessage", ada.id)
    await ada.says("/start")
    first = (await ada.sees("Hello!"))["id"]
    yield
    # A copy was sent; whichever is tapped, the other is dead afterwards.
    await ada.sees(lambda shown: "Hello!" in shown["text"] and shown["id"] > first)
    await ada.phone.taps("Let's start", on=first)
    await ada.sees(lambda shown: "Open Alpaca and sign in" in shown["text"] and shown["id"] > first)
    await ada.phone.taps("Let's start", on=first)
    await ada.phone.told("We have moved on already")
    assert len([line for line in ada.phone.transcript if line.startswith("Soar: Hello!")]) == 2


SIDE_BY_SIDE: tuple[Callable[[Newcomer], Story], ...] = (
    between_key_id_and_secret,
    at_a_delete_that_fails,
    before_a_screen_is_noted,
    at_the_upload,
    at_an_upload_that_arrives_all_the_same,
    at_the_address,
    at_the_clock,
    at_the_first_look,
    at_a_change_of_keys,
    at_a_farewell,
    at_a_farewell_with_a_token,
    while_a_deploy_is_taken_back,
    when_a_token_is_given,
    when_a_token_is_given_up,
)
# What goes wrong in these would go wrong for everybody, so they come last.
ONE_BY_ONE: tuple[Callable[[Newcomer], Story], ...] = (at_the_key_check, at_the_token)


@pytest.mark.asyncio
async def test_a_power_cut_interrupts_nobody_for_good(invites: Invites, house: House) -> None:
    told = [story(await invites("Ada")) for story in SIDE_BY_SIDE]
    await asyncio.gather(*(anext(story) for story in told))
    for story in ONE_BY_ONE:
        told.append(story(await invites("Bob")))
        await anext(told[-1])
    house.bot.kill()
    await (await invites("Carol")).mischief.ends()
    house.restart()
    await asyncio.gather(*(anext(story, None) for story in told))


IN_THE_ACCOUNT: tuple[Callable[[Newcomer], Story], ...] = (at_an_update, at_a_take_over, at_a_check)


@pytest.mark.asyncio
async def test_a_power_cut_leaves_no_account_half_changed(invites: Invites, house: House) -> None:
    told = [story(await invites("Ada")) for story in IN_THE_ACCOUNT]
    await asyncio.gather(*(anext(story) for story in told))
    told.append(while_an_address_is_coming_up(await invites("Bob")))
    await anext(told[-1])
    house.bot.kill()
    await (await invites("Carol")).mischief.ends()
    house.restart()
    await asyncio.gather(*(anext(story, None) for story in told))


@pytest.mark.asyncio
async def test_what_was_said_while_the_bot_was_dead_is_answered_in_order(ada: Newcomer, bob: Newcomer) -> None:
    await ada.comes_to_keys()
    key_id, secret = await ada.keys()
    ada.keeps_to_herself(key_id, secret)
    await bob.says("/start")
    await bob.sees("Hello!")

    async def noted() -> bool:
        return bool(bob.house.books.rows("select 1 from dialogs where chat_id = ? and rendered_version = 1", bob.id))

    await until(noted, "the screen was not noted")
    ada.house.bot.kill()
    messages = [await ada.says(key_id), await ada.says(secret)]
    await bob.taps("Let's start")
    ada.house.restart()
    for message in messages:
        await ada.phone.gone(message, within=20)
    await ada.sees("Your bot is running")
    await ada.settles()
    await bob.sees("Open Alpaca and sign in")
    assert len(await bob.screens()) == 1


@pytest.mark.asyncio
async def test_a_stop_is_quick_and_clean_and_loses_nothing(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    await ada.mischief.cloudflare("hang", f"{ada.account}/workers/.*/schedules", times=None)
    await ada.pastes(*await ada.keys(), then="⏳ Setting its clock")
    # Docker waits ten seconds before it kills.
    assert await asyncio.to_thread(ada.house.bot.stop, 10) == 0
    assert "soar has stopped" in ada.house.bot.log.read_text()
    await ada.mischief.ends()
    ada.house.restart()
    await ada.sees("Your bot is running")
    await all_is_well(ada)
