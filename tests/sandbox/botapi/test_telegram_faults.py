"""Failures on order, flood control, and the records of what the bot did."""

from __future__ import annotations

import time
from datetime import timedelta

import httpx
import pytest
import telegram

from sandbox.telegram.phone import Phone
from tests.sandbox.botapi.calling import ADA, Api


@pytest.mark.asyncio
@pytest.mark.usefixtures("ada")
async def test_too_many_requests_reaches_the_library(
    api: Api, bot: telegram.Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    await api.control("POST", "/faults", kind="429", method="sendMessage", retry_after=7, count=2, chat_id=ADA)
    for _ in range(2):
        with pytest.raises(telegram.error.RetryAfter) as caught:
            await bot.send_message(ADA, "x")
        assert caught.value.retry_after == timedelta(seconds=7)
    assert await bot.send_message(ADA, "x")
    assert await api.control("GET", "/faults") == {"faults": []}


@pytest.mark.asyncio
async def test_a_gateway_error_is_html_and_changes_nothing(api: Api, ada: Phone) -> None:
    await api.control("POST", "/faults", kind="5xx", status=504)
    answer = await api.call("sendMessage", chat_id=ADA, text="x")
    assert answer.status_code == 504
    assert answer.text.startswith("<html>")
    assert len((await ada.chat())["messages"]) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize(("kind", "messages"), [("drop_before", 1), ("drop_after", 2)])
async def test_a_cut_connection_before_or_after(api: Api, ada: Phone, kind: str, messages: int) -> None:
    await api.control("POST", "/faults", kind=kind, method="sendMessage")
    with pytest.raises(httpx.RemoteProtocolError):
        await api.call("sendMessage", chat_id=ADA, text="x")
    assert len((await ada.chat())["messages"]) == messages
    assert (await api.control("GET", "/calls?method=sendMessage"))["calls"][0]["status"] == 0
    assert await api.result("sendMessage", chat_id=ADA, text="y")


@pytest.mark.asyncio
async def test_a_cut_connection_is_a_network_error_to_the_library(api: Api, ada: Phone, bot: telegram.Bot) -> None:
    await api.control("POST", "/faults", kind="drop_after", method="deleteMessages")
    secret = await ada.says("PK…")
    with pytest.raises(telegram.error.NetworkError):
        await bot.delete_messages(ADA, [secret])
    await ada.gone(secret)
    assert await bot.delete_messages(ADA, [secret])


@pytest.mark.asyncio
async def test_malformed_answers(api: Api, ada: Phone, bot: telegram.Bot) -> None:
    await api.control("POST", "/faults", kind="malformed", method="sendMessage")
    with pytest.raises(telegram.error.TelegramError, match="Invalid server response"):
        await bot.send_message(ADA, "applied all the same")
    await ada.sees("applied all the same")


@pytest.mark.asyncio
async def test_a_hanging_call_is_given_up_without_effect(api: Api, ada: Phone) -> None:
    await api.control("POST", "/faults", kind="hang", seconds=20, method="sendMessage")
    with pytest.raises(httpx.ReadTimeout):
        await api.client.post(f"/bot{api.token}/sendMessage", json={"chat_id": ADA, "text": "x"}, timeout=0.2)
    await api.overview_until(lambda bot: bot["calls"])
    assert len((await ada.chat())["messages"]) == 1


@pytest.mark.asyncio
@pytest.mark.usefixtures("ada")
async def test_a_short_hang_delays_and_then_works(api: Api) -> None:
    for kind in ("hang", "hang_after"):
        await api.control("POST", "/faults", kind=kind, seconds=0.3, method="sendMessage")
        began = time.monotonic()
        assert await api.result("sendMessage", chat_id=ADA, text="x")
        assert time.monotonic() - began >= 0.3


@pytest.mark.asyncio
@pytest.mark.usefixtures("ada")
async def test_faults_choose_their_calls(api: Api) -> None:
    await api.control("POST", "/faults", kind="5xx", skip=1)
    await api.control("POST", "/faults", kind="429", chat_id=12345)
    assert await api.result("getUpdates"), "a fault for everything leaves getUpdates alone"
    assert await api.result("getMe")
    assert (await api.call("getMe")).status_code == 502
    assert await api.result("sendMessage", chat_id=ADA, text="x")
    assert len((await api.control("GET", "/faults"))["faults"]) == 1
    await api.control("DELETE", "/faults")
    assert await api.control("GET", "/faults") == {"faults": []}
    for wrong in ({"kind": "rain"}, {"kind": "429", "colour": 1}, {"kind": "429", "count": "two"}, {}):
        assert (await api.hand("POST", "/faults", wrong)).status_code == 400


@pytest.mark.asyncio
@pytest.mark.usefixtures("ada")
async def test_flood_control_is_off_until_switched_on(api: Api) -> None:
    for number in range(5):
        await api.result("sendMessage", chat_id=ADA, text=f"burst {number}")
    await api.control("POST", "/limits", flood=True, per_chat=1, burst=3, overall=30)
    for number in range(3):
        await api.result("sendMessage", chat_id=ADA, text=f"burst {number}")
    answer = await api.call("sendMessage", chat_id=ADA, text="one too many")
    assert answer.status_code == 429
    assert answer.json() == {
        "ok": False, "error_code": 429, "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }  # fmt: skip
    assert await api.result("deleteMessages", chat_id=ADA, message_ids=[2]), "a deletion is no message"
    await api.control("POST", "/limits", overall=1, flood=True)
    codes = {(await api.call("deleteMessages", chat_id=ADA, message_ids=[3])).status_code for _ in range(40)}
    assert 429 in codes
    assert await api.result("getMe"), "looking is not limited"


@pytest.mark.asyncio
@pytest.mark.usefixtures("ada")
async def test_calls_are_recorded_and_can_be_searched(api: Api) -> None:
    before = time.monotonic()
    (start,) = await api.result("getUpdates")
    await api.result("sendMessage", chat_id=ADA, text="grüße ✓", reply_markup={"force_reply": True})
    page = await api.control("GET", "/calls?since=0")
    assert [call["n"] for call in page["calls"]] == [0, 1]
    polled, sent = page["calls"]
    assert polled["updates"] == [start["update_id"]]
    assert (sent["method"], sent["chat_id"], sent["status"]) == ("sendMessage", ADA, 200)
    assert sent["params"]["text"] == "grüße ✓"
    assert before <= polled["at"] <= polled["done"] <= sent["at"] <= time.monotonic()
    assert api.token not in str(page)
    assert (await api.control("GET", f"/calls?since={page['next']}"))["calls"] == []
    traffic = (await api.hand("GET", "/traffic")).text
    assert "grüße ✓" in traffic
    await api.control("POST", "/limits", record_calls=False, record_traffic=False)
    await api.result("sendMessage", chat_id=ADA, text="not on record")
    assert (await api.control("GET", f"/calls?since={page['next']}"))["calls"] == []
    assert "not on record" not in (await api.hand("GET", "/traffic")).text
