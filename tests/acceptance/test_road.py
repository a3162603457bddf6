from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.play import perform
from tests.acceptance.house import House
from tests.acceptance.newcomer import WEEKLY, Newcomer

UNTOUCHED = ("variables", "versions", "schedules", "modules")


@pytest.fixture
def house(real_house: House) -> House:
    return real_house


@pytest.mark.asyncio
async def test_the_play_is_played_to_its_end(tmp_path: Path) -> None:
    play = await perform(tmp_path)
    assert len(play.checks) > 10


@pytest.mark.asyncio
async def test_nothing_is_held_once_the_bot_runs(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    await ada.settles()
    await ada.left_nothing_in_chat()
    held = await ada.sites.secrets(script)
    assert held.pop("KEYS_SEAL") not in ada.pasted
    assert set(held.values()) == set(ada.pasted)


@pytest.mark.asyncio
async def test_a_paper_bot_gets_a_live_twin_with_the_same_plan_and_they_stand_side_by_side(ada: Newcomer) -> None:
    """The plan that goes along is the one she changed to, within the limit she made tighter."""
    paper = await ada.gets_a_bot("paper", WEEKLY)
    await ada.taps("Plan and limits", "You agreed to at most $260.00, in VTI")
    await ada.taps("Change a limit", "Which limit?")
    await ada.taps("Invested in all: $260.00", "You agreed to at most $260.00")
    await ada.says("50")
    await ada.sees("The limits are changed")
    await ada.taps("Plan and limits", "You agreed to at most $260.00, in VTI")
    await ada.taps("Change the plan", "What shall your bot do?")
    await ada.taps("My own buy", "What shall it buy?")
    await ada.taps("VTI", "How much VTI each time?")
    await ada.taps("$5.00", "How often")
    await ada.taps("Every trading day", "Change the plan?")
    await ada.taps("Change the plan", "It starts with a trial")
    (before,) = await ada.workers()
    secrets = await ada.sites.secrets(paper)

    await ada.taps("➕ Another bot", "Plan: Buy $5.00 of VTI every trading day")
    await ada.taps("Same plan, real money", "$5.00 per order, $5.00 per day, $50.00 in all")
    await ada.taps("I agree", "This is real money")
    await ada.says("yes please")
    await ada.sees("That is not the phrase")
    await ada.says("“Trade  live.”")
    await ada.sees("Connect Cloudflare")
    await ada.connects()
    await ada.pastes(*await ada.keys("live"), then="Your bot is running")
    assert await ada.sees("LIVE (real money)")
    twins = {worker["name"]: worker for worker in await ada.workers()}
    still = twins.pop(paper)
    assert {name: still[name] for name in UNTOUCHED} == {name: before[name] for name in UNTOUCHED}
    assert await ada.sites.secrets(paper) == secrets
    ((live, twin),) = twins.items()
    made = twin["variables"]
    assert made["PLAN"] == {"kind": "recurring", "symbols": ["VTI"], "amount": "5.00", "every": "day"}
    assert made["CEILINGS"] == {"per_order": "5.00", "per_day": "5.00", "budget": "50.00", "symbols": ["VTI"]}
    assert live.startswith("soar-live-")
    assert paper.startswith("soar-paper-")
    await ada.taps("➕ Another bot", f"You have PAPER already: {paper}.")
    await ada.taps("Same plan, practice money", "$5.00 per order, $5.00 per day, $50.00 in all")
    await ada.commands("/cancel", "Stop the set-up?")
    await ada.taps("Stop and forget", lambda shown: paper in shown["text"])

    await ada.taps(f"Show {live}", lambda shown: live in shown["text"] and "▶️ Running" in shown["text"])
    await ada.commands("/pause", "⏸ Paused: you paused it")
    await ada.taps(f"Show {paper}", lambda shown: paper in shown["text"] and "▶️ Running" in shown["text"])
    await ada.taps(f"Show {live}", lambda shown: live in shown["text"] and "⏸ Paused" in shown["text"])
    await ada.taps("🗑 Remove", f"Remove your bot {live}?")
    await ada.says("destroy")
    await ada.sees(f"Your bot {live} is gone")
    assert await ada.script() == paper
