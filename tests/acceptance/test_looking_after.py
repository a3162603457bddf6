"""Status, pause, resume, new keys and farewell, by button and by command, with Workers that really run."""

from __future__ import annotations

import pytest

from tests.acceptance.house import House
from tests.acceptance.newcomer import Newcomer


@pytest.fixture
def house(real_house: House) -> House:
    return real_house


@pytest.mark.asyncio
async def test_status_pause_and_resume_by_command(ada: Newcomer) -> None:
    await ada.gets_a_bot()
    await ada.commands("/status", "▶️ Running")
    await ada.commands("/pause", "⏸ Paused: you paused it")
    await ada.commands("/pause", "⏸ Paused. Your bot places no more orders")
    await ada.commands("/resume", "▶️ Your bot is running again")
    assert len(await ada.screens()) == 1


@pytest.mark.asyncio
async def test_status_and_pause_from_the_middle_of_a_second_set_up(ada: Newcomer) -> None:
    await ada.gets_a_bot()
    await ada.begins_another()
    await ada.taps("Let's start")
    await ada.taps("I am signed in", "Practice or real money?")
    await ada.commands("/status", "📊 Your PAPER bot")
    await ada.commands("/pause", "⏸ Your PAPER bot is paused")
    await ada.commands("/rotate", "You are setting up a bot. Finish that first")
    await ada.sees("Practice or real money?")
    await ada.commands("/resume", "▶️ Your PAPER bot is running again")
    assert len(await ada.screens()) == 1


@pytest.mark.asyncio
async def test_of_two_bots_the_one_that_is_meant_is_asked_for(ada: Newcomer) -> None:
    first = await ada.gets_a_bot()
    await ada.begins_another()
    await ada.taps("Let's start")
    await ada.taps("I am signed in")
    await ada.taps("📝 PAPER", "What shall your bot do?")
    await ada.commands("/pause", "⏸ Your PAPER bot is paused")
    await ada.taps("Watch only", "Please check")
    await ada.taps("I agree", "Connect Cloudflare")
    await ada.connects()
    await ada.pastes(*await ada.keys(), then="Your bot is running")
    second = next(worker["name"] for worker in await ada.workers() if worker["name"] != first)
    await ada.commands("/start", lambda shown: second in shown["text"] and "▶️ Running" in shown["text"])
    await ada.taps(f"Show {first}", lambda shown: first in shown["text"] and "⏸ Paused" in shown["text"])


@pytest.mark.asyncio
async def test_without_a_kept_token_new_keys_and_farewell_ask_for_one(ada: Newcomer) -> None:
    script = await ada.gets_a_bot(keep=False)
    held = await ada.sites.secrets(script)
    assert set(held) == {"APCA_API_KEY_ID", "APCA_API_SECRET_KEY", "KEYS_SEAL"}

    await ada.taps("🔑 Change keys", "A Cloudflare token, please")
    await ada.pastes(await ada.token(), then="Now make the keys")
    key_id, secret = await ada.keys()
    await ada.pastes(secret, key_id, then="Both keys are changed")
    held = await ada.sites.secrets(script)
    seal = held.pop("KEYS_SEAL")
    assert held == {"APCA_API_KEY_ID": key_id, "APCA_API_SECRET_KEY": secret}
    assert seal not in ada.pasted
    await ada.settles()

    await ada.commands("/destroy", "To go on, type DESTROY")
    await ada.says("Destroy!")
    await ada.sees("A Cloudflare token, please")
    await ada.pastes(await ada.token(), then=f"Your bot {script} is gone")
    assert "could not make sure" not in await ada.reads()
    assert not await ada.workers()
    await ada.settles()
    await ada.left_nothing_in_chat()


