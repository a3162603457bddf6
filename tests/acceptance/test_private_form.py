"""Keys that go past the chat: through the bot's own form, with the real Worker in Cloudflare's own runtime."""

from __future__ import annotations

import pytest

from sandbox.telegram.phone import Shown
from tests.acceptance.house import House, until
from tests.acceptance.newcomer import PUBLISHED, WEEKLY, Newcomer


@pytest.fixture
def house(real_house: House) -> House:
    return real_house


@pytest.mark.asyncio
@pytest.mark.parametrize("keep", [True, False])
async def test_the_whole_way_in_nine_taps_and_three_pastes(ada: Newcomer, keep: bool) -> None:  # noqa: FBT001
    link = await ada.comes_to_the_form(plan=WEEKLY, keep=keep)
    await until_settled(ada)
    script = await ada.script()
    assert not {"APCA_API_KEY_ID", "APCA_API_SECRET_KEY"} & (await ada.sites.secrets(script)).keys()
    assert link.startswith(ada.house.world.cloudflare.url), "it is a page of her own bot"
    key_id, secret = await ada.keys()
    told = await ada.fills_in(link, key_id, secret, code=await ada.code())
    assert told.get("ok", keep), told
    await ada.sees(f"Connected: Alpaca account ending in {await ada.account_ending()}, PAPER")
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
    await ada.left_little_in_chat()


async def until_settled(ada: Newcomer) -> None:
    """Wait until the token is forgotten, while the form is still open."""

    async def forgotten() -> bool:
        return not ada.house.books.tickets(ada.id)

    await until(forgotten, "the token was kept")


async def until_done(ada: Newcomer) -> None:
    """Wait until no work is under way."""

    async def done() -> bool:
        return not ada.house.books.unfinished(ada.id)

    await until(done, "work was left over")


def form_of(shown: Shown) -> bool:
    return "Your private form is open" in shown["text"]


@pytest.mark.asyncio
async def test_inside_telegram_its_launch_data_open_the_form_and_nobody_elses(ada: Newcomer, bob: Newcomer) -> None:
    link = await ada.comes_to_the_form(keep=False)
    key_id, secret = await ada.keys()
    assert (await ada.fills_in(link, key_id, secret, launch=await bob.launches()))["error"] == "other_user"
    assert (await ada.fills_in(link, key_id, secret, launch=await ada.launches()))["ok"]
    await ada.sees("Your bot is running")
    assert (await ada.fills_in(link, key_id, secret[::-1], launch=await ada.launches()))["error"] == "used"


@pytest.mark.asyncio
async def test_five_wrong_codes_lock_it_and_one_tap_makes_another(ada: Newcomer) -> None:
    link = await ada.comes_to_the_form(keep=False)
    key_id, secret = await ada.keys()
    right = await ada.code()
    for _ in range(5):
        assert (await ada.fills_in(link, key_id, secret, code="000000" if right != "000000" else "1" * 6))[
            "ok"
        ] is False
    await ada.sees("Five wrong tries have locked it")
    assert (await ada.fills_in(link, key_id, secret, code=right))["error"] == "closed"
    await ada.taps("Make a new form", form_of)
    assert (await ada.fills_in(await ada.form(), key_id, secret, code=await ada.code()))["ok"]
    await ada.taps("I have done it", "Your bot is running")


@pytest.mark.asyncio
async def test_keys_pasted_while_the_address_comes_up_are_taken(ada: Newcomer) -> None:
    await ada.agrees()
    await ada.connects(keep=False)
    await ada.mischief.cloudflare("new_address", "", seconds=4)
    await ada.taps("🔒 Private form", "⏳ Waiting for it to answer")
    key_id, secret = await ada.keys()
    await ada.pastes(key_id, then="I have the Key ID, encrypted")
    await ada.pastes(secret, then="Your bot is running")
    held = await ada.sites.secrets(await ada.script())
    assert held["APCA_API_KEY_ID"] == key_id
    await ada.settles()


@pytest.mark.asyncio
@pytest.mark.parametrize("keep", [True, False])
async def test_keys_pasted_though_the_form_is_open_end_it(ada: Newcomer, keep: bool) -> None:  # noqa: FBT001
    link = await ada.comes_to_the_form(keep=keep)
    code = await ada.code()
    key_id, secret = await ada.keys()
    if keep:
        await ada.pastes(key_id, secret, then="Connected: Alpaca account ending in")
    else:
        await ada.pastes(key_id, secret, then="I need a Cloudflare token once more")
        await ada.pastes(await ada.token(), then="Connected: Alpaca account ending in")
    await ada.sees("Your bot is running")
    assert (await ada.sites.secrets(await ada.script()))["APCA_API_SECRET_KEY"] == secret
    assert (await ada.fills_in(link, *await ada.keys(), code=code))["error"] == "closed"
    await ada.settles()


