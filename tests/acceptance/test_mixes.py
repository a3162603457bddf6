"""Mixes, with and without the trend filter, chosen in chat and bought by a Worker that runs."""

from __future__ import annotations

import pytest

from tests.acceptance.house import House
from tests.acceptance.newcomer import Newcomer
from tests.acceptance.test_trading import orders

pytestmark = pytest.mark.usefixtures("market")


@pytest.fixture
def house(real_house: House) -> House:
    return real_house


@pytest.mark.asyncio
@pytest.mark.parametrize("filtered", [False, True], ids=["mix", "trend"])
async def test_a_mix_is_bought_within_its_budget(ada: Newcomer, *, filtered: bool) -> None:
    await ada.says("/start")
    await ada.taps("Let's start")
    await ada.taps("I am signed in")
    await ada.taps("📝 PAPER", "What shall your bot do?")
    await ada.taps("Balanced mix", "60% VTI and 40% BND")
    if filtered:
        await ada.taps("Add the trend filter", "its mean of ten months")
    await ada.taps("$1,000", "At most: $1,000.00 invested")
    await ada.taps("I agree", "Connect Cloudflare")
    await ada.connects()
    await ada.pastes(*await ada.keys(), then="A trial so far")
    await ada.taps("Start trading", "Started. From its next look on")
    script = await ada.script()
    await ada.sites.cron(script)
    placed = await orders(ada)
    assert {order["side"] for order in placed} <= {"buy"}
    assert {order["symbol"] for order in placed} <= {"VTI", "BND"}
    assert sum(float(order["notional"]) for order in placed) <= 1000
    if not filtered:
        assert {order["symbol"]: float(order["notional"]) for order in placed} == {"VTI": 600.0, "BND": 400.0}
    await ada.taps("📊 Status", "Keep $1,000.00 as 60% VTI and 40% BND")
