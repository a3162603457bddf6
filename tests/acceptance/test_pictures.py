"""Drawn pictures of the places to look at: one tap shows one, and it goes when the conversation goes on."""

from __future__ import annotations

import pytest

from sandbox.telegram.phone import Shown
from tests.acceptance.newcomer import Newcomer

SHOW = "Show me where"


async def sees_picture(ada: Newcomer, words: str) -> Shown:
    def drawn(shown: Shown) -> bool:
        return bool(shown.get("photo")) and words in shown["caption"]

    return await ada.sees(drawn)


@pytest.mark.asyncio
async def test_every_place_has_its_picture_and_none_is_left(ada: Newcomer) -> None:
    await ada.says("/start")
    await ada.taps("Let's start")
    await ada.taps(SHOW)
    sign_up = await sees_picture(ada, "Sign up")
    await ada.taps("I am signed in", "Practice or real money?")
    await ada.phone.gone(sign_up["id"])
    await ada.taps(SHOW)
    switch = await sees_picture(ada, "top left")
    await ada.taps("📝 PAPER", "What shall your bot do?")
    await ada.phone.gone(switch["id"])


@pytest.mark.asyncio
async def test_where_two_places_are_to_be_found_each_has_a_picture_of_its_own(ada: Newcomer) -> None:
    await ada.agrees()
    await ada.connects()
    await ada.taps("🖼 Where to look")
    box = await sees_picture(ada, "at the right")
    await ada.taps("🖼 Where to tap")
    await ada.phone.gone(box["id"])
    button = await sees_picture(ada, "In the box tap")
    await ada.taps("I see my keys", "Paste the Key ID")
    await ada.phone.gone(button["id"])
    await ada.taps(SHOW)
    upper = await sees_picture(ada, "the shorter value")
    key_id, _ = await ada.keys()
    await ada.pastes(key_id, then="Now paste the Secret")
    await ada.phone.gone(upper["id"])


@pytest.mark.asyncio
async def test_asking_twice_leaves_one_picture(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    await ada.taps(SHOW)
    first = await sees_picture(ada, "Copy the Key ID")
    await ada.taps(SHOW)
    await ada.phone.gone(first["id"])
    second = await sees_picture(ada, "Copy the Key ID")
    assert second["id"] > first["id"]
    await ada.says("/help")
    await ada.phone.gone(second["id"])
