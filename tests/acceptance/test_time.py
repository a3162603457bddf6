"""Days pass in seconds: a bot buys on three market days while somebody watches."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.bot_process import BotProcess
from sandbox.stand_ins import StandIns
from sandbox.time.timeline import Timeline
from tests.acceptance.conftest import Invites
from tests.acceptance.house import House
from tests.acceptance.newcomer import Newcomer

pytestmark = pytest.mark.asyncio


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("ahead")
    timeline = Timeline(folder / "time")
    with StandIns(timeline=timeline) as world:
        settings = world.settings(folder / "data")
        with BotProcess(settings, folder / "bot.log", timeline) as bot:
            yield House(world, bot, folder / "data")


async def buys(ada: Newcomer) -> list[str]:
    """The New York days on which her bot bought, oldest first."""
    account = next(each for each in (await ada.sites.alpaca())["accounts"] if each["id"] == ada.brokerage["paper"])
    return sorted(order["submitted_at"][:10] for order in account["orders"] if order["status"] == "filled")


async def test_three_market_days_in_a_moment(invites: Invites) -> None:
    ada = await invites("Ada")
    await ada.says("/start")
    for label, then in (
        ("Let's start", "Open Alpaca and sign in"),
        ("I am signed in", "Practice or real money?"),
        ("📝 PAPER", "What shall your bot do?"),
        ("My own buy", "What shall it buy?"),
        ("VTI", "How much VTI each time?"),
        ("$10", "How often"),
        ("Every trading day", "Please check"),
        ("I agree", "Connect Cloudflare"),
    ):
        await ada.taps(label, then)
    await ada.connects()
    await ada.pastes(*await ada.keys(), then="Your bot is running")
    await ada.sites.travels("opening")
    await ada.taps("Status", "Budget: $0.00")
    await ada.taps("Start trading", "Started")
    for _ in range(3):
        told = await ada.sites.travels("opening")
        assert told["fired"] == [await ada.script()]
    days = await buys(ada)
    assert len(days) == len(set(days)) == 3
    await ada.taps("Status", "Budget: $30.00")
