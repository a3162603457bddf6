"""/verify, updates, and Workers that Soar has no record of: every word of it, against the real bot process."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.template import Module, digest_of, read_template
from tests.acceptance.house import House
from tests.acceptance.newcomer import PUBLISHED, WEEKLY, Newcomer


@pytest.fixture
def house(real_house: House) -> House:
    return real_house


async def verifies(ada: Newcomer, then: str) -> None:
    await ada.commands("/verify", "A Cloudflare token, please")
    await ada.pastes(await ada.token(), then=then)


async def has_yesterdays_code(ada: Newcomer, script: str) -> bytes:
    older = (PUBLISHED / "worker.js").read_bytes() + b"\n// of yesterday\n"
    await ada.uploads(script, code={"worker.js": older})
    return older


async def replaces_older_code(ada: Newcomer, script: str) -> None:
    await has_yesterdays_code(ada, script)
    await verifies(ada, "The code is not what is published")
    await ada.taps("Replace that code", "type REPLACE")
    await ada.says("REPLACE")
    await ada.sees("Updated: what runs is what is published today")


@pytest.mark.asyncio
async def test_what_runs_is_what_is_published(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    before = len(await ada.mischief.asked_cloudflare(script, "/v1/"))
    await ada.taps("🧰 More", "Orders and shares")
    await ada.taps("🔎 Check what runs", "A Cloudflare token, please")
    await ada.pastes(await ada.token(), then="What runs is what is published")
    screen = await ada.reads()
    for line in (
        "Every file is the same, byte for byte",
        f"code: {len(read_template().modules)} files",
        "COMMAND_KEY",
        "secrets (names only, nobody can read the values): APCA_API_KEY_ID, APCA_API_SECRET_KEY, CLOUDFLARE_API_TOKEN",
        "clock: */15 * * * *",
        "address: on workers.dev, switched on",
        "versions deployed: 1,",
    ):
        assert line in screen, line
    assert len(await ada.mischief.asked_cloudflare(script, "/v1/")) == before, "the Worker itself is not asked"
    await ada.taps("‹ Back", f"Your bot {script}")
    await ada.settles()
    await ada.left_nothing_in_chat()


@pytest.mark.asyncio
async def test_a_bot_that_wakes_itself_is_as_it_should_be(ada: Newcomer) -> None:
    await ada.opens_cloudflare(crons_used=5)
    await ada.comes_to_keys()
    await ada.pastes(*await ada.keys(), then="so your bot wakes itself every 15 minutes")
    script = await ada.script()
    await ada.commands("/status", "wakes itself up")
    await verifies(ada, "What runs is what is published")
    await ada.taps("‹ Back")
    await ada.changes_cloudflare(crons_used=0)
    await replaces_older_code(ada, script)
    await ada.commands("/status", "clock set")
    assert (await ada.workers())[0]["schedules"] == ["*/15 * * * *"]


@pytest.mark.asyncio
async def test_an_update_keeps_what_wakes_it_what_it_remembers_and_whom_it_obeys(ada: Newcomer) -> None:
    await ada.opens_cloudflare(crons_used=5)
    await ada.comes_to_keys(plan=WEEKLY)
    await ada.pastes(*await ada.keys(), then="so your bot wakes itself every 15 minutes")
    script = await ada.script()
    await ada.taps("▶️ Start", "Started")
    await ada.commands("/pause", "⏸ Paused: you paused it")
    before = (await ada.workers())[0]["variables"]
    held = await ada.sites.secrets(script)
    await replaces_older_code(ada, script)
    await ada.commands("/status", "⏸ Paused: you paused it")
    await ada.sees("wakes itself up")
    await ada.commands("/resume", "▶️ Your bot is running again")
    assert "Trial" not in (await ada.only_screen())["text"]
    assert await ada.sites.secrets(script) == held
    after = (await ada.workers())[0]
    assert (after["variables"], after["schedules"]) == (before, [])


@pytest.mark.asyncio
async def test_everything_that_was_changed_is_named(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    worker = (PUBLISHED / "worker.js").read_bytes()
    code = {"worker.js": worker + b"\n// mine\n", "mine.js": b"export const mine = 1;\n"}
    await ada.uploads(script, code=code, type="plain_text", name="EXTRA", text="x")
    await ada.sets_clocks(script, "*/15 * * * *", "0 3 * * *")
    await verifies(ada, "The code is not what is published")
    screen = await ada.reads()
    for line in (
        "an extra clock: 0 3 * * *",
        "clock: */15 * * * *, 0 3 * * *",
        "file worker.js is not the published one",
        "file mine.js is not a published one",
        "EXTRA was added to what it can use",
        "I changed nothing",
        "versions deployed: 2,",
    ):
        assert line in screen, line
    assert await ada.sites.module(script, "worker.js") == code["worker.js"]


@pytest.mark.asyncio
async def test_her_own_code_is_replaced_only_on_her_word(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    await ada.commands("/pause", "⏸ Paused: you paused it")
    held = await ada.sites.secrets(script)
    mine = (PUBLISHED / "worker.js").read_bytes() + b"\n// mine\n"
    await ada.uploads(script, code={"worker.js": mine}, type="plain_text", name="EXTRA", text="x")
    await verifies(ada, "The code is not what is published")
    await ada.taps("Replace that code", "Replace code that is not mine")
    await ada.says("yes")
    await ada.sees("That is not the phrase")
    await ada.taps("Keep that code", "The code is not what is published")
    assert await ada.sites.module(script, "worker.js") == mine
    await ada.taps("Replace that code", "type REPLACE")
    before = len(await writes(ada, script))
    await ada.says("replace")
    await ada.sees("Updated: what runs is what is published today")
    assert len(await writes(ada, script)) - before == 2
    assert await ada.sites.module(script, "worker.js") == (PUBLISHED / "worker.js").read_bytes()
    assert await ada.sites.secrets(script) == held
    await ada.commands("/status", "⏸ Paused: you paused it")
    await verifies(ada, "EXTRA was added to what it can use")
    await ada.taps("‹ Back")
    await ada.settles()


async def writes(ada: Newcomer, script: str) -> list[dict[str, Any]]:
    calls = await ada.mischief.asked_cloudflare("/client/v4/", script)
    return [call for call in calls if call["method"] != "GET"]


@pytest.mark.asyncio
async def test_an_earlier_version_is_told_from_a_changed_one_and_updated(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    older = await has_yesterdays_code(ada, script)
    modules = {module.name: module.content for module in read_template().modules} | {"worker.js": older}
    digest = digest_of(tuple(Module(name, content) for name, content in modules.items()))
    ada.house.books.writes("update workers set template = ? where script = ?", digest, script)
    await verifies(ada, "It runs exactly what I put there, an earlier version than today's")
    await ada.taps("⬆️ Update it", "Updated: what runs is what is published today")
    await verifies(ada, "Every file is the same, byte for byte")
    await ada.taps("‹ Back")
    await ada.settles()


@pytest.mark.asyncio
async def test_an_update_that_was_cut_off_is_done_again(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    await has_yesterdays_code(ada, script)
    await verifies(ada, "The code is not what is published")
    await ada.taps("Replace that code", "type REPLACE")
    await ada.mischief.cloudflare("throttled", f"{ada.account}/workers/.*/schedules", method="PUT", retry_after=300)
    await ada.says("REPLACE")
    await ada.sees("Cloudflare asks us to slow down, so I stopped")
    await ada.taps("Try again", "Every file is the same, byte for byte")
    await ada.taps("‹ Back")
    await ada.settles()


@pytest.mark.asyncio
async def test_a_bot_deleted_in_the_dashboard_is_said_and_tidied_up(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    await ada.deletes_worker_in_dashboard(script)
    await verifies(ada, "There is no such bot in your Cloudflare account any more")
    await ada.taps("Tidy up here", f"Your bot {script} is gone")
    assert not ada.house.books.workers(ada.id)
    await ada.settles()


@pytest.mark.asyncio
async def test_a_missing_bot_is_mentioned_when_another_is_set_up(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    await ada.deletes_worker_in_dashboard(script)
    await ada.begins_another()
    await ada.agrees_again()
    await ada.pastes(await ada.token(), then=f"{script} is no longer in this Cloudflare account")
    await ada.sees("Connected to")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"permissions": ["account_settings:read"]}, "Workers Scripts: Edit is missing in this token"),
        ({"status": "expired"}, "This token has run out at Cloudflare"),
    ],
)
async def test_a_token_that_will_not_do_for_a_check_is_named(
    ada: Newcomer, choices: dict[str, object], words: str
) -> None:
    await ada.gets_a_bot()
    await ada.commands("/verify", "A Cloudflare token, please")
    await ada.pastes(await ada.token(**choices), then=words)
    await ada.pastes(await ada.token(), then="What runs is what is published")


@pytest.mark.asyncio
async def test_a_check_of_somebody_elses_account_is_refused(ada: Newcomer, bob: Newcomer) -> None:
    await ada.gets_a_bot()
    await ada.commands("/verify", "A Cloudflare token, please")
    await ada.pastes(
        await bob.token(), then="This token opens another Cloudflare account than the one your bot lives in"
    )
    await ada.taps("‹ Back")
    await ada.settles()


@pytest.mark.asyncio
async def test_a_bot_nobody_has_a_record_of_is_taken_over(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    held = await ada.sites.secrets(script)
    await ada.commands("/pause", "⏸ Paused: you paused it")
    await ada.says("/forget")
    await ada.taps("Forget me", "I have forgotten everything about this chat")
    await ada.agrees_again()
    await ada.pastes(await ada.token(), then="There is a bot of mine that I do not know")
    await ada.sees(f"{script} (PAPER)")
    await ada.taps(f"Take over {script}", "listens to me again")
    await ada.sees("⏸ Paused: you paused it")
    assert await ada.sites.secrets(script) == held
    await ada.commands("/resume", "▶️ Your bot is running again")
    await ada.settles()
    await verifies(ada, "Every file is the same, byte for byte")
    await ada.taps("‹ Back")
    await ada.taps("🗑 Remove", "To go on, type DESTROY")
    await ada.says("DESTROY")
    await ada.sees(f"Your bot {script} is gone")
    await ada.left_nothing_in_chat()


@pytest.mark.asyncio
async def test_a_bot_nobody_has_a_record_of_is_taken_away(ada: Newcomer) -> None:
    script = await ada.gets_a_bot(keep=False)
    await ada.says("/forget")
    await ada.taps("Forget me", "I have forgotten everything about this chat")
    await ada.agrees_again()
    await ada.pastes(await ada.token(), then="There is a bot of mine that I do not know")
    await ada.taps(f"Remove {script}", f"Remove your bot {script}?")
    await ada.says("hm")
    await ada.sees("That is not the phrase")
    await ada.taps("Keep my bot", "There is a bot of mine that I do not know")
    await ada.taps(f"Remove {script}", "type DESTROY")
    await ada.says("DESTROY")
    await ada.sees(f"{script} is gone from your account")
    await ada.sees("Connected to")
    assert not await ada.workers()


@pytest.mark.asyncio
async def test_a_bot_nobody_has_a_record_of_may_be_left_alone(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    await ada.says("/forget")
    await ada.taps("Forget me", "I have forgotten everything about this chat")
    await ada.agrees_again()
    await ada.pastes(await ada.token(), then="There is a bot of mine that I do not know")
    await ada.taps("‹ Back", "Connect Cloudflare")
    await ada.pastes(await ada.token(), then="There is a bot of mine that I do not know")
    await ada.taps("Leave it, set up a new one", "Connected to")
    await ada.taps("✕ Cancel", "Stop the set-up?")
    await ada.taps("Stop and forget", "nothing was left behind")
    assert await ada.script() == script
    await ada.settles()


@pytest.mark.asyncio
async def test_a_take_over_that_was_cut_off_is_done_again(ada: Newcomer) -> None:
    script = await ada.gets_a_bot()
    await ada.says("/forget")
    await ada.taps("Forget me", "I have forgotten everything about this chat")
    await ada.agrees_again()
    await ada.pastes(await ada.token(), then="There is a bot of mine that I do not know")
    await ada.mischief.cloudflare("throttled", f"{ada.account}/workers/.*/schedules", method="PUT", retry_after=300)
    await ada.taps(f"Take over {script}", "Cloudflare asks us to slow down")
    await ada.taps("Try again", "There is a bot of mine that I do not know")
    await ada.taps(f"Take over {script}", "listens to me again")
    assert ada.house.books.workers(ada.id) == [script]
    await ada.settles()
