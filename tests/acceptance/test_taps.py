"""Buttons that are old, taps that come twice or out of order, and the one screen they all belong to."""

from __future__ import annotations

import pytest

from sandbox.telegram.phone import Shown
from tests.acceptance.house import until
from tests.acceptance.newcomer import Newcomer


async def again(ada: Newcomer, update_id: int, *, new_id: bool) -> None:
    url = f"{ada.house.world.telegram.url}/_sandbox/updates/{update_id}/again"
    (await ada.client.post(url, json={"new_id": new_id})).raise_for_status()


async def presses(ada: Newcomer, screen: Shown, label: str) -> int:
    """Press a button of a screen as it was shown then; returns the update's id."""
    data = next(button["data"] for row in screen["buttons"] for button in row if label in button["text"])
    url = f"{ada.house.world.telegram.url}/_sandbox/chats/{ada.id}/taps"
    tap = {"message_id": screen["id"], "data": data, "unseen": True}
    return int((await ada.client.post(url, json=tap)).raise_for_status().json()["update_id"])


async def delivery(ada: Newcomer, *, paused: bool) -> None:
    url = f"{ada.house.world.telegram.url}/_sandbox/delivery"
    (await ada.client.post(url, json={"paused": paused})).raise_for_status()


@pytest.mark.asyncio
async def test_start_in_the_middle_goes_on_at_the_bottom_of_the_chat(ada: Newcomer) -> None:
    await ada.says("/start")
    await ada.taps("Let's start")
    await ada.taps("I am signed in", "Practice or real money?")
    before = (await ada.phone.screen())["id"]
    asked = await ada.says("/start")
    await ada.sees("Welcome back. This is where we were.")
    await ada.phone.gone(before)
    (screen,) = await ada.screens()
    assert screen["id"] > asked
    assert "Practice or real money?" in screen["text"]
    await ada.taps("📝 PAPER", "What shall your bot do?")


@pytest.mark.asyncio
async def test_an_old_button_changes_nothing(ada: Newcomer) -> None:
    await ada.says("/start")
    await ada.taps("Let's start")
    await ada.taps("I am signed in", "Practice or real money?")
    old = await ada.phone.screen()
    await ada.taps("📝 PAPER", "What shall your bot do?")
    await presses(ada, old, "LIVE")
    await ada.phone.told("We have moved on already")
    assert "PAPER (practice money)" in (await ada.phone.screen())["text"]


@pytest.mark.asyncio
async def test_a_tap_that_telegram_sends_twice_begins_one_deploy(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    await ada.mischief.cloudflare("throttled", f"{ada.account}/workers/.*/schedules", retry_after=300)
    await ada.pastes(*await ada.keys(), then="asks us to slow down")
    tapped = await presses(ada, await ada.phone.screen(), "Try again")
    await again(ada, tapped, new_id=True)
    await again(ada, tapped, new_id=False)
    await ada.sees("Your bot is running")
    assert ada.house.books.kinds(ada.id) == ["connect", "deploy", "deploy"]
    assert len(await ada.workers()) == 1


@pytest.mark.asyncio
async def test_an_update_that_comes_twice_is_handled_once(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    key_id, secret = await ada.keys()
    ada.keeps_to_herself(key_id, secret)
    for value in (secret, key_id):
        await ada.mischief.telegram("duplicate", "", ada.id)
        message = await ada.says(value)
        await ada.phone.gone(message)
    await ada.sees("Your bot is running")
    assert ada.house.books.kinds(ada.id) == ["connect", "deploy"]
    await ada.settles()


@pytest.mark.asyncio
async def test_a_paste_that_overtakes_the_tap_before_it_is_taken(ada: Newcomer) -> None:
    await ada.agrees()
    await ada.connects()
    screen = await ada.phone.screen()
    key_id, secret = await ada.keys()
    await ada.pastes(key_id, then="Now paste the Secret")
    await presses(ada, screen, "I see my keys")
    await ada.phone.told("We have moved on already")
    await ada.sees("Now paste the Secret")
    await ada.pastes(secret, then="Your bot is running")


@pytest.mark.asyncio
async def test_everything_said_while_the_bot_was_away_is_answered_in_order(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    await delivery(ada, paused=True)
    key_id, secret = await ada.keys()
    ada.keeps_to_herself(key_id, secret)
    messages = [await ada.says(key_id), await ada.says(secret), await ada.says("/status")]
    await delivery(ada, paused=False)
    for message in messages[:2]:
        await ada.phone.gone(message)
    await ada.sees("Your bot is running")
    assert len(await ada.screens()) == 1


@pytest.mark.asyncio
async def test_two_quick_taps_take_one_step(ada: Newcomer) -> None:
    await ada.says("/start")
    await ada.sees("Hello!")
    screen = await ada.phone.screen()
    await presses(ada, screen, "Let's start")
    await presses(ada, screen, "Let's start")
    await ada.phone.told("We have moved on already")
    await ada.sees("Open Alpaca and sign in")


@pytest.mark.asyncio
async def test_help_leads_back_to_where_one_was(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    await ada.taps("Help", "What I can do")
    await ada.taps("How is this safe?", "How your keys are handled")
    await ada.pastes(*await ada.keys(), then="Your bot is running")


@pytest.mark.asyncio
async def test_cancel_asks_first_and_then_forgets(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    key_id, _ = await ada.keys()
    await ada.pastes(key_id, then="Now paste the Secret")
    assert ada.house.books.tickets(ada.id) == 2
    await ada.commands("/cancel", "Stop the set-up?")
    await ada.taps("Go on with the set-up", "Now paste the Secret")
    await ada.taps("✕ Cancel", "Stop the set-up?")
    await ada.taps("Stop and forget", "What you gave me is forgotten")
    await ada.settles()


@pytest.mark.asyncio
async def test_every_tap_is_answered(ada: Newcomer) -> None:
    await ada.gets_a_bot()
    taps = [line for line in ada.phone.transcript if line.startswith("You tap")]

    async def answered() -> bool:
        return len(await ada.mischief.asked_telegram("answerCallbackQuery", ada.id)) == len(taps)

    await until(answered, "a button went on spinning")
