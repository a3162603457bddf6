"""Keys that go past the chat: through the bot's own form, with the real Worker in Cloudflare's own runtime."""

from __future__ import annotations

import pytest

from tests.acceptance.house import House, until
from tests.acceptance.newcomer import WEEKLY, Newcomer


@pytest.fixture
def house(real_house: House) -> House:
    return real_house


@pytest.mark.asyncio
@pytest.mark.parametrize("keep", [True, False])
async def test_the_whole_way_in_seven_taps_and_three_pastes(ada: Newcomer, keep: bool) -> None:  # noqa: FBT001
    link = await ada.comes_to_the_form(plan=WEEKLY, keep=keep)
    await until_settled(ada)
    script = await ada.script()
    assert not {"APCA_API_KEY_ID", "APCA_API_SECRET_KEY"} & (await ada.sites.secrets(script)).keys()
    assert link.startswith(ada.house.world.cloudflare.url), "it is a page of her own bot"
    key_id, secret = await ada.keys()
    told = await ada.fills_in(link, key_id, secret, code=await ada.code())
    assert told["ok"], told
    await ada.sees("Connected: Alpaca account ending in " + told["account_ending"])
    await ada.sees("Your bot is running")
    held = await ada.sites.secrets(script)
    assert ("APCA_API_KEY_ID" in held) is keep, "with a token of its own the bot writes its own secrets"
    await ada.taps("▶️ Start trading", "Started")
    await ada.taps("📊 Status", "▶️ Running")
    taps = [line for line in ada.phone.transcript if line.startswith("You tap")]
    # Two more outside the chat: opening the form, and sending it off.
    assert len(taps) - 2 + 2 <= 9, taps
    assert len([line for line in ada.phone.transcript if "•••" in line and line.startswith("You")]) == 1
    await ada.left_nothing_in_chat()


async def until_settled(ada: Newcomer) -> None:
    """Wait until the token is forgotten, while the form is still open."""

    async def forgotten() -> bool:
        return not ada.house.books.tickets(ada.id)

    await until(forgotten, "the token was kept")
