"""News in the chat: what happens to a Worker is told soon, once, and with one tap to mend it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, suppress

import pytest

from bot.operations.workshop import COMMAND_KEY
from bot.vault.keyfile import load
from bot.vault.keyring import Context
from deploy.commands import CommandKey, WorkerClient
from deploy.errors import WorkerRefused
from deploy.wire import open_http
from tests.acceptance.house import House, open_house, until
from tests.acceptance.newcomer import WEEKLY, Newcomer

ORDERED = "• Order placed: buy $10.00 of VTI."
LOOK, SILENT = 0.6, 8.0  # seconds; otherwise 720 and 1920


@pytest.fixture(scope="module")
def watched_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("watched"), execution=True, SOAR_HURRY=f"{LOOK} {SILENT}") as house:
        yield house


@pytest.fixture
def house(watched_house: House) -> House:
    if watched_house.bot.ended():
        watched_house.restart()
    return watched_house


@asynccontextmanager
async def hand_on(ada: Newcomer) -> AsyncIterator[WorkerClient]:
    """Speak to her Worker with Soar's own key, to see and do what her chat has no button for."""
    asked = "select id, url, command_key from workers where chat_id = ?"
    ((worker, url, sealed),) = ada.house.books.rows(asked, ada.id)
    private = load(ada.house.data / "keyring").open(sealed, Context(COMMAND_KEY, ada.id, worker))
    async with open_http() as http:
        yield WorkerClient(http, url, CommandKey.load(private))


async def told(ada: Newcomer, words: str) -> int:
    """Count the messages in her chat that say something."""
    await ada.phone.catches_up()
    return sum(words in str(each["text"]) for each in (await ada.phone.chat())["messages"])


async def hears(ada: Newcomer, words: str) -> None:
    async def heard() -> bool:
        return await told(ada, words) > 0

    await until(heard, f"nobody told her: {words}", 40)


async def looked_at(ada: Newcomer, script: str, times: int = 3) -> None:
    """Wait until her Worker has been looked at some more times."""
    part = f"/{script}/v1/events"
    before = len(await ada.mischief.asked_cloudflare(part))

    async def enough() -> bool:
        return len(await ada.mischief.asked_cloudflare(part)) >= before + times

    await until(enough, "nobody looks at it")


async def gets_a_trader(ada: Newcomer) -> str:
    await ada.sites.market(open=False)
    script = await ada.gets_a_bot(plan=WEEKLY)
    await ada.sites.market(open=True)
    async with hand_on(ada) as worker:
        with suppress(WorkerRefused):  # one from before there was arming
            await worker.arm()
    return script


@pytest.mark.asyncio
async def test_a_trade_is_told_once(ada: Newcomer) -> None:
    script = await gets_a_trader(ada)
    await ada.sites.cron(script)
    await hears(ada, ORDERED)
    await ada.sites.cron(script)
    await looked_at(ada, script)
    assert await told(ada, ORDERED) == 1
    assert f"· {script}" in await ada.reads()


@pytest.mark.asyncio
async def test_a_silenced_kind_is_not_told(ada: Newcomer) -> None:
    await ada.says("/settings")
    await ada.taps("🔔 On: orders", lambda shown: "🔕 Off: orders" in str(shown["buttons"]))
    await ada.taps("‹ Back to where I was", "Hello!")
    script = await gets_a_trader(ada)
    await ada.sites.cron(script)
    await looked_at(ada, script)
    async with hand_on(ada) as worker:
        assert any(each.kind == "trade" for each in (await worker.events()).events)
    assert await told(ada, ORDERED) == 0


