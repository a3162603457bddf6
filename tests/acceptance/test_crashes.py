"""The bot is killed as a power cut would kill it, and starts again: everything goes on by itself."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from tests.acceptance.house import House, until
from tests.acceptance.newcomer import Newcomer


@pytest.fixture
def house(mortal_house: House) -> House:
    return mortal_house


async def dies(ada: Newcomer, *call: str) -> None:
    """Kill the bot when the request with these parts has reached Cloudflare; then let everything work again."""
    await until(lambda: ada.mischief.asked_cloudflare(*call), f"no request {call}")
    ada.house.bot.kill()
    await ada.mischief.ends()
    ada.house.restart()


async def all_is_well(ada: Newcomer, workers: int = 1) -> None:
    """Check what must hold after any crash."""
    await ada.settles()
    assert len(await ada.workers()) == workers
    await ada.left_nothing_in_chat()

    async def one_screen() -> bool:
        return len(await ada.screens()) <= 2

    await until(one_screen, "more than one message was repeated")


@pytest.mark.asyncio
async def test_between_key_id_and_secret(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    key_id, secret = await ada.keys()
    await ada.pastes(key_id, then="Now paste the Secret")
    ada.house.bot.kill()
    ada.house.restart()
    await ada.pastes(secret, then="Your bot is running")
    await all_is_well(ada)


@pytest.mark.asyncio
async def test_during_connect(ada: Newcomer) -> None:
    await ada.agrees()
    before = len(await ada.mischief.asked_cloudflare("GET /client/v4/accounts?"))
    await ada.mischief.cloudflare("hang", "/accounts$", times=None)
    await ada.pastes(await ada.token(), then="Checking with Cloudflare")

    async def asked() -> bool:
        return len(await ada.mischief.asked_cloudflare("GET /client/v4/accounts?")) > before

    await until(asked, "Cloudflare was not asked")
    ada.house.bot.kill()
    await ada.mischief.ends()
    ada.house.restart()
    await ada.taps("Yes, my bot keeps it", "Now make the keys")
    await ada.pastes(*await ada.keys(), then="Your bot is running")
    await all_is_well(ada)


@pytest.mark.asyncio
async def test_during_the_key_check(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    await ada.mischief.alpaca("hang")
    await ada.pastes(*await ada.keys(), then="Putting your bot in place")
    await ada.mischief.alpaca_struck()
    ada.house.bot.kill()
    ada.house.restart()
    await ada.sees("Your bot is running")
    await all_is_well(ada)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fault", "method", "path"),
    [
        ("hang", "PUT", "/workers/scripts/[^/]+$"),
        ("delay", "PUT", "/workers/scripts/[^/]+$"),
        ("hang", "POST", "/workers/scripts/[^/]+/subdomain$"),
        ("hang", "PUT", "/workers/scripts/[^/]+/schedules$"),
    ],
)
async def test_during_a_deploy(ada: Newcomer, fault: str, method: str, path: str) -> None:
    await ada.comes_to_keys()
    await ada.mischief.cloudflare(fault, ada.account + path, method=method, seconds=0.5)
    await ada.pastes(*await ada.keys(), then="Putting your bot in place")
    end = path.rpartition("/")[2].strip("$").replace("[^/]+", "?excludeScript")
    await dies(ada, method, ada.account, end)
    await ada.sees("Your bot is running")
    await all_is_well(ada)
    assert ada.house.books.kinds(ada.id) == ["connect", "deploy"]


@pytest.mark.asyncio
@pytest.mark.parametrize("command", ["status", "tick"])
async def test_while_the_new_bot_is_looked_at(ada: Newcomer, command: str) -> None:
    await ada.comes_to_keys()
    await ada.mischief.cloudflare("hang", f"/v1/{command}$")
    await ada.pastes(*await ada.keys(), then="Putting your bot in place")
    await dies(ada, "POST", f"{ada.name.lower()}-{ada.id}", f"/v1/{command}")
    await ada.sees("Your bot is running")
    await all_is_well(ada)


@pytest.mark.asyncio
async def test_during_a_change_of_keys(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    await ada.mischief.cloudflare("delay", "/secrets-bulk$", seconds=1)
    await ada.taps("🔑 Change keys", "Now make the keys")
    key_id, secret = await ada.keys()
    await ada.pastes(key_id, secret, then="Handing it the new keys")
    await dies(ada, "PATCH", ada.account, "secrets-bulk")
    await ada.sees("Both keys are changed")
    held = await ada.sites.secrets(script)
    assert (held["APCA_API_KEY_ID"], held["APCA_API_SECRET_KEY"]) == (key_id, secret)
    await all_is_well(ada)
    await ada.taps("📊 Status", "▶️ Running")


@pytest.mark.asyncio
async def test_during_a_farewell(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    await ada.mischief.cloudflare("cut_after", f"/{script}/v1/destroy$")
    await ada.taps("🗑 Remove", "To go on, type DESTROY")
    await ada.says("destroy")
    await dies(ada, "POST", script, "/v1/destroy")
    await ada.sees(f"Your bot {script} is gone")
    await all_is_well(ada, workers=0)


@pytest.mark.asyncio
async def test_during_a_farewell_with_a_token(ada: Newcomer) -> None:
    script = await ada.gets_a_bot(keep=False)
    await ada.taps("🗑 Remove", "To go on, type DESTROY")
    await ada.says("destroy")
    await ada.sees("A Cloudflare token, please")
    await ada.mischief.cloudflare("hang", f"{ada.account}/workers/scripts/{script}$", method="DELETE")
    await ada.pastes(await ada.token(), then="Removing your bot")
    await dies(ada, "DELETE", ada.account, script)
    await ada.sees(f"Your bot {script} is gone")
    await all_is_well(ada, workers=0)


@pytest.mark.asyncio
async def test_while_a_deploy_is_taken_back(ada: Newcomer) -> None:
    await ada.opens_cloudflare(crons_used=5)
    await ada.comes_to_keys()
    await ada.pastes(*await ada.keys(), then="all five of its free clocks")
    await ada.mischief.cloudflare("hang", f"{ada.account}/workers/scripts/", method="DELETE")
    await ada.taps("✕ Cancel", "Stop the set-up?")
    await ada.taps("Stop and forget", "Stopping, and removing what was put in place")
    await dies(ada, "DELETE", ada.account)
    await ada.sees("nothing was left behind")
    await all_is_well(ada, workers=0)


@pytest.mark.asyncio
async def test_before_a_tap_is_handled(ada: Newcomer) -> None:
    await ada.says("/start")
    await ada.sees("Hello!")
    ada.house.bot.kill()
    await ada.taps("Let's start")
    ada.house.restart()
    await ada.sees("Open Alpaca and sign in")
    assert len(await ada.screens()) == 1


@pytest.mark.asyncio
async def test_an_answer_that_was_repeated_can_be_used_on_either_copy(ada: Newcomer) -> None:
    # The first screen is sent, but the bot dies before it can note that it was.
    await ada.mischief.telegram("hang_after", "sendMessage", ada.id)
    await ada.says("/start")
    first = await ada.sees("Hello!")
    ada.house.bot.kill()
    ada.house.restart()
    await ada.sees(lambda shown: "Hello!" in shown["text"] and shown["id"] > first["id"])
    assert len(await ada.screens()) == 2
    await ada.phone.taps("Let's start", on=first["id"])
    await ada.sees(lambda shown: "Open Alpaca and sign in" in shown["text"] and shown["id"] > first["id"])
    await ada.phone.taps("Let's start", on=first["id"])
    await ada.phone.told("We have moved on already")
    said = Counter(line for line in ada.phone.transcript if "Hello!" in line)
    assert sum(said.values()) == 2


@pytest.mark.asyncio
async def test_a_stop_is_quick_and_clean_and_loses_nothing(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    await ada.mischief.cloudflare("hang", f"{ada.account}/workers/.*/schedules", times=None)
    await ada.pastes(*await ada.keys(), then="⏳ Setting its clock")
    began = asyncio.get_running_loop().time()
    assert await asyncio.to_thread(ada.house.bot.stop) == 0
    assert asyncio.get_running_loop().time() - began < 15
    assert "soar has stopped" in ada.house.bot.log.read_text()
    await ada.mischief.ends()
    ada.house.restart()
    await ada.sees("Your bot is running")
    await all_is_well(ada)


@pytest.mark.asyncio
async def test_an_idle_bot_stops_at_once(ada: Newcomer) -> None:
    await ada.says("/start")
    await ada.sees("Hello!")
    assert await asyncio.to_thread(ada.house.bot.stop, 5) == 0
