"""How updates reach a bot that polls, and what can be done to them on the way."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from sandbox.telegram.phone import Phone
from tests.sandbox.botapi.calling import ADA, Api


def texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates]


@pytest.mark.asyncio
async def test_an_offset_acknowledges_everything_below_it(api: Api, ada: Phone) -> None:
    await ada.says("one")
    await ada.says("two")
    first = await api.result("getUpdates")
    assert texts(first) == ["/start", "one", "two"]
    assert [update["update_id"] - first[0]["update_id"] for update in first] == [0, 1, 2]
    assert texts(await api.result("getUpdates", offset=first[1]["update_id"])) == ["one", "two"]
    assert texts(await api.result("getUpdates", offset=first[2]["update_id"], limit=1)) == ["two"]
    assert await api.result("getUpdates", offset=first[2]["update_id"] + 1) == []
    assert await api.result("getUpdates", offset=1) == []


@pytest.mark.asyncio
async def test_a_negative_offset_keeps_the_newest(api: Api, ada: Phone) -> None:
    for text in ("one", "two", "three"):
        await ada.says(text)
    assert texts(await api.result("getUpdates", offset=-2)) == ["two", "three"]
    assert texts(await api.result("getUpdates", offset=0)) == ["two", "three"]


@pytest.mark.asyncio
async def test_the_same_offset_at_once_again_gives_one_update(api: Api, ada: Phone) -> None:
    await ada.says("one")
    assert len(await api.result("getUpdates", offset=5)) == 2
    assert len(await api.result("getUpdates", offset=5)) == 1


@pytest.mark.asyncio
async def test_a_poll_waits_for_news_and_ends_in_time(api: Api, ada: Phone) -> None:
    (start,) = await api.result("getUpdates")
    poll = asyncio.ensure_future(api.result("getUpdates", offset=start["update_id"] + 1, timeout=20))
    await api.until_polled()
    began = time.monotonic()
    await ada.says("news")
    assert texts(await poll) == ["news"]
    assert time.monotonic() - began < 5
    began = time.monotonic()
    assert await api.result("getUpdates", offset=start["update_id"] + 2, timeout=1) == []
    assert 0.9 <= time.monotonic() - began < 5


@pytest.mark.asyncio
async def test_a_second_poller_ends_the_first(api: Api, ada: Phone) -> None:
    (start,) = await api.result("getUpdates")
    following = start["update_id"] + 1
    first = asyncio.ensure_future(api.refusal("getUpdates", offset=following, timeout=20))
    await api.until_polled()
    second = asyncio.ensure_future(api.result("getUpdates", offset=following, timeout=20))
    assert await first == (
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    )
    await ada.says("for the second")
    assert texts(await second) == ["for the second"]


@pytest.mark.asyncio
async def test_a_poller_that_went_away_takes_nothing_with_it(api: Api, ada: Phone) -> None:
    (start,) = await api.result("getUpdates")
    dead = asyncio.ensure_future(api.call("getUpdates", offset=start["update_id"] + 1, timeout=20))
    await api.until_polled()
    dead.cancel()
    await asyncio.gather(dead, return_exceptions=True)
    await ada.says("for whoever comes")
    assert texts(await api.result("getUpdates", offset=start["update_id"] + 1)) == ["for whoever comes"]


@pytest.mark.asyncio
async def test_only_wanted_kinds_are_queued(api: Api, ada: Phone) -> None:
    await api.result("getUpdates", offset=-1, allowed_updates=["message", "nonsense"])
    mine = await ada.says("typo")
    await ada.edits(mine, "fixed")
    await ada.blocks()
    await ada.unblocks()
    assert [sorted(update) for update in await api.result("getUpdates", offset=1)][1:] == [["message", "update_id"]]
    assert (await api.result("getWebhookInfo"))["allowed_updates"] == ["message"]
    await api.result("getUpdates", offset=1, allowed_updates=[])
    await ada.edits(mine, "fixed again")
    assert "edited_message" in (await api.result("getUpdates", offset=2))[-1]


@pytest.mark.asyncio
async def test_taps_expire_long_before_messages(api: Api, ada: Phone) -> None:
    markup = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
    await api.result("sendMessage", chat_id=ADA, text="x", reply_markup=markup)
    await ada.taps("Go")
    await api.control("POST", "/clock", advance=151)
    assert texts(await api.result("getUpdates")) == ["/start"]
    await api.control("POST", "/clock", advance=24 * 3600)
    assert await api.result("getUpdates", offset=7) == []


@pytest.mark.asyncio
async def test_updates_delivered_again(api: Api, ada: Phone) -> None:
    markup = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
    await api.result("sendMessage", chat_id=ADA, text="x", reply_markup=markup)
    await ada.taps("Go")
    tap = (await api.result("getUpdates"))[-1]
    following = tap["update_id"] + 1
    assert await api.result("getUpdates", offset=following) == []
    await api.control("POST", f"/updates/{tap['update_id']}/again")
    assert await api.result("getUpdates", offset=following + 1) == [tap]
    assert await api.result("getUpdates", offset=following + 2) == []
    await api.control("POST", f"/updates/{tap['update_id']}/again", new_id=True)
    (again,) = await api.result("getUpdates", offset=following)
    assert again == {**tap, "update_id": following}


@pytest.mark.asyncio
async def test_the_next_updates_can_come_twice(api: Api, ada: Phone) -> None:
    await api.control("POST", "/faults", kind="duplicate", count=1, chat_id=ADA)
    await ada.says("twice")
    await ada.says("once")
    got = await api.result("getUpdates")
    assert sorted(texts(got)) == ["/start", "once", "twice", "twice"]
    assert len({update["update_id"] for update in got}) == 3


@pytest.mark.asyncio
async def test_any_json_can_be_an_update(api: Api, ada: Phone) -> None:
    poison = {"callback_query": {"id": 7, "from": "nobody"}}
    update_id = (await api.control("POST", "/updates", **poison))["update_id"]
    await ada.says("after it")
    got = await api.result("getUpdates")
    assert got[1] == {"update_id": update_id, **poison}
    assert texts([got[0], got[2]]) == ["/start", "after it"]
    assert (await api.control("POST", "/updates", update_id=3, message={}))["update_id"] == 3
    assert await api.result("getUpdates", offset=update_id + 2) == [{"update_id": 3, "message": {}}]


@pytest.mark.asyncio
async def test_delivery_can_pause(api: Api, ada: Phone) -> None:
    await api.control("POST", "/delivery", paused=True)
    poll = asyncio.ensure_future(api.result("getUpdates", timeout=20))
    await api.until_polled()
    await ada.says("held back")
    assert not poll.done()
    await api.control("POST", "/delivery", paused=False)
    assert texts(await poll) == ["/start", "held back"]
