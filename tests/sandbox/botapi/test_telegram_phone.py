"""The headless person."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.telegram import chats
from sandbox.telegram.phone import NotOnScreen, Phone
from tests.sandbox.botapi.calling import ADA, Api


def buttons(**labels: str) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": text, "callback_data": data}] for data, text in labels.items()]}


@pytest.mark.asyncio
async def test_a_transcript_reads_as_it_happened(api: Api, ada: Phone) -> None:
    anchor = await api.result("sendMessage", chat_id=ADA, text="Pick a mode", reply_markup=buttons(p="🟢 Paper"))
    await ada.sees("Pick a mode")
    await ada.taps("Paper")
    await api.result("editMessageText", chat_id=ADA, message_id=anchor["message_id"], text="Secret?\nPaste it.")
    await ada.sees("Secret?")
    secret = await ada.says("PKHUSHHUSH")
    await api.result("deleteMessages", chat_id=ADA, message_ids=[secret])
    await ada.gone(secret)
    ada.masks("PKHUSHHUSH")
    assert ada.transcript == [
        "You: /start",
        "Soar: Pick a mode",
        "    [🟢 Paper]",
        "You tap: [🟢 Paper]",
        "Soar (edited): Secret?",
        "    Paste it.",
        "You: •••",
        "[deleted] You: •••",
    ]


@pytest.mark.asyncio
async def test_nothing_shown_for_an_instant_is_missed(api: Api, ada: Phone) -> None:
    sent = await api.result("sendMessage", chat_id=ADA, text="⏳ checking")
    await api.result("editMessageText", chat_id=ADA, message_id=sent["message_id"], text="checked")
    assert (await ada.sees("⏳"))["edited"] is False
    assert (await ada.sees("checked"))["edited"] is True


@pytest.mark.asyncio
async def test_predicates_and_the_screen(api: Api, ada: Phone) -> None:
    await api.result("sendMessage", chat_id=ADA, text="anchor", reply_markup=buttons(a="One", b="One more"))
    await api.result("sendMessage", chat_id=ADA, text="notice")
    assert (await ada.screen())["text"] == "anchor"
    assert (await ada.sees(lambda message: bool(message["buttons"])))["text"] == "anchor"
    await ada.taps("One")
    await ada.taps("One m")
    queries = [update["callback_query"]["data"] for update in (await api.result("getUpdates"))[1:]]
    assert queries == ["a", "b"]


@pytest.mark.asyncio
async def test_what_is_not_there_is_named_with_what_is(api: Api, ada: Phone) -> None:
    with pytest.raises(NotOnScreen, match="no message with buttons"):
        await ada.screen()
    markup = {"inline_keyboard": [[{"text": "Open", "url": "https://a.b"}, {"text": "PKSECRET", "callback_data": "x"}]]}
    await api.result("sendMessage", chat_id=ADA, text="anchor", reply_markup=markup)
    ada.masks("PKSECRET")
    with pytest.raises(NotOnScreen) as missing:
        await ada.taps("Paper")
    assert "no button 'Paper'" in str(missing.value)
    assert "[Open] [•••]" in str(missing.value)
    with pytest.raises(NotOnScreen, match="opens something and sends nothing"):
        await ada.taps("Open")
    with pytest.raises(
        NotOnScreen, match=r"nobody saw 'Welcome' within 0\.1 s; the chat shows\nYou: /start\nSoar: anchor"
    ):
        await ada.sees("Welcome", within=0.1)
    with pytest.raises(NotOnScreen, match="1 is still there"):
        await ada.gone(1, within=0.1)
    with pytest.raises(NotOnScreen, match="no answer to a tap"):
        await ada.told("ok", within=0.1)


@pytest.mark.asyncio
async def test_a_phone_that_was_away_for_long_starts_over(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chats, "EVENTS_KEPT", 3)
    async with Phone(api.url, 12, bot=api.username) as bo:
        await bo.says("/start")
        for text in ("first", "second", "third", "fourth", "fifth"):
            await api.result("sendMessage", chat_id=12, text=text)
        assert (await bo.sees("first"))["text"] == "first"
        assert [message["text"] for message in (await bo.chat())["messages"]][-1] == "fifth"


@pytest.mark.asyncio
async def test_blocking_and_deleting_are_written_down(api: Api, ada: Phone) -> None:
    sent = await api.result("sendMessage", chat_id=ADA, text="spam")
    await ada.deletes(sent["message_id"])
    await ada.blocks()
    await ada.catches_up()
    assert ada.transcript[-2:] == ["[deleted by you] Soar: spam", "You: [blocked the bot]"]
