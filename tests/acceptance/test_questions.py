"""Somebody asks in their own words instead of looking for a button."""

from __future__ import annotations

import pytest

from tests.acceptance.newcomer import Newcomer


@pytest.mark.asyncio
async def test_a_question_in_the_middle_is_answered_and_leads_back(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    asked = await ada.says("could somebody steal my keys?")
    await ada.sees("How your keys are handled")
    assert (await ada.only_screen())["id"] > asked
    await ada.taps("Back to where I was", "Paste the Key ID")
