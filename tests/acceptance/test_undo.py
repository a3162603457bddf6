"""Thirty seconds in which a removal can be taken back, and a crash in the middle of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.house import House, open_house
from tests.acceptance.newcomer import Newcomer


@pytest.fixture(scope="module")
def patient_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("patient"), execution=False, SOAR_UNDO_SECONDS="30") as house:
        yield house


@pytest.fixture
def house(patient_house: House) -> House:
    return patient_house


@pytest.mark.asyncio
@pytest.mark.parametrize("killed", [False, True])
async def test_a_removal_is_taken_back(ada: Newcomer, *, killed: bool) -> None:
    script = await ada.gets_a_bot()
    await ada.taps("🗑 Remove", "To go on, type DESTROY")
    await ada.says("destroy")
    await ada.sees("You can still keep it for a moment")
    if killed:
        ada.house.bot.kill()
        ada.house.restart()
    await ada.taps("No, keep my bot", "Your bot stays")
    assert await ada.script() == script