@pytest.mark.asyncio
async def test_a_bot_that_waits_for_its_keys_is_calm_and_names_its_one_next_step(ada: Newcomer) -> None:
    await ada.comes_to_the_form(keep=False)
    await ada.taps("‹ Back", "Your bot")
    await ada.taps("📊 Status", "No keys yet")
    await ada.taps("🔒 Private form", form_of)
    told = await ada.fills_in(await ada.form(), *await ada.keys(), code=await ada.code())
    assert told["ok"]
    await ada.sees("Your bot is running")
    await ada.commands("/status", "▶️ Running")


@pytest.mark.asyncio
async def test_cancelled_while_it_is_put_in_place_nothing_stays(ada: Newcomer) -> None:
    await ada.agrees()
    await ada.connects(keep=False)
    await ada.mischief.cloudflare("new_address", "", seconds=120)
    await ada.taps("🔒 Private form", "⏳ Waiting for it to answer")
    await ada.taps("Stop", "nothing was left behind")
    assert not await ada.workers()
    await ada.settles()


@pytest.mark.asyncio
@pytest.mark.parametrize("keep", [True, False])
async def test_cancelled_with_the_form_open_the_bot_without_keys_goes(ada: Newcomer, keep: bool) -> None:  # noqa: FBT001
    link = await ada.comes_to_the_form(keep=keep)
    script = await ada.script()
    code = await ada.code()
    await ada.taps("✕ Cancel", "Stop the set-up?")
    if keep:
        await ada.taps("Stop and forget", f"Your bot {script} is gone")
    else:
        await ada.taps("Stop and forget", "To remove the bot without keys I need a Cloudflare token")
        await until_done(ada)
        assert (await ada.fills_in(link, *await ada.keys(), code=code))["error"] == "closed"
        await ada.pastes(await ada.token(), then=f"Your bot {script} is gone")
    assert not await ada.workers()
    await ada.settles()


@pytest.mark.asyncio
async def test_new_keys_by_the_form_take_no_token_and_no_redeploy_brings_the_old_ones_back(ada: Newcomer) -> None:
    script = await ada.gets_a_bot(keep=False)
    old = (await ada.sites.secrets(script))["APCA_API_KEY_ID"]
    await ada.taps("🔑 Change keys", "needs no token")
    await ada.taps("🔒 Private form", form_of)
    key_id, secret = await ada.keys()
    assert (await ada.fills_in(await ada.form(), key_id, secret, code=await ada.code()))["ok"]
    await ada.sees(f"Connected: Alpaca account ending in {await ada.account_ending()}")
    await ada.taps("📊 Status", f"Key ID ending in {key_id[-4:]}")
    assert (await ada.sites.secrets(script))["APCA_API_KEY_ID"] == old, "still bound, no longer counted"

    await ada.uploads(script, {"worker.js": (PUBLISHED / "worker.js").read_bytes() + b"\n// mine\n"})
    await ada.commands("/verify", "A Cloudflare token, please")
    await ada.pastes(await ada.token(), then="The code is not what is published")
    await ada.taps("Replace that code", "type REPLACE")
    await ada.says("REPLACE")
    await ada.sees("Updated: what runs is what is published today")
    assert not {"APCA_API_KEY_ID", "APCA_API_SECRET_KEY"} & (await ada.sites.secrets(script)).keys()
    await ada.taps("📊 Status", f"Key ID ending in {key_id[-4:]}")
    await ada.commands("/verify", "A Cloudflare token, please")
    await ada.pastes(await ada.token(), then="What runs is what is published")

    await ada.taps("‹ Back")
    await ada.taps("🔑 Change keys", "A Cloudflare token, please")
    await ada.pastes(await ada.token(), then="Now make the keys")
    newest = await ada.keys()
    await ada.pastes(*newest, then="Both keys are changed")
    await ada.taps("📊 Status", f"Key ID ending in {newest[0][-4:]}")


@pytest.mark.asyncio
async def test_keys_of_another_account_are_refused_on_both_ways(ada: Newcomer) -> None:
    link = await ada.comes_to_the_form()
    await ada.fills_in(link, *await ada.keys(), code=await ada.code())
    await ada.sees("Your bot is running")
    first = ada.brokerage.pop("paper")
    other = await ada.keys()
    await ada.taps("🔑 Change keys", "Now make the keys")
    await ada.pastes(*other, then="other Alpaca account")
    await ada.taps("‹ Back", "Now make the keys")
    await ada.taps("🔒 Private form", form_of)
    assert (await ada.fills_in(await ada.form(), *other, code=await ada.code()))["error"] == "other_account"
    ada.brokerage["paper"] = first


@pytest.mark.asyncio
async def test_whoever_was_let_at_the_form_by_hand_is_named_at_a_check(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    await ada.uploads(
        script, None, None, type="json", name="FORM", json={"bot": 1, "owner": 2, "telegram_key": "0" * 64}
    )
    await ada.commands("/verify", "A Cloudflare token, please")
    await ada.pastes(await ada.token(), then="who may give this bot its keys was changed")
