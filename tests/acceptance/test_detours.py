"""What newcomers do to a set-up: lose the Secret, paste with a line break, come with an empty real-money account."""

from __future__ import annotations

import pytest

from tests.acceptance.house import House
from tests.acceptance.newcomer import WEEKLY, Newcomer


@pytest.fixture
def house(real_house: House) -> House:
    return real_house


@pytest.mark.asyncio
async def test_a_secret_that_was_lost_costs_another_pair_and_nothing_else(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    lost_id, _ = await ada.keys()
    await ada.pastes(lost_id, then="Now paste the Secret")
    await ada.taps("🖼 Show me where", "The Secret is gone for good. Generate a new pair and paste both values.")
    key_id, secret = await ada.keys()  # at Alpaca this ends the first pair
    await ada.pastes(key_id, then="That was a Key ID, so I use this one")
    await ada.pastes(f"\n {secret}\n", then="Your bot is running")
    await ada.settles()
    held = await ada.sites.secrets(await ada.script())
    assert {held["APCA_API_KEY_ID"], held["APCA_API_SECRET_KEY"]} == {key_id, secret}


@pytest.mark.asyncio
@pytest.mark.usefixtures("market")
async def test_a_live_account_without_money_gets_a_bot_whose_card_shows_it(ada: Newcomer) -> None:
    await ada.comes_to_keys("live", "Buy $10.00 of VTI every week")
    await ada.pastes(*await ada.keys("live", cash="0"), then="Your bot is running")
    assert "There is no money to buy with in your Alpaca account. Put some in at Alpaca first." in await ada.reads()
    await ada.taps("📊 Status", "$0.00 in cash")
    shown = await ada.sees("There is no money to buy with")
    assert ["Open Alpaca (LIVE)"] in [[button["text"] for button in row] for row in shown["buttons"]]
    await ada.changes_brokerage("live", cash="50")
    await ada.sites.cron(await ada.script())
    await ada.taps("📊 Status", "$50.00 in cash")
    assert "no money" not in await ada.reads()


@pytest.mark.asyncio
@pytest.mark.usefixtures("market")
async def test_a_token_taken_away_is_seen_and_a_bot_is_held_before_it_is_forgotten(ada: Newcomer) -> None:
    script = await ada.gets_a_bot("paper", WEEKLY)
    await ada.taps("▶️ Start trading", "Started")
    await ada.commands("/settings", f"{script} keeps one")
    await ada.taps("☁️ Cloudflare token", "It keeps one")
    await ada.taps("More about it", "Variables and Secrets")
    await ada.deletes_secret(script, "CLOUDFLARE_API_TOKEN")
    await ada.commands("/status", "▶️ Running")
    await ada.commands("/settings", f"{script} keeps none, I ask for it")
    await ada.commands("/forget", "I lose the key that commands it")
    await ada.taps("⏸ Pause my bot first", "Your bot places no more orders until you resume it.")
    await ada.taps("Forget me", "I have forgotten everything about this chat")
    await ada.sites.cron(script)
    accounts = (await ada.sites.alpaca())["accounts"]
    assert [each["orders"] for each in accounts if each["id"] == ada.brokerage["paper"]] == [[]]