@pytest.mark.asyncio
async def test_a_bot_can_be_removed_while_another_set_up_awaits_a_secret(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    await ada.begins_another()
    await ada.taps("Let's start")
    await ada.taps("I am signed in")
    await ada.taps("📝 PAPER")
    await ada.taps("Watch only")
    await ada.taps("I agree", "Paste the token now")
    await ada.commands("/destroy", "To go on, type DESTROY")
    await ada.says("DESTROY")
    await ada.sees(f"Your bot {script} is gone")


@pytest.mark.asyncio
async def test_a_token_of_another_account_does_not_open_her_bot(ada: Newcomer, bob: Newcomer) -> None:
    script = await ada.gets_a_bot(keep=False)
    await ada.taps("🗑 Remove", "To go on, type DESTROY")
    await ada.says("destroy")
    await ada.sees("A Cloudflare token, please")
    await ada.pastes(
        await bob.token(), then="This token opens another Cloudflare account than the one your bot lives in"
    )
    assert await ada.script() == script
    await ada.pastes(await ada.token(), then=f"Your bot {script} is gone")


@pytest.mark.asyncio
async def test_keys_of_another_account_or_mode_do_not_get_into_her_bot(ada: Newcomer, bob: Newcomer) -> None:
    script = await ada.gets_a_bot()
    before = await ada.sites.secrets(script)
    await ada.taps("🔑 Change keys", "Now make the keys")
    await ada.pastes(*await bob.keys(), then="These keys belong to another Alpaca account than your bot")
    await ada.pastes(*await ada.keys("live"), then="These are LIVE keys, but you picked PAPER")
    await ada.sees("A bot keeps its mode")
    assert await ada.sites.secrets(script) == before
    await ada.taps("Paste PAPER keys", "Paste the Key ID")
    await ada.pastes(*await ada.keys(), then="Both keys are changed")


@pytest.mark.asyncio
async def test_new_keys_whose_answer_was_lost_are_found_to_be_in_place(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    await ada.mischief.cloudflare("cut_after", f"/workers/.*/{script}/v1/rotate")
    await ada.taps("🔑 Change keys", "Now make the keys")
    key_id, secret = await ada.keys()
    await ada.pastes(key_id, secret, then="Both keys are changed")
    assert (await ada.sites.secrets(script))["APCA_API_SECRET_KEY"] == secret


@pytest.mark.asyncio
async def test_a_farewell_whose_answer_was_lost_is_seen_to_its_end(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    await ada.mischief.cloudflare("cut_after", f"/workers/.*/{script}/v1/destroy")
    await ada.taps("🗑 Remove", "To go on, type DESTROY")
    await ada.says("DESTROY")
    await ada.sees(f"Your bot {script} is gone")
    assert not await ada.workers()


@pytest.mark.asyncio
async def test_a_farewell_can_be_thought_better_of(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    await ada.taps("🗑 Remove", "To go on, type DESTROY")
    await ada.says("no, wait")
    await ada.sees("That is not the phrase")
    await ada.taps("Keep my bot", "Your bot is running")
    assert await ada.script() == script


@pytest.mark.asyncio
async def test_a_bot_deleted_in_the_dashboard_is_noticed_and_tidied_up(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    await ada.deletes_worker_in_dashboard(script)
    await ada.commands("/status", "There is no bot at its address")
    await ada.taps("🗑 Remove", "To go on, type DESTROY")
    await ada.says("DESTROY")
    await ada.sees("Paste a token, and I make sure of it and tidy up here")
    await ada.pastes(await ada.token(), then=f"Your bot {script} is gone")
    assert not ada.house.books.workers(ada.id)
    await ada.settles()


@pytest.mark.asyncio
async def test_a_silent_bot_can_be_removed_from_outside(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    await ada.mischief.cloudflare("answer", f"/workers/.*/{script}/", status=500, body="error code: 1101", times=None)
    await ada.commands("/status", "Your bot does not answer now, so I know nothing new of it.")
    await ada.taps("🗑 Remove", "To go on, type DESTROY")
    await ada.says("DESTROY")
    await ada.sees("Go back and try again in a minute, or paste a token, and I remove it at Cloudflare")
    await ada.mischief.cloudflare("throttled", "/accounts", retry_after=300)
    await ada.pastes(await ada.token(), then="Please try again in five minutes")
    await ada.taps("Try again", f"Your bot {script} is gone")
    await ada.sees("I could not make sure that all its orders are cancelled")
    assert not await ada.workers()


@pytest.mark.asyncio
async def test_whoever_is_forgotten_starts_anew(ada: Newcomer) -> None:
    await ada.says("/start")
    await ada.taps("Let's start", "Open Alpaca and sign in")
    await ada.says("/forget")
    await ada.taps("Forget me", "I have forgotten everything about this chat")
    assert not ada.house.books.rows("select 1 from dialogs where chat_id = ?", ada.id)
    await ada.taps("Let's start", "Open Alpaca and sign in")
    await ada.taps("I am signed in", "Practice or real money?")
    assert len(await ada.screens()) == 1


@pytest.mark.asyncio
async def test_who_has_no_bot_is_told_so(ada: Newcomer) -> None:
    for command in ("/status", "/pause", "/resume", "/rotate", "/destroy"):
        await ada.says(command)
        await ada.sees("You have no bot yet")
    await ada.commands("/dance", "I do not know /dance. /help lists what I can do.")
    assert len(await ada.screens()) == 1


@pytest.mark.asyncio
async def test_a_bot_whose_token_is_dead_gets_its_new_keys_from_outside(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    await ada.ends_token(script)
    before = await ada.sites.secrets(script)
    await ada.taps("🔑 Change keys", "Now make the keys")
    key_id, secret = await ada.keys()
    await ada.pastes(key_id, secret, then="the token it holds may be deleted or run out")
    assert await ada.sites.secrets(script) == before
    await ada.pastes(await ada.token(), then="Both keys are changed")
    held = await ada.sites.secrets(script)
    assert (held["APCA_API_KEY_ID"], held["APCA_API_SECRET_KEY"]) == (key_id, secret)
    await ada.settles()
    await ada.left_nothing_in_chat()


@pytest.mark.asyncio
async def test_a_bot_whose_token_is_dead_is_removed_from_outside(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    await ada.ends_token(script)
    await ada.taps("🗑 Remove", "To go on, type DESTROY")
    await ada.says("DESTROY")
    await ada.sees("Cloudflare did not let it delete itself", within=30)
    assert await ada.script() == script
    await ada.pastes(await ada.token(), then=f"Your bot {script} is gone")
    assert not await ada.workers()
    assert not ada.house.books.workers(ada.id)
    await ada.settles()


@pytest.mark.asyncio
async def test_a_silent_bot_gets_its_new_keys_from_outside(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    await ada.mischief.cloudflare("answer", f"{script}/v1/", status=500, body="error code: 1101", times=None)
    await ada.taps("🔑 Change keys", "Now make the keys")
    key_id, secret = await ada.keys()
    await ada.pastes(key_id, secret, then="Your bot could not change its keys itself just now")
    token = await ada.token(kind="account", lists_accounts=False)
    await ada.pastes(token, then="Both keys are changed")
    assert (await ada.sites.secrets(script))["APCA_API_KEY_ID"] == key_id


@pytest.mark.asyncio
async def test_new_keys_do_not_get_into_a_program_that_took_her_bots_name(ada: Newcomer) -> None:
    script = await ada.gets_a_bot(keep=False)
    (worker,) = await ada.workers()
    await ada.uploads(script, tags=[tag for tag in worker["tags"] if not tag.startswith("soar")])
    before = await ada.sites.secrets(script)
    await ada.taps("🔑 Change keys", "A Cloudflare token, please")
    await ada.pastes(await ada.token(), then="A program of that name in your Cloudflare account is not mine")
    assert await ada.sites.secrets(script) == before


@pytest.mark.asyncio
async def test_of_two_accounts_own_tokens_the_wrong_one_is_named(ada: Newcomer, bob: Newcomer) -> None:
    await ada.gets_a_bot(keep=False)
    await ada.taps("🔑 Change keys", "A Cloudflare token, please")
    foreign = await bob.token(kind="account", lists_accounts=False)
    await ada.pastes(foreign, then="This token opens another Cloudflare account than the one your bot lives in")
    await ada.pastes(await ada.token(kind="account", lists_accounts=False), then="Now make the keys")
    await ada.taps("‹ Back")
    await ada.settles()


@pytest.mark.asyncio
async def test_a_bot_nobody_has_a_record_of_is_seen_when_another_is_looked_after(ada: Newcomer) -> None:
    lost = await ada.gets_a_bot(keep=False)
    await ada.says("/forget")
    await ada.taps("Forget me", "I have forgotten everything about this chat")
    await ada.agrees_again()
    await ada.pastes(await ada.token(), then="There is a bot of mine that I do not know")
    await ada.taps("Leave it, set up a new one", "Connected to")
    await ada.taps("No, ask me each time", "Now make the keys")
    await ada.taps("I see my keys", "Paste the Key ID")
    await ada.pastes(*await ada.keys(), then="Your bot is running")
    (script,) = {str(each["name"]) for each in await ada.workers()} - {lost}

    await ada.taps("🔑 Change keys", "A Cloudflare token, please")
    await ada.pastes(await ada.token(), then="There is a bot of mine that I do not know")
    await ada.taps("Leave it, go on", "Now make the keys")
    await ada.pastes(*await ada.keys(), then="Both keys are changed")

    await ada.taps("🗑 Remove", "To go on, type DESTROY")
    await ada.says("DESTROY")
    await ada.pastes(await ada.token(), then="There is a bot of mine that I do not know")
    await ada.taps(f"Remove {lost}", f"Remove your bot {lost}?")
    await ada.says("DESTROY")
    await ada.sees(f"{lost} is gone from your account")
    await ada.sees(f"Your bot {script} is gone")
    assert not await ada.workers()
    await ada.settles()
    await ada.left_nothing_in_chat()


@pytest.mark.asyncio
@pytest.mark.parametrize("keep", [True, False])
async def test_a_bot_whose_keys_are_dead_goes_and_says_that_orders_may_be_open(ada: Newcomer, *, keep: bool) -> None:
    script = await ada.gets_a_bot(keep=keep)
    await ada.keys()  # a newer pair ends the older one
    await ada.taps("🗑 Remove", "To go on, type DESTROY")
    await ada.says("DESTROY")
    if not keep:
        await ada.pastes(await ada.token())
    await ada.sees(f"Your bot {script} is gone")
    await ada.sees("I could not make sure that all its orders are cancelled")
    assert not await ada.workers()
