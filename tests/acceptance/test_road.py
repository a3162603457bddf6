from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.play import perform
from tests.acceptance.house import House
from tests.acceptance.newcomer import WEEKLY, Newcomer


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
async def test_a_paper_and_a_live_bot_stand_side_by_side(ada: Newcomer) -> None:
    paper = await ada.gets_a_bot("paper", WEEKLY)
    await ada.taps("➕ Another bot", "Hello!")
    await ada.taps("Let's start")
    await ada.taps("I am signed in", "Practice or real money?")
    await ada.taps("💵 LIVE", "What shall your bot do?")
    await ada.taps("Watch only", "Please check")
    await ada.taps("I agree", "This is real money")
    await ada.says("yes please")
    await ada.sees("That is not the phrase")
    await ada.says("“Trade  live.”")
    await ada.sees("Connect Cloudflare")
    await ada.connects()
    await ada.pastes(*await ada.keys("live"), then="Your bot is running")
    assert await ada.sees("LIVE (real money)")
    live = next(worker["name"] for worker in await ada.workers() if worker["name"] != paper)
    assert live.startswith("soar-live-")
    assert paper.startswith("soar-paper-")

    await ada.says("/pause")
    await ada.sees("⏸ Paused: you paused it")
    await ada.taps(f"Show {paper}", lambda shown: paper in shown["text"] and "▶️ Running" in shown["text"])
    await ada.taps(f"Show {live}", lambda shown: live in shown["text"] and "⏸ Paused" in shown["text"])
    await ada.taps("🗑 Remove", f"Remove your bot {live}?")
    await ada.says("destroy")
    await ada.sees(f"Your bot {live} is gone")
    assert await ada.script() == paper
