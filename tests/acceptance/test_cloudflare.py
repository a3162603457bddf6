"""What can be wrong with a Cloudflare token or account, and the way on from there."""

from __future__ import annotations

import asyncio
import re

import pytest

from tests.acceptance.newcomer import Newcomer


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"status": "disabled"}, "This token is switched off at Cloudflare"),
        ({"status": "expired"}, "This token has run out at Cloudflare"),
        (
            {"permissions": ["workers_scripts:edit", "workers_scripts:read"]},
            "Account Settings: Read is missing in this",
        ),
        (
            {"permissions": ["account_settings:read"]},
            "Edit is missing in this token. I changed nothing",
        ),
        ({"ip_restricted": True}, "works only from certain addresses"),
        ({"not_before": "2099-01-01T00:00:00Z"}, "This token is not valid yet"),
    ],
)
async def test_what_is_wrong_with_a_token_is_named(ada: Newcomer, choices: dict[str, object], words: str) -> None:
    await ada.agrees()
    await ada.pastes(await ada.token(**choices), then=words)
    await ada.settles()
    await ada.connects()


@pytest.mark.asyncio
async def test_a_token_nobody_knows_is_asked_for_again(ada: Newcomer) -> None:
    await ada.agrees()
    token = await ada.token()
    await ada.pastes(token[:-4] + token[-1] * 4, then="Cloudflare does not know this token")
    await ada.connects()


@pytest.mark.asyncio
@pytest.mark.parametrize("key", ["c0ffee" * 6 + "1", "cfk_" + "aB3dE6gH9" * 5])
async def test_the_global_api_key_is_refused_and_never_sent(ada: Newcomer, key: str) -> None:
    await ada.agrees()
    before = len(await ada.mischief.asked_cloudflare("/accounts"))
    await ada.pastes(key, then="That was your Cloudflare Global API Key")
    await ada.sees("change that key at Cloudflare")
    assert len(await ada.mischief.asked_cloudflare("/accounts")) == before


@pytest.mark.asyncio
async def test_of_two_accounts_one_is_chosen(ada: Newcomer) -> None:
    other = await ada.sites.cloudflare_account("Work", subdomain=f"work-{ada.id}")
    await ada.opens_cloudflare()
    await ada.agrees()
    await ada.pastes(await ada.sites.token(accounts=[other, ada.account]), then="Which Cloudflare account?")
    await ada.taps("Ada's account", "Connected to Ada's account")
    await ada.taps("Yes, my bot keeps it")
    await ada.taps("I see my keys")
    await ada.pastes(*await ada.keys(), then="Your bot is running")
    assert await ada.script()


@pytest.mark.asyncio
async def test_an_account_without_a_name_gets_one(ada: Newcomer, bob: Newcomer) -> None:
    await bob.opens_cloudflare(subdomain=f"taken-{bob.id}")
    await ada.opens_cloudflare(subdomain=None)
    await ada.agrees()
    await ada.pastes(await ada.token(), then="Your account needs an address name")
    await ada.says(f"taken-{bob.id}")
    await ada.sees("Somebody else has that name, so your account has none yet. Please try another.")
    await ada.says("no spaces please!")
    await ada.sees("That name will not do")
    await ada.says(f"Mine-{ada.id}.workers.dev")
    await ada.sees("Connected to Ada's account")
    (account,) = [each for each in (await ada.sites.cloudflare())["accounts"] if each["id"] == ada.account]
    assert account["subdomain"] == f"mine-{ada.id}"


@pytest.mark.asyncio
async def test_an_unconfirmed_mail_address_is_named_and_the_token_is_kept(ada: Newcomer) -> None:
    await ada.opens_cloudflare(subdomain=None, email_verified=False)
    await ada.agrees()
    await ada.pastes(await ada.token(), then="Your account needs an address name")
    await ada.taps("Use ", "confirm your e-mail address first")
    await ada.changes_cloudflare(email_verified=True)
    await ada.taps("Try again", "Your account needs an address name")
    await ada.taps("Use ", "Connected to Ada's account")


@pytest.mark.asyncio
async def test_an_accounts_own_token_needs_its_number(ada: Newcomer) -> None:
    await ada.agrees()
    await ada.pastes(
        await ada.token(kind="account", lists_accounts=False), then="Which account does this token belong to"
    )
    await ada.says("my first one")
    await ada.sees("I see no account number there")
    await ada.says("0a" * 16)
    await ada.sees("This token does not open that account. I changed nothing")
    await ada.says(f"https://dash.cloudflare.com/{ada.account}/workers-and-pages")
    await ada.sees("Connected to Ada's account")


@pytest.mark.asyncio
async def test_without_a_free_clock_the_bot_wakes_itself(ada: Newcomer) -> None:
    await ada.opens_cloudflare(crons_used=5)
    await ada.comes_to_keys()
    await ada.pastes(*await ada.keys(), then="so your bot wakes itself every 15 minutes")
    script = await ada.script()
    assert await ada.mischief.asked_cloudflare(script, "/v1/alarm")
    assert (await ada.workers())[0]["schedules"] == []
    assert ada.house.books.rows("select schedule from workers where script = ?", script) == [("alarm",)]
    await ada.settles()


