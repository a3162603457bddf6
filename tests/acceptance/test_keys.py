"""What Alpaca says of a pair of keys, and the way on from there."""

from __future__ import annotations

import pytest

from tests.acceptance.newcomer import Newcomer


@pytest.mark.asyncio
async def test_a_pair_that_does_not_belong_together_is_asked_for_again(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    key_id, secret = await ada.keys()
    await ada.pastes(key_id, secret[::-1], then="Alpaca does not accept this pair")
    await ada.sees("Please paste the Key ID again")
    await ada.pastes(key_id, secret, then="Your bot is running")
    await ada.settles()


@pytest.mark.asyncio
async def test_practice_keys_for_a_live_bot_take_one_tap(ada: Newcomer) -> None:
    await ada.comes_to_keys("live")
    await ada.pastes(*await ada.keys("paper"), then="These are PAPER keys, but you picked LIVE")
    await ada.taps("Go on with PAPER", "Your bot is running")
    assert (await ada.script()).startswith("soar-paper-")


@pytest.mark.asyncio
async def test_live_keys_for_a_practice_bot_want_the_phrase(ada: Newcomer) -> None:
    await ada.comes_to_keys("paper")
    await ada.pastes(*await ada.keys("live"), then="These are LIVE keys, but you picked PAPER")
    await ada.sees("I never switch to that by myself")
    await ada.taps("Go on with LIVE", "This is real money")
    assert not await ada.workers()
    await ada.says("trade")
    await ada.sees("That is not the phrase")
    await ada.says("Trade live")
    await ada.sees("Your bot is running")
    assert (await ada.script()).startswith("soar-live-")


@pytest.mark.asyncio
async def test_live_keys_for_a_practice_bot_can_be_swapped_for_practice_keys(ada: Newcomer) -> None:
    await ada.comes_to_keys("paper")
    await ada.pastes(*await ada.keys("live"), then="These are LIVE keys")
    await ada.taps("Go on with LIVE", "This is real money")
    await ada.taps("‹ Back", "These are LIVE keys, but you picked PAPER")
    await ada.taps("Paste PAPER keys", "Paste the Key ID")
    await ada.pastes(*await ada.keys("paper"), then="Your bot is running")
    assert (await ada.script()).startswith("soar-paper-")


@pytest.mark.asyncio
async def test_an_account_that_is_not_ready_can_be_tried_again(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    await ada.pastes(*await ada.keys(status="ONBOARDING"), then="your account is not ready yet (ONBOARDING)")
    await ada.changes_brokerage(status="ACTIVE")
    await ada.taps("Try again", "Your bot is running")


@pytest.mark.asyncio
async def test_an_account_that_is_blocked_is_named(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    await ada.pastes(*await ada.keys(trading_blocked=True), then="Alpaca has blocked trading in this account")
    await ada.changes_brokerage(trading_blocked=False)
    await ada.taps("Try again", "Your bot is running")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fault", "words"),
    [("html", "I cannot reach Alpaca now"), ("rate_limit", "Alpaca is slow to answer"), ("cut", "I cannot reach")],
)
async def test_when_alpaca_fails_nothing_given_is_lost(ada: Newcomer, fault: str, words: str) -> None:
    await ada.comes_to_keys()
    await ada.mischief.alpaca(fault)
    await ada.pastes(*await ada.keys(), then=words)
    await ada.sees("Nothing you gave is lost")
    await ada.taps("Try again", "Your bot is running")


@pytest.mark.asyncio
async def test_other_keys_may_be_pasted_at_once_instead_of_tapping_for_it(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    await ada.pastes(*await ada.keys(status="ONBOARDING"), then="Try again, or paste others")
    await ada.pastes("cfut_" + "0123456789abcdef" * 3, then="Here I need the keys from Alpaca")
    key_id, secret = await ada.keys("live")
    await ada.pastes(key_id, then="Now paste the Secret")
    await ada.pastes(secret, then="These are LIVE keys, but you picked PAPER")
    await ada.pastes(*await ada.keys(status="ACTIVE"), then="Your bot is running")
    assert (await ada.script()).startswith("soar-paper-")
    await ada.settles()