@pytest.mark.asyncio
async def test_keys_that_alpaca_refuses_are_told_once_with_a_way_to_change_them(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    await ada.sites.market(open=True)
    key_id, secret = await ada.keys()  # which ends the pair that the bot has
    for _ in range(2):
        await ada.sites.cron(script)
    await hears(ada, "Tap /rotate to give it new keys.")
    await looked_at(ada, script)
    assert await told(ada, "Tap /rotate") == 1
    await ada.commands("/rotate", "Now make the keys")
    await ada.taps("I see my keys", "Paste the Key ID")
    await ada.pastes(key_id, secret, then="Both keys are changed")
    await hears(ada, "The bot has new Alpaca keys.")


@pytest.mark.asyncio
async def test_a_worker_deleted_in_the_dashboard_is_told_once(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    await ada.deletes_worker_in_dashboard(script)
    await hears(ada, "It is no longer at its address")
    await looked_at(ada, script, 1)
    assert await told(ada, "It is no longer at its address") == 1
    await ada.commands("/destroy", "To go on, type DESTROY")


@pytest.mark.asyncio
@pytest.mark.parametrize(("fault", "before", "after"), [("hang", 0, 1), ("hang_after", 1, 2)])
async def test_a_crash_while_it_is_told_repeats_it_once_at_most(
    ada: Newcomer, fault: str, before: int, after: int
) -> None:
    script = await gets_a_trader(ada)
    await ada.mischief.telegram(fault, "sendMessage", ada.id, seconds=60)
    await ada.sites.cron(script)

    async def in_the_middle() -> bool:
        claimed = ada.house.books.rows("select 1 from outbox where chat_id = ? and attempts > 0", ada.id)
        return bool(claimed) and await told(ada, ORDERED) == before

    await until(in_the_middle, "the news was not on its way")
    ada.house.bot.kill()
    await ada.mischief.ends()
    ada.house.restart()

    async def settled() -> bool:
        return not ada.house.books.rows("select 1 from outbox where chat_id = ?", ada.id)

    await until(settled, "the news was not told", 40)
    await looked_at(ada, script)
    assert await told(ada, ORDERED) == after


@pytest.mark.asyncio
async def test_the_daily_summary_comes_once_at_the_hour_she_chose(ada: Newcomer) -> None:
    await ada.gets_a_bot()
    await ada.commands("/settings", "⚙️ Settings")
    await ada.taps("My time zone", "Which time zone are you in?")
    await ada.taps("New York", "Your time zone: New York")
    await ada.taps("Daily summary", "When shall I send the daily summary?")
    await ada.taps("17:00", "Daily summary: at 17:00")
    await ada.taps("‹ Back to where I was", "Your bot is running")
    books = ada.house.data / "soar.sqlite3"
    with closing(sqlite3.connect(books, timeout=10)) as database, database:
        database.execute("update notices set summary_at = 1 where chat_id = ?", (ada.id,))  # its hour has come
    await hears(ada, "📅 Your daily summary")
    ada.house.bot.stop()
    ada.house.restart()
    await ada.commands("/status", "▶️ Running")
    assert await told(ada, "📅 Your daily summary") == 1
    summary = await ada.reads()
    for words in ("Your account: $100,000.00 in all.", "No orders today.", "It looks again at "):
        assert words in summary
    ((due,),) = ada.house.books.rows("select summary_at from notices where chat_id = ?", ada.id)
    assert due > time.time()


@pytest.mark.asyncio
async def test_a_schedule_that_vanished_is_told_and_mended_with_one_tap(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    url = f"{ada.house.world.cloudflare.url}/client/v4/accounts/{ada.account}/workers/scripts/{script}/schedules"
    bearer = {"Authorization": f"Bearer {await ada.token()}"}
    (await ada.client.put(url, headers=bearer, json=[])).raise_for_status()
    await hears(ada, "Cloudflare no longer wakes it")
    await looked_at(ada, script)
    assert await told(ada, "Cloudflare no longer wakes it") == 1
    text = next(line for line in (await ada.reads()).split() if line.startswith("/wake_"))
    await ada.commands(text, "Your bot wakes itself from now on")
    async with hand_on(ada) as worker:
        assert (await worker.status()).schedule == "alarm"
        await worker.tick()
    await hears(ada, "It looks at the market again.")
