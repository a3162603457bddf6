"""The control API: people, groups, events."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from sandbox.serving import Served
from sandbox.telegram.phone import Phone
from sandbox.telegram.server import create_app
from tests.sandbox.botapi.calling import ADA, Api


@pytest.mark.asyncio
async def test_users_get_ids_and_keep_what_they_said_of_themselves(api: Api) -> None:
    first = await api.control("POST", "/users")
    second = await api.control("POST", "/users", first_name="Bo", language_code="de")
    assert second["id"] == first["id"] + 1
    assert await api.control("POST", "/users", id=second["id"]) == second
    again = await api.control("POST", "/users", id=second["id"], language_code="ar")
    assert (again["first_name"], again["language_code"]) == ("Bo", "ar")
    chat = await api.control("GET", f"/chats/{second['id']}")
    assert (chat["chat_id"], chat["seq"], chat["messages"]) == (second["id"], 0, [])
    assert chat["bot"]["username"] == api.username


@pytest.mark.asyncio
async def test_a_bot_cannot_write_first(api: Api) -> None:
    await api.control("POST", "/users", id=5)
    assert await api.refusal("sendMessage", chat_id=5, text="hi") == (400, "Bad Request: chat not found")


@pytest.mark.asyncio
async def test_events_tell_everything_in_order(api: Api, ada: Phone) -> None:
    start = await api.control("GET", f"/chats/{ADA}")
    markup = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
    sent = await api.result("sendMessage", chat_id=ADA, text="x", reply_markup=markup)
    tap = await ada.taps("Go")
    await api.result("answerCallbackQuery", callback_query_id=tap, text="ok")
    await api.result("sendChatAction", chat_id=ADA, action="typing")
    await api.result("editMessageText", chat_id=ADA, message_id=sent["message_id"], text="y")
    await api.result("setMyCommands", commands=[{"command": "help", "description": "Help"}])
    await api.result("deleteMessages", chat_id=ADA, message_ids=[1, sent["message_id"]])
    page = await api.control("GET", f"/chats/{ADA}/events?since={start['seq']}")
    events = page["events"]
    assert [event["kind"] for event in events] == ["new", "answered", "action", "edited", "commands", "deleted"]
    assert [event["seq"] for event in events] == list(range(start["seq"] + 1, page["seq"] + 1))
    new, answered, action, edited, commands, deleted = events
    assert (new["message"]["text"], new["message"]["edited"]) == ("x", False)
    assert (answered["callback_id"], answered["text"], answered["alert"]) == (tap, "ok", False)
    assert action["action"] == "typing"
    assert (edited["message"]["text"], edited["message"]["buttons"]) == ("y", [])
    assert commands["commands"] == [{"command": "help", "description": "Help"}]
    assert (deleted["ids"], deleted["by"]) == ([1, sent["message_id"]], "bot")


@pytest.mark.asyncio
@pytest.mark.usefixtures("ada")
async def test_waiting_for_events(api: Api) -> None:
    seq = (await api.control("GET", f"/chats/{ADA}"))["seq"]
    waiting = asyncio.ensure_future(api.control("GET", f"/chats/{ADA}/events?since={seq}&wait=20"))
    await api.result("sendMessage", chat_id=ADA, text="news")
    assert (await waiting)["events"][0]["message"]["text"] == "news"
    assert (await api.control("GET", f"/chats/{ADA}/events?since={seq + 1}&wait=0.1"))["events"] == []


@pytest.mark.asyncio
@pytest.mark.usefixtures("ada")
async def test_a_tap_can_wait_for_its_answer(api: Api) -> None:
    markup = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
    sent = await api.result("sendMessage", chat_id=ADA, text="x", reply_markup=markup)
    body = {"message_id": sent["message_id"], "data": "go"}
    tapped = await api.control("POST", f"/chats/{ADA}/taps", **body, wait=0.05)
    assert tapped["answer"] is None
    unanswered = tapped["update_id"]
    waiting = asyncio.ensure_future(api.control("POST", f"/chats/{ADA}/taps", **body, wait=20))
    query = (await api.result("getUpdates", offset=unanswered + 1, timeout=10))[0]["callback_query"]
    await api.result("answerCallbackQuery", callback_query_id=query["id"], text="ok", show_alert=True)
    assert (await waiting)["answer"] == {"text": "ok", "alert": True}


@pytest.mark.asyncio
@pytest.mark.usefixtures("ada")
async def test_taps_on_what_is_no_longer_there(api: Api) -> None:
    markup = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
    sent = await api.result("sendMessage", chat_id=ADA, text="x", reply_markup=markup)
    body = {"message_id": sent["message_id"], "data": "go"}
    await api.result("deleteMessages", chat_id=ADA, message_ids=[sent["message_id"]])
    assert (await api.hand("POST", f"/chats/{ADA}/taps", body)).status_code == 404
    await api.control("POST", f"/chats/{ADA}/taps", **body, unseen=True)
    query = (await api.result("getUpdates"))[-1]["callback_query"]
    assert query["message"]["date"] == 0
    assert "text" not in query["message"]


@pytest.mark.asyncio
async def test_blocking_and_unblocking(api: Api, ada: Phone) -> None:
    await ada.blocks()
    await ada.blocks()
    refused = await api.hand("POST", f"/chats/{ADA}/messages", {"text": "x"})
    assert refused.status_code == 409
    assert await api.refusal("sendChatAction", chat_id=ADA, action="typing") == (
        403, "Forbidden: bot was blocked by the user",
    )  # fmt: skip
    await ada.unblocks()
    _, blocked, unblocked = await api.result("getUpdates")
    assert blocked["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    assert unblocked["my_chat_member"]["new_chat_member"]["status"] == "member"


@pytest.mark.asyncio
@pytest.mark.usefixtures("ada")
async def test_groups(api: Api) -> None:
    group = (await api.control("POST", "/groups", user_id=ADA, title="Friends"))["chat_id"]
    assert group < 0
    _, added, service = await api.result("getUpdates")
    assert added["my_chat_member"]["chat"] == {"id": group, "type": "group", "title": "Friends"}
    assert service["message"]["new_chat_members"][0]["is_bot"]
    unheard = await api.control("POST", f"/chats/{group}/messages", text="chatter")
    assert unheard["update_id"] is None, "privacy mode"
    heard = await api.control("POST", f"/chats/{group}/messages", text=f"/start@{api.username}")
    assert heard["update_id"] is not None
    assert await api.refusal("deleteMessages", chat_id=group, message_ids=[heard["id"]]) == (
        400, "Bad Request: message can't be deleted",
    )  # fmt: skip
    markup = {"inline_keyboard": [[{"text": "x", "web_app": {"url": "https://a.b"}}]]}
    assert (await api.refusal("sendMessage", chat_id=group, text="x", reply_markup=markup))[1].endswith(
        "BUTTON_TYPE_INVALID"
    )
    assert await api.result("leaveChat", chat_id=group)
    assert (await api.refusal("sendMessage", chat_id=group, text="x"))[0] == 403


@pytest.mark.asyncio
async def test_a_person_edits_and_deletes(api: Api, ada: Phone) -> None:
    sent = await api.result("sendMessage", chat_id=ADA, text="x")
    assert (await api.hand("POST", f"/chats/{ADA}/messages/{sent['message_id']}", {"text": "y"})
            ).status_code == 409  # fmt: skip
    await ada.deletes(sent["message_id"])
    assert await api.refusal("editMessageText", chat_id=ADA, message_id=sent["message_id"], text="y") == (
        400, "Bad Request: message to edit not found",
    )  # fmt: skip
    assert (await api.hand("DELETE", f"/chats/{ADA}/messages/99")).status_code == 404


@pytest.mark.asyncio
@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/chats/11/messages", {}, 400),
        ("/chats/11/messages", {"text": "x" * 4097}, 400),
        ("/chats/11/messages", {"text": 5}, 400),
        ("/chats/11/messages", {"text": "x", "reply_to": 99}, 404),
        ("/chats/11/messages", {"document": {"name": ""}}, 400),
        ("/chats/11/taps", {"data": "x"}, 400),
        ("/chats/404/messages", {"text": "x"}, 404),
        ("/chats/x/messages", {"text": "x"}, 404),
        ("/users", {"name": "x"}, 400),
        ("/users?bot=nobody", {}, 404),
        ("/updates/1/again", {}, 404),
        ("/clock", {"shift": "late"}, 400),
    ],
)
async def test_bad_requests_get_a_reason(api: Api, path: str, body: dict[str, Any], status: int) -> None:
    answer = await api.hand("POST", f"{path}", body)
    assert answer.status_code == status
    assert answer.json()["error"]


@pytest.mark.asyncio
async def test_two_bots_keep_apart() -> None:
    tokens = {"1:a-token": "first_bot", "434343:another-token": "second_bot"}
    with Served(create_app(tokens=tokens)) as server:
        async with Phone(server.url, ADA, bot="second_bot") as ada, httpx.AsyncClient(base_url=server.url) as client:
            await ada.says("hello")
            first = await client.post("/bot1:a-token/getUpdates")
            second = await client.post("/bot434343:another-token/getUpdates")
            assert first.json()["result"] == []
            assert second.json()["result"][0]["message"]["text"] == "hello"


@pytest.mark.asyncio
async def test_the_page_is_served_when_it_is_there(tmp_path: Any) -> None:
    (tmp_path / "index.html").write_text("<title>chat</title>")
    (tmp_path / "chat.js").write_text("export {};")
    panels = {"cloudflare_url": "http://127.0.0.1:8081"}
    with (
        Served(create_app(page=tmp_path, panels=panels)) as with_page,
        Served(create_app(page=tmp_path / "absent")) as without,
    ):
        async with httpx.AsyncClient() as client:
            assert "<title>chat" in (await client.get(with_page.url)).text
            assert (await client.get(f"{with_page.url}/page/chat.js")).status_code == 200
            assert (await client.get(f"{with_page.url}/_sandbox/panels")).json() == panels
            assert (await client.get(without.url)).status_code == 404
            assert (await client.get(f"{without.url}/page/chat.js")).status_code == 404
            assert (await client.get(f"{without.url}/_sandbox/panels")).status_code == 404
