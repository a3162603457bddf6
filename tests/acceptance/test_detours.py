"""What newcomers do to a set-up: lose the Secret, paste with a line break, come with an empty real-money account."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.acceptance.house import House
from tests.acceptance.newcomer import Newcomer


@pytest.fixture
def house(real_house: House) -> House:
    return real_house


@pytest.mark.asyncio
async def test_a_secret_that_was_lost_costs_another_pair_and_nothing_else(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    lost_id, _ = await ada.keys()
    await ada.pastes(lost_id, then="Now paste the Secret")
    await ada.taps("🖼 Show me where", "The Secret is gone for good. Generate a new pair and use that one.")
    key_id, secret = await ada.keys()  # at Alpaca this ends the first pair
    await ada.pastes(key_id, then="That was a Key ID, so I use this one")
    await ada.pastes(f"\n {secret}\n", then="Your bot is running")
    await ada.settles()
    held = await ada.sites.secrets(await ada.script())
    assert {held["APCA_API_KEY_ID"], held["APCA_API_SECRET_KEY"]} == {key_id, secret}


@pytest_asyncio.fixture
async def market(ada: Newcomer) -> AsyncIterator[None]:
    """The market is open, whatever time it is here, and as before afterwards."""
    await ada.sites.market("live", open=True)
    yield
    await ada.sites.market("live", open=False)


@pytest.mark.asyncio
@pytest.mark.usefixtures("market")
async def test_a_live_account_without_money_gets_a_bot_whose_card_shows_it(ada: Newcomer) -> None:
    await ada.comes_to_keys("live", "Buy $10.00 of VTI every week")
    await ada.pastes(*await ada.keys("live", cash="0"), then="Your bot is running")
    await ada.taps("📊 Status", "$0.00 in cash")
