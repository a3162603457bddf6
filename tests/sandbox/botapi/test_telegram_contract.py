"""The stand-in against the machine-readable Bot API 10.0 document, where it lies beside the repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.telegram.answering import UNANSWERED
from sandbox.telegram.methods import METHODS
from sandbox.telegram.phone import Phone
from tests.sandbox.botapi.calling import ADA, Api

DOCUMENT = Path(__file__).parents[4] / "shared" / "specs" / "telegram-bot-api-10.0.json"
SCALARS = {"Integer": int, "String": str, "Boolean": bool, "Float": float, "True": bool}
KINDS = {
    "int": {"Integer"}, "bool": {"Boolean"}, "str": {"String"}, "chat": {"Integer", "String"},
    "media": {"InputFile", "String"},
}  # fmt: skip


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    if not DOCUMENT.is_file():
        pytest.skip("the Bot API document is not beside this repository (../shared/specs)")
    loaded: dict[str, Any] = json.loads(DOCUMENT.read_text())
    return loaded


def test_every_method_in_the_table_is_answered() -> None:
    assert not UNANSWERED


def test_the_table_names_the_same_parameters(document: dict[str, Any]) -> None:
    for name, method in METHODS.items():
        published = {field["name"]: field["required"] for field in document["methods"][name].get("fields", [])}
        assert {p.name: p.required for p in method.parameters.values()} == published, name


def test_the_table_gives_the_same_types(document: dict[str, Any]) -> None:
    for name, method in METHODS.items():
        for field in document["methods"][name].get("fields", []):
            kind, types = method.parameters[field["name"]].kind, set(field["types"])
            if kind == "list":
                assert all(each.startswith("Array of") for each in types), (name, field)
            elif kind == "object":
                assert all(each in document["types"] for each in types), (name, field)
            else:
                assert types <= KINDS[kind], (name, field)


def faults_of(document: dict[str, Any], types: list[str], value: Any, where: str) -> list[str]:
    """List what is wrong with a value that should be of one of these types."""
    found = [_faults(document, each, value, where) for each in types]
    return min(found, key=len)


def _faults(document: dict[str, Any], kind: str, value: Any, where: str) -> list[str]:
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            return [f"{where} is not a list"]
        return [f for item in value for f in faults_of(document, [kind.removeprefix("Array of ")], item, f"{where}[]")]
    if kind in SCALARS:
        right = isinstance(value, SCALARS[kind]) and (kind in {"Boolean", "True"} or not isinstance(value, bool))
        return [] if right else [f"{where} is not {kind}"]
    described = document["types"][kind]
    if described.get("subtypes"):
        return faults_of(document, described["subtypes"], value, where)
    if not isinstance(value, dict):
        return [f"{where} is not {kind}"]
    fields = {field["name"]: field for field in described.get("fields", [])}
    missing = [f"{where}.{n} is missing" for n, field in fields.items() if field["required"] and n not in value]
    unknown = [f"{where}.{n} is unknown to {kind}" for n in value if n not in fields]
    inner = [
        fault
        for n, v in value.items()
        if n in fields
        for fault in faults_of(document, fields[n]["types"], v, f"{where}.{n}")
    ]
    return missing + unknown + inner


@pytest.mark.asyncio
async def test_what_is_returned_has_the_published_shape(document: dict[str, Any], api: Api, ada: Phone) -> None:
    markup = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}, {"text": "x", "url": "https://a.b"}]]}
    html = '<b>b</b> <a href="https://a.b">a</a> <pre><code class="language-sh">ls</code></pre> /help'
    reply = {"message_id": 1}
    file_id = (await ada_photo(api, ada))["file_id"]
    calls: list[tuple[str, dict[str, Any]]] = [
        ("getMe", {}),
        ("sendMessage", {"chat_id": ADA, "text": html, "parse_mode": "HTML", "reply_markup": markup,
                         "reply_parameters": reply, "protect_content": True,
                         "link_preview_options": {"is_disabled": True}}),
        ("editMessageText", {"chat_id": ADA, "message_id": 3, "text": "new", "reply_markup": markup}),
        ("editMessageReplyMarkup", {"chat_id": ADA, "message_id": 3}),
        ("sendPhoto", {"chat_id": ADA, "photo": file_id, "caption": "c", "show_caption_above_media": True}),
        ("editMessageCaption", {"chat_id": ADA, "message_id": 4, "caption": "d"}),
        ("sendDocument", {"chat_id": ADA, "document": file_id}),
        ("pinChatMessage", {"chat_id": ADA, "message_id": 3}),
        ("getChat", {"chat_id": ADA}),
        ("getFile", {"file_id": file_id}),
        ("setMyCommands", {"commands": [{"command": "help", "description": "Help"}]}),
        ("getMyCommands", {}),
        ("getMyName", {}),
        ("getMyDescription", {}),
        ("getMyShortDescription", {}),
        ("getChatMenuButton", {}),
        ("getWebhookInfo", {}),
        ("sendChatAction", {"chat_id": ADA, "action": "typing"}),
        ("deleteMessages", {"chat_id": ADA, "message_ids": [4]}),
    ]  # fmt: skip
    for method, params in calls:
        result = await api.result(method, **params)
        assert faults_of(document, document["methods"][method]["returns"], result, method) == []


async def ada_photo(api: Api, ada: Phone) -> dict[str, Any]:
    await ada.sends_photo()
    photo: dict[str, Any] = (await api.result("getUpdates"))[-1]["message"]["photo"][0]
    return photo


@pytest.mark.asyncio
async def test_updates_have_the_published_shape(document: dict[str, Any], api: Api, ada: Phone) -> None:
    markup = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
    sent = await api.result("sendMessage", chat_id=ADA, text="x", reply_markup=markup)
    mine = await ada.says("see https://a.b", reply_to=sent["message_id"])
    await ada.edits(mine, "/help")
    await ada.sends_file("keys.txt", caption="c")
    await ada.sends_photo(caption="c")
    await ada.taps("Go")
    await ada.blocks()
    await ada.unblocks()
    await api.control("POST", "/groups", user_id=ADA)
    await ada.says("then")
    updates = await api.result("getUpdates")
    assert {name for update in updates for name in update} == {
        "update_id", "message", "edited_message", "callback_query", "my_chat_member",
    }  # fmt: skip
    for update in updates:
        assert faults_of(document, ["Update"], update, "update") == []
    await api.result("deleteMessages", chat_id=ADA, message_ids=[sent["message_id"]])
    tap = {"message_id": sent["message_id"], "data": "go", "unseen": True}
    await api.control("POST", f"/chats/{ADA}/taps", **tap)
    late = (await api.result("getUpdates", offset=-1))[0]["callback_query"]["message"]
    assert faults_of(document, ["InaccessibleMessage"], late, "message") == []
