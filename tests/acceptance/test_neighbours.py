"""Many people, odd updates, groups and strangers: nobody's trouble is another's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest

from sandbox.telegram.phone import Phone
from tests.acceptance.conftest import Invites
from tests.acceptance.house import open_house, until
from tests.acceptance.newcomer import Newcomer

Story = AsyncGenerator[None, None]


async def post(ada: Newcomer, what: str, body: dict[str, object]) -> dict[str, object]:
    answer = await ada.client.post(f"{ada.house.world.telegram.url}/_sandbox/{what}", json=body)
    shown: dict[str, object] = answer.raise_for_status().json()
    return shown


@pytest.mark.asyncio
async def test_an_update_nobody_can_read_stops_nobody(ada: Newcomer) -> None:
    await ada.says("/start")
    await ada.sees("Hello!")
    poison = {"message": {"message_id": "seven", "chat": {"id": ada.id, "type": "private"}, "date": "x", "text": 5}}
    number = (await post(ada, "updates", dict(poison)))["update_id"]
    strange = (await post(ada, "updates", {"moon_phase": {"full": True}}))["update_id"]
    await ada.taps("Let's start", "Open Alpaca and sign in")

    async def parked() -> bool:
        return {number, strange} <= {update_id for update_id, _ in ada.house.books.parked()}

    await until(parked, "it was not set aside")
    columns = ada.house.books.rows("select * from updates where update_id = ?", number)
    assert "seven" not in str(columns)


@pytest.mark.asyncio
async def test_a_key_in_an_update_nobody_can_read_is_deleted(ada: Newcomer) -> None:
    key_id, secret = await ada.keys()
    ada.keeps_to_herself(key_id, secret)
    message = await ada.says("hello to you")
    chat = {"id": ada.id, "type": "private", "first_name": "Ada"}
    broken = {"message_id": message, "chat": chat, "from": {"id": "?"}, "date": 1, "text": f"{key_id} {secret}"}
    await post(ada, "updates", {"message": broken})
    await ada.phone.gone(message)


@pytest.mark.asyncio
async def test_the_bot_leaves_a_group_and_warns_of_a_key_seen_there(ada: Newcomer) -> None:
    await ada.says("/start")
    await ada.sees("Hello!")
    key_id, secret = await ada.keys()
    ada.keeps_to_herself(key_id, secret)
    await post(ada, "delivery", {"paused": True})
    group = (await post(ada, "groups", {"user_id": ada.id}))["chat_id"]
    assert isinstance(group, int)
    await post(ada, f"chats/{group}/messages", {"text": f"/start {key_id} {secret}"})
    await post(ada, "delivery", {"paused": False})
    await ada.sees("You posted something that looks like a key in a group")

    async def left() -> bool:
        return bool(await ada.mischief.asked_telegram("leaveChat", group))

    await until(left, "the bot stayed in the group")
    assert not await ada.mischief.asked_telegram("sendMessage", group)


@pytest.mark.asyncio
async def test_whoever_blocks_the_bot_in_mid_deploy_finds_it_done_on_return(ada: Newcomer, bob: Newcomer) -> None:
    await ada.comes_to_keys()
    await ada.mischief.cloudflare("delay", f"{ada.account}/workers/.*/schedules", seconds=1)
    await ada.pastes(*await ada.keys(), then="Putting your bot in place")
    await ada.mischief.reached("PUT", ada.account, "/schedules")
    await ada.phone.blocks()
    await bob.says("/start")
    await bob.sees("Hello!")

    async def deployed() -> bool:
        return not ada.house.books.unfinished(ada.id) and bool(await ada.workers())

    await until(deployed, "the deploy was not finished")
    await ada.phone.unblocks()
    await ada.says("/start")
    await ada.sees("▶️ Running")
    await ada.settles()


@pytest.mark.asyncio
async def test_a_delete_that_hangs_holds_up_nobody_else(ada: Newcomer, bob: Newcomer) -> None:
    await ada.comes_to_keys()
    key_id, _ = await ada.keys()
    ada.keeps_to_herself(key_id)
    await ada.mischief.telegram("hang", "deleteMessages", ada.id)
    message = await ada.says(key_id)
    await bob.says("/start")
    await bob.sees("Hello!")
    await bob.taps("Let's start", "Open Alpaca and sign in")
    await ada.phone.gone(message)
    await ada.sees("Now paste the Secret")
    hung = next(call for call in await ada.mischief.asked_telegram("deleteMessages", ada.id) if not call["status"])
    (greeted,) = await bob.mischief.asked_telegram("sendMessage", bob.id)
    assert greeted["at"] < hung["done"], "Bob had to wait for Ada's delete"


async def waits_for_alpaca(ada: Newcomer) -> Story:
    await ada.comes_to_keys()
    await ada.mischief.alpaca("hang")
    await ada.pastes(*await ada.keys(), then="⏳ Checking the keys")
    await ada.mischief.alpaca_struck()
    yield
    assert "⏳ Checking the keys" in await ada.reads()
    await ada.sees("Alpaca is slow to answer", within=30)
    await ada.taps("Try again", "Your bot is running")


async def waits_for_cloudflare(ada: Newcomer) -> Story:
    await ada.comes_to_keys()
    await ada.mischief.cloudflare("hang", f"{ada.account}/workers/.*/schedules", times=None)
    await ada.pastes(*await ada.keys(), then="⏳ Setting its clock")
    await ada.taps("Help", "What I can do")
    await ada.taps("Back to where I was", "⏳ Setting its clock")
    yield
    await ada.says("/status")
    await ada.sees("I am in the middle of something for you")
    await ada.taps("Stop", "nothing was left behind")
    assert not await ada.workers()
    await ada.settles()


async def gets_nothing_but_error_pages(ada: Newcomer) -> Story:
    await ada.comes_to_keys()
    await ada.mischief.cloudflare("bad_gateway", f"{ada.account}/workers/scripts/", times=None)
    await ada.pastes(*await ada.keys(), then="⏳ Uploading the bot")
    yield
    await ada.sees("I cannot reach Cloudflare now")
    await ada.sees("Nothing you gave is lost")
    await ada.mischief.ends()
    await ada.taps("Try again", "Your bot is running")


@pytest.mark.asyncio
async def test_nobodys_silence_holds_up_anybody_else(invites: Invites, bob: Newcomer) -> None:
    people = [await invites(name) for name in ("Ada", "Carol", "Dave")]
    told = [waits_for_alpaca(people[0]), waits_for_cloudflare(people[1]), gets_nothing_but_error_pages(people[2])]
    for story in reversed(told):
        await anext(story)
    await bob.gets_a_bot()
    await asyncio.gather(*(anext(story, None) for story in told))


@pytest.mark.asyncio
async def test_a_private_bot_talks_to_those_on_its_list_only(tmp_path: Path) -> None:
    with open_house(tmp_path, execution=False, SOAR_ALLOWED_USERS="1, 2") as house:
        async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
            friend, stranger = (Phone(house.world.telegram.url, number, client=client) for number in (2, 3))
            await stranger.says("/start")
            refusal = await stranger.sees("This bot is private. Ask whoever runs it")
            assert not refusal["buttons"]
            pasted = await stranger.says("PKAB3D5F7H9J1K3M5N7P")
            await stranger.gone(pasted)
            await friend.says("/start")
            await friend.sees("Hello!")
            assert not house.books.tickets(3)
            assert not house.books.rows("select 1 from dialogs where chat_id = 3")
        assert house.bot.stop(10) == 0, "an idle bot stops at once"
