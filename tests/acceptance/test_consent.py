"""What was agreed to can be read again, word for word, and what is forgotten is said."""

from __future__ import annotations

import pytest

from tests.acceptance.newcomer import Newcomer


@pytest.mark.asyncio
async def test_a_copy_of_the_consent_is_sent_on_request(ada: Newcomer) -> None:
    await ada.gets_a_bot()
    await ada.commands("/privacy", "What is kept")
    await ada.taps("Send me what I agreed to")
    copy = await ada.sees("You agreed to this on")
    assert "These accounts are mine." in copy["text"]
    digest = next(word for word in copy["text"].split() if len(word) == 64)
    assert int(digest, 16)


@pytest.mark.asyncio
async def test_who_has_agreed_to_nothing_is_told_so(ada: Newcomer) -> None:
    await ada.says("/privacy")
    await ada.taps("Send me what I agreed to")
    await ada.sees("You have not agreed to anything yet")


@pytest.mark.asyncio
async def test_forgetting_comes_with_a_receipt(ada: Newcomer) -> None:
    await ada.gets_a_bot()
    await ada.commands("/forget", "forget")
    await ada.taps("Forget")
    receipt = await ada.sees("I have forgotten everything about this chat")
    assert "1 bot with its command key" in receipt["text"]
    assert "1 consent" in receipt["text"]