@pytest.mark.asyncio
async def test_giving_up_after_a_failure_leaves_nothing_in_the_account(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    await ada.mischief.cloudflare("throttled", f"{ada.account}/workers/.*/schedules", retry_after=300)
    await ada.pastes(*await ada.keys(), then="Please try again in five minutes")
    assert await ada.workers()
    await ada.taps("✕ Cancel", "Stop the set-up?")
    await ada.taps("Stop and forget", "nothing was left behind")
    assert not await ada.workers()
    await ada.settles()
    assert not ada.house.books.workers(ada.id)


@pytest.mark.asyncio
async def test_a_refusal_nobody_knows_is_shown_with_its_code_and_a_number(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    path = f"{ada.account}/workers/scripts/[^/]+$"
    await ada.mischief.cloudflare("refusal", path, method="PUT", code=19999, message="Something quite new")
    await ada.pastes(*await ada.keys(), then="tell whoever runs this bot the number")
    screen = await ada.reads()
    found = re.search(r"the number ([0-9a-f]{8})", screen)
    assert found
    assert "19999: Something quite new" in screen
    assert f'"incident": "{found[1]}"' in ada.house.bot.log.read_text()
    assert not await ada.workers()
    await ada.taps("Try again", "Your bot is running")


@pytest.mark.asyncio
async def test_one_bad_answer_is_not_even_noticed(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    await ada.mischief.cloudflare("bad_gateway", f"{ada.account}/workers/scripts/", method="PUT")
    await ada.mischief.cloudflare("throttled", f"{ada.account}/workers/.*/schedules", retry_after=1)
    await ada.pastes(*await ada.keys(), then="Your bot is running")


@pytest.mark.asyncio
async def test_a_throttled_account_is_told_to_wait_and_can_go_on(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    await ada.mischief.cloudflare("throttled", f"{ada.account}/workers/scripts/", retry_after=300)
    await ada.pastes(*await ada.keys(), then="Please try again in five minutes")
    await ada.taps("Try again", "Your bot is running")


@pytest.mark.asyncio
async def test_a_token_that_could_not_be_tried_need_not_be_pasted_again(ada: Newcomer) -> None:
    await ada.agrees()
    await ada.mischief.cloudflare("throttled", "/accounts$", retry_after=300)
    await ada.pastes(await ada.token(), then="Please try again in five minutes")
    await ada.taps("Try again", "Connected to Ada's account")


@pytest.mark.asyncio
async def test_an_upload_whose_answer_was_lost_is_not_deployed_twice(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    await ada.mischief.cloudflare("cut_after", f"{ada.account}/workers/scripts/[^/]+$", method="PUT")
    await ada.pastes(*await ada.keys(), then="Your bot is running")
    assert len(await ada.workers()) == 1


@pytest.mark.asyncio
async def test_a_new_address_that_is_not_there_yet_is_waited_for(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    await ada.mischief.cloudflare("new_address", "", seconds=2)
    await ada.pastes(*await ada.keys(), then="Your bot is running")
    looks = await ada.mischief.asked_cloudflare(await ada.script(), "/v1/status")
    assert [look["status"] for look in looks][:1] == [404]


@pytest.mark.asyncio
async def test_a_new_address_that_takes_longer_holds_up_nobody(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    await ada.mischief.cloudflare("new_address", "", seconds=14)
    await ada.pastes(*await ada.keys(), then="Your bot is in place, its address is coming up")
    script = await ada.script()
    assert ada.house.books.kinds(ada.id)[-1] == "arrive"
    await ada.commands("/status", "its new address does not answer yet")
    await ada.sees(f"Your PAPER bot {script} answers at its new address", within=40)
    assert await ada.mischief.asked_cloudflare(script, "/v1/tick")
    await ada.settles()
    await ada.commands("/status", "▶️ Running")


@pytest.mark.asyncio
async def test_a_bot_may_be_removed_while_its_address_is_coming_up(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    await ada.mischief.cloudflare("new_address", "", seconds=60)
    await ada.pastes(*await ada.keys(), then="its address is coming up")
    script = await ada.script()
    await ada.taps("🗑 Remove", "To go on, type DESTROY")
    await ada.says("DESTROY")
    await ada.sees("Paste a token")
    await ada.pastes(await ada.token(), then=f"Your bot {script} is gone")
    assert not await ada.workers()


@pytest.mark.asyncio
async def test_a_stop_during_the_upload_leaves_nothing_in_the_account(ada: Newcomer) -> None:
    await ada.comes_to_keys()
    await ada.mischief.cloudflare("delay", f"{ada.account}/workers/scripts/[^/]+$", method="PUT", seconds=1.5)
    await ada.pastes(*await ada.keys(), then="Putting your bot in place")
    await ada.mischief.reached("PUT", ada.account, "?excludeScript")
    await ada.taps("Stop", "nothing was left behind")
    await asyncio.sleep(2.0)  # longer than the upload was on its way
    assert not await ada.workers()
