"""From the trial to the sale: start, plan, limits, orders, shares, lock, chart and books, in a Worker that runs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.house import House, until
from tests.acceptance.newcomer import WEEKLY, Newcomer

pytestmark = pytest.mark.usefixtures("market")


@pytest.fixture
def house(real_house: House) -> House:
    return real_house


async def orders(ada: Newcomer, mode: str = "paper") -> list[dict[str, Any]]:
    """List the orders in her own account."""
    accounts = (await ada.sites.alpaca(mode))["accounts"]
    return [order for account in accounts if account["id"] == ada.brokerage[mode] for order in account["orders"]]


def consents(ada: Newcomer) -> int:
    return len(ada.house.books.rows("select 1 from consents where chat_id = ?", ada.id))


async def files(ada: Newcomer, kind: str, count: int) -> list[dict[str, Any]]:
    """Wait for so many pictures or documents in the chat."""

    async def there() -> list[dict[str, Any]]:
        found = [each for each in (await ada.phone.chat())["messages"] if each[kind]]
        return found if len(found) >= count else []

    return await until(there, f"no {kind} came")


@pytest.mark.asyncio
async def test_a_new_bot_only_shows_what_it_would_order_until_it_is_started(ada: Newcomer) -> None:
    script = await ada.gets_a_bot(plan=WEEKLY)
    await ada.sees("A trial so far")
    await ada.sees("would buy $10.00 of VTI")
    await ada.sites.cron(script)
    assert not await orders(ada)
    await ada.taps("Start trading", "Started. From its next look on")
    await ada.sites.cron(script)
    assert [order["symbol"] for order in await orders(ada)] == ["VTI"]
    await ada.taps("📊 Status", "Trading within its limits")
    await ada.sees("today: buy $10.00 of VTI")


@pytest.mark.asyncio
async def test_real_money_is_started_with_a_typed_phrase(ada: Newcomer) -> None:
    script = await ada.gets_a_bot("live", plan=WEEKLY)
    await ada.taps("Start trading", "Start trading real money?")
    await ada.sites.cron(script)
    assert not await orders(ada, "live")
    await ada.says("yes")
    await ada.sees("That is not the phrase")
    await ada.says("trade live")
    await ada.sees("Started. From its next look on")
    await ada.sites.cron(script)
    assert len(await orders(ada, "live")) == 1


@pytest.mark.asyncio
async def test_a_symbol_alpaca_does_not_know_is_changed_without_new_keys(ada: Newcomer) -> None:
    await ada.says("/start")
    await ada.taps("Let's start")
    await ada.taps("I am signed in")
    await ada.taps("📝 PAPER", "What shall your bot do?")
    await ada.taps("My own buy", "What shall it buy?")
    await ada.says("voo, xyzq")
    await ada.sees("How much of each")
    await ada.taps("$10.00", "How often")
    await ada.taps("Once a week", "Please check")
    await ada.taps("I agree", "Connect Cloudflare")
    await ada.connects()
    await ada.pastes(*await ada.keys(), then="Alpaca does not know the symbol XYZQ")
    assert not await ada.workers()
    await ada.taps("My own buy", "What shall it buy?")
    await ada.says("WHOLE")
    await ada.taps("$10.00", "How often")
    await ada.taps("Every trading day", "Please check")
    await ada.taps("I agree", "Alpaca sells WHOLE in whole shares only")
    await ada.taps("My own buy", "What shall it buy?")
    await ada.says("voo, bnd")
    await ada.taps("$5.00", "How often")
    await ada.taps("Once a week", "At most: $5.00 per order, $10.00 per day")
    await ada.taps("I agree", "would buy $5.00 of BND")
    assert len(await ada.workers()) == 1
    await ada.settles()


@pytest.mark.asyncio
async def test_plan_and_limits_are_changed_below_what_was_agreed(ada: Newcomer) -> None:
    script = await ada.gets_a_bot(plan=WEEKLY)
    await ada.taps("Start trading", "Started. From its next look on")
    await ada.taps("Plan and limits", "You agreed to at most $260.00, in VTI")
    await ada.taps("Change a limit", "Which limit?")
    await ada.taps("Per day: $10.00", "You agreed to at most $10.00")
    await ada.says("20")
    await ada.sees("Going beyond that needs your Cloudflare token")
    await ada.says("5")
    await ada.sees("The limits are changed")
    await ada.sites.cron(script)
    assert not await orders(ada)
    await ada.taps("📊 Status", "the limit for one day is $5.00")
    await ada.taps("Plan and limits", "You agreed to at most $260.00, in VTI")
    await ada.taps("Change a limit", "Which limit?")
    await ada.taps("Loss per day: none", "Loss in one day")
    await ada.says("20")
    await ada.sees("The limits are changed")
    await ada.taps("Plan and limits", "You agreed to at most $260.00, in VTI")
    await ada.taps("Change a limit", "Which limit?")
    await ada.taps("Loss per day: $20.00", "or none")
    await ada.says("none")
    await ada.sees("The limits are changed")
    await ada.taps("Plan and limits", "You agreed to at most $260.00, in VTI")
    await ada.taps("Change a limit", "Which limit?")
    await ada.taps("Loss per day: none", "Loss in one day")
    await ada.taps("‹ Back", "Which limit?")
    await ada.taps("Per day: $5.00", "You agreed to at most $10.00")

    await ada.commands("/plan", "Plan and limits")
    await ada.taps("Change the plan", "What shall your bot do?")
    await ada.taps("My own buy", "What shall it buy?")
    await ada.says("QQQ")
    await ada.sees("You did not agree to QQQ, only to VTI")
    await ada.says("VTI")
    await ada.taps("$5.00", "How often")
    await ada.taps("Every trading day", "Change the plan?")
    await ada.taps("Change the plan", "It starts with a trial")
    await ada.sees("Buy $5.00 of VTI every trading day")
    await ada.sites.cron(script)
    assert not await orders(ada)
    await ada.taps("Start trading", "Started. From its next look on")
    await ada.sites.cron(script)
    assert [(order["symbol"], order["notional"]) for order in await orders(ada)] == [("VTI", "5")]


@pytest.mark.asyncio
async def test_all_it_bought_is_sold_after_a_look_at_what_that_is(ada: Newcomer) -> None:
    script = await ada.gets_a_bot(plan=WEEKLY)
    await ada.taps("🧰 More", "Orders and shares")
    await ada.taps("Sell all it bought", "nothing to sell")
    await ada.taps("Start trading", "Started. From its next look on")
    await ada.sites.cron(script)
    await ada.sites.cron(script)
    await ada.taps("📊 Status", "holds 0.0")
    await ada.taps("🧰 More", "Orders and shares")
    await ada.taps("Sell all it bought", "of VTI, worth $")
    assert len(await orders(ada)) == 1
    await ada.taps("Keep the shares", "Running")
    await ada.taps("🧰 More", "Orders and shares")
    await ada.taps("Sell all it bought", "of VTI, worth $")
    await ada.taps("Sell them all", "Paused")
    assert [order["side"] for order in await orders(ada)].count("sell") == 1
    await ada.sites.cron(script)
    assert len(await orders(ada)) == 2


@pytest.mark.asyncio
async def test_while_nobody_trades_nothing_can_be_sold(ada: Newcomer) -> None:
    script = await ada.gets_a_bot(plan=WEEKLY)
    await ada.taps("Start trading", "Started. From its next look on")
    await ada.sites.cron(script)
    await ada.sites.cron(script)
    await ada.sites.market(open=False)
    await ada.taps("🧰 More", "Orders and shares")
    await ada.taps("Sell all it bought", "The market is closed")
    await ada.taps("Keep the shares", "Your bot")
    assert len(await orders(ada)) == 1


@pytest.mark.asyncio
async def test_the_account_is_locked_and_unlocked(ada: Newcomer) -> None:
    await ada.gets_a_bot(plan=WEEKLY)
    await ada.commands("/lock", "your own")
    await ada.taps("Leave it as it is")
    await ada.commands("/lock", "Lock the whole account?")
    await ada.taps("Lock the account", "The account is locked")
    await ada.sees("Paused: orders are switched off")
    assert "Resume" not in str((await ada.only_screen())["buttons"])
    await ada.taps("🔓 Unlock", "Unlock the account?")
    await ada.taps("Leave it as it is", "Paused: orders are switched off")
    await ada.commands("/unlock", "Unlock the account?")
    await ada.taps("Unlock the account", "The account is unlocked")
    await ada.sees("Running")


@pytest.mark.asyncio
async def test_open_orders_are_cancelled(ada: Newcomer) -> None:
    await ada.gets_a_bot(plan=WEEKLY)
    await ada.taps("🧰 More", "Orders and shares")
    await ada.taps("Cancel open orders", "Cancel its open orders?")
    await ada.taps("Cancel the orders", "Open orders cancelled: 0")


@pytest.mark.asyncio
async def test_chart_and_books_come_as_files(ada: Newcomer) -> None:
    script = await ada.gets_a_bot(plan=WEEKLY)
    await ada.taps("Start trading", "Started. From its next look on")
    await ada.sites.cron(script)
    await ada.sites.cron(script)
    await ada.commands("/chart", "The chart is above")
    (picture,) = await files(ada, "photo", 1)
    assert "were worth $" in picture["caption"]
    assert picture["id"] < max(screen["id"] for screen in await ada.screens())
    await ada.taps("🧰 More", "Orders and shares")
    await ada.taps("Export its books", "Its books are above")
    books = await files(ada, "document", 3)
    assert {f"{script}-orders.csv", f"{script}-runs.csv", f"{script}-events.csv"} <= {
        book["document"]["name"] for book in books
    }
    await ada.only_screen()
    content = await ada.client.get(f"{ada.house.world.telegram.url}{books[0]['document']['url']}")
    assert "VTI" in content.raise_for_status().content.decode("utf-8-sig")


@pytest.mark.asyncio
async def test_more_than_was_agreed_to_takes_a_new_agreement_and_a_token(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    assert consents(ada) == 1
    await ada.commands("/plan", "This bot was set up to watch")
    await ada.taps("Agree to more", "What shall your bot do?")
    await ada.taps(WEEKLY, "It replaces plan and limits")
    await ada.taps("I agree", "A Cloudflare token, please")
    await ada.pastes(await ada.token(), then="Your bot has its new plan and limits")
    assert consents(ada) == 2
    await ada.sees("Trial")
    await ada.taps("Start trading", "Started. From its next look on")
    await ada.sites.cron(script)
    assert [(order["symbol"], order["notional"]) for order in await orders(ada)] == [("VTI", "10")]
    held = await ada.sites.secrets(script)
    assert "CLOUDFLARE_API_TOKEN" in held
    await ada.settles()
    await ada.left_nothing_in_chat()


@pytest.mark.asyncio
async def test_from_hello_to_a_bot_that_trades_takes_nine_taps_and_three_pastes(ada: Newcomer) -> None:
    await ada.opens_cloudflare(subdomain=None)
    await ada.agrees(plan=WEEKLY)
    await ada.pastes(await ada.token(), then="address name")
    await ada.taps("Use ", "Connected to")
    await ada.taps("Yes, my bot keeps it", "Now make the keys")
    await ada.taps("I see my keys", "Paste the Key ID")
    key_id, secret = await ada.keys()
    await ada.pastes(key_id, then="Now paste the Secret")
    await ada.pastes(secret, then="would buy $10.00 of VTI")
    await ada.taps("Start trading", "Started. From its next look on")
    done = [line for line in ada.phone.transcript if line.startswith("You")]
    assert sum(line.startswith("You tap:") for line in done) == 9
    assert sum("•••" in line for line in done) == 3
    await ada.left_little_in_chat()
