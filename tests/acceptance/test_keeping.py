"""The Cloudflare token that a bot keeps, changed from /settings, with Workers that really run and are replaced."""

from __future__ import annotations

import pytest

from tests.acceptance.house import House
from tests.acceptance.newcomer import Newcomer

TOKEN = "CLOUDFLARE_API_TOKEN"


@pytest.fixture
def house(real_house: House) -> House:
    return real_house


def kept_in_books(ada: Newcomer) -> bool:
    ((held,),) = ada.house.books.rows("select holds_cloudflare_token from workers where chat_id = ?", ada.id)
    return bool(held)


@pytest.mark.asyncio
async def test_a_bot_is_given_a_token_and_gives_it_up_again(ada: Newcomer, bob: Newcomer) -> None:
    script = await ada.gets_a_bot(keep=False)
    before, (worker,) = await ada.sites.secrets(script), await ada.workers()
    await ada.commands("/settings", "keeps none, I ask for it")
    await ada.taps("☁️ Cloudflare token", "It keeps none")
    await ada.taps("Let it keep a token", "A token for your bot to keep")
    await ada.pastes(
        await bob.token(), then="This token opens another Cloudflare account than the one your bot lives in"
    )
    token = await ada.token()
    await ada.pastes(token, then="✅ Your bot keeps a token now")
    await ada.sees("It keeps one")
    assert await ada.sites.secrets(script) == before | {TOKEN: token}
    assert (await ada.workers())[0]["variables"] == worker["variables"], "what it has sealed stays good"
    assert kept_in_books(ada)
    await ada.settles()
    await ada.taps("‹ Back", f"Your bot {script}")
    await ada.taps("🔑 Change keys", "Now make the keys")  # nobody asks for a token any more
    await ada.taps("‹ Back")

    await ada.mischief.cloudflare("cut_after", f"/workers/.*/{script}/v1/token_clear")
    await ada.commands("/settings", "keeps one")
    await ada.taps("☁️ Cloudflare token", "It keeps one")
    await ada.taps("Take the token away", "Take its Cloudflare token away?")
    await ada.taps("Take the token away", "It keeps the token no more")
    await ada.sees("delete it there")
    assert await ada.sites.secrets(script) == before
    assert not kept_in_books(ada)
    await ada.taps("‹ Back", f"Your bot {script}")
    await ada.taps("📊 Status", "▶️ Running")
    assert not kept_in_books(ada)
    await ada.settles()
    await ada.left_nothing_in_chat()


@pytest.mark.asyncio
async def test_a_dead_token_is_taken_out_with_another(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    await ada.ends_token(script)
    await ada.commands("/settings", "keeps one")
    await ada.taps("☁️ Cloudflare token", "It keeps one")
    await ada.taps("Take the token away", "Take its Cloudflare token away?")
    await ada.taps("Take the token away", "that token may be deleted or run out")
    assert TOKEN in await ada.sites.secrets(script)
    await ada.pastes(await ada.token(), then="It keeps the token no more")
    assert TOKEN not in await ada.sites.secrets(script)
    assert not kept_in_books(ada)
    await ada.settles()
    await ada.left_nothing_in_chat()
