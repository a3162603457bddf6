"""What the Bot API says no to, in its own words."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from sandbox.telegram.phone import Phone
from tests.sandbox.botapi.calling import ADA, Api


def keyboard(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "Go"} | button]]}


BAD_CALLS: list[tuple[str, dict[str, Any], str]] = [
    ("sendMessage", {"text": "x"}, "chat_id is empty"),
    ("sendMessage", {"chat_id": 777, "text": "x"}, "chat not found"),
    ("sendMessage", {"chat_id": "@nobody", "text": "x"}, "chat not found"),
    ("sendMessage", {"chat_id": ADA}, "message text is empty"),
    ("sendMessage", {"chat_id": ADA, "text": ""}, "message text is empty"),
    ("sendMessage", {"chat_id": ADA, "text": " \n "}, "text must be non-empty"),
    ("sendMessage", {"chat_id": ADA, "text": "x" * 4097}, "message is too long"),
    ("sendMessage", {"chat_id": ADA, "text": "x", "colour": "red"}, 'unknown parameter "colour"'),
    ("sendMessage", {"chat_id": ADA, "text": "x", "parse_mode": "Klingon"}, "unsupported parse_mode"),
    ("sendMessage", {"chat_id": ADA, "text": "x", "protect_content": "maybe"},
     'parameter "protect_content" must be of type Boolean'),
    ("sendMessage", {"chat_id": ADA, "text": "x", "reply_markup": "{"},
     "can't parse reply markup JSON object: expected an Object"),
    ("sendMessage", {"chat_id": ADA, "text": "x", "reply_markup": {"buttons": []}}, "object expected as reply markup"),
    ("sendMessage", {"chat_id": ADA, "text": "x", "reply_markup": keyboard()},
     "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
    ("sendMessage", {"chat_id": ADA, "text": "x", "reply_markup": keyboard(callback_data="")}, "BUTTON_DATA_INVALID"),
    ("sendMessage", {"chat_id": ADA, "text": "x", "reply_markup": keyboard(callback_data="ä" * 33)},
     "BUTTON_DATA_INVALID"),
    ("sendMessage", {"chat_id": ADA, "text": "x", "reply_markup": keyboard(url="not-a-url")},
     "inline keyboard button URL 'not-a-url' is invalid: Wrong HTTP URL"),
    ("sendMessage", {"chat_id": ADA, "text": "x", "reply_markup": keyboard(url="http://localhost:8080/a")},
     "inline keyboard button URL 'http://localhost:8080/a' is invalid: Wrong HTTP URL"),
    ("sendMessage", {"chat_id": ADA, "text": "x", "reply_markup": keyboard(url="ftp://a.b")},
     "inline keyboard button URL 'ftp://a.b' is invalid: Unsupported URL protocol"),
    ("sendMessage", {"chat_id": ADA, "text": "x", "reply_markup": keyboard(web_app={"url": "http://127.0.0.1:1/f"})},
     "inline keyboard button Web App URL 'http://127.0.0.1:1/f' is invalid: Only HTTPS links are allowed"),
    ("sendMessage", {"chat_id": ADA, "text": "x", "reply_markup": keyboard(copy_text={"text": "x" * 257})},
     "BUTTON_COPY_TEXT_INVALID"),
    ("sendMessage", {"chat_id": ADA, "text": "x", "reply_markup": keyboard(callback_data="a", style="pink")},
     "can't parse inline keyboard button: Invalid button style specified"),
    ("sendMessage", {"chat_id": ADA, "text": "x", "reply_markup": keyboard(callback_data="a", colour="pink")},
     'unknown field "colour" in inline keyboard button'),
    ("sendMessage", {"chat_id": ADA, "text": "x", "business_connection_id": "b"}, "business connection not found"),
    ("sendMessage", {"chat_id": ADA, "text": "x", "message_thread_id": 4}, "message thread not found"),
    ("sendPhoto", {"chat_id": ADA}, "there is no photo in the request"),
    ("sendPhoto", {"chat_id": ADA, "photo": "AgACunknown"},
     "wrong remote file identifier specified: Wrong string length"),
    ("sendPhoto", {"chat_id": ADA, "photo": "https://a.b/c.png"}, "failed to get HTTP URL content"),
    ("sendPhoto", {"chat_id": ADA, "photo": "x", "caption": "x" * 1025}, "message caption is too long"),
    ("sendDocument", {"chat_id": ADA}, "there is no document in the request"),
    ("sendChatAction", {"chat_id": ADA, "action": "thinking"}, "wrong parameter action in request"),
    ("editMessageText", {"chat_id": ADA, "text": "x"}, "message identifier is not specified"),
    ("editMessageText", {"chat_id": ADA, "message_id": 99, "text": "x"}, "message to edit not found"),
    ("editMessageText", {"chat_id": ADA, "message_id": 1, "text": "x"}, "message can't be edited"),
    ("editMessageText", {"chat_id": ADA, "message_id": 2, "text": "x" * 4097}, "MESSAGE_TOO_LONG"),
    ("editMessageText", {"inline_message_id": "i", "text": "x"}, "MESSAGE_ID_INVALID"),
    ("editMessageText", {"chat_id": ADA, "message_id": 2, "text": "x", "reply_markup": {"force_reply": True}},
     "inline keyboard expected"),
    ("editMessageCaption", {"chat_id": ADA, "message_id": 2, "caption": "x"},
     "there is no caption in the message to edit"),
    ("editMessageMedia", {"chat_id": ADA, "message_id": 2, "media": {"type": "photo", "media": "attach://x"}},
     "can't parse InputMedia: media not found"),
    ("deleteMessage", {"chat_id": ADA, "message_id": 99}, "message to delete not found"),
    ("deleteMessages", {"chat_id": ADA, "message_ids": []}, "message identifiers are not specified"),
    ("deleteMessages", {"chat_id": ADA, "message_ids": list(range(1, 102))},
     "too many message identifiers specified"),
    ("deleteMessages", {"chat_id": ADA, "message_ids": ["a"]}, "invalid message identifier specified"),
    ("answerCallbackQuery", {"callback_query_id": "1"},
     "query is too old and response timeout expired or query ID is invalid"),
    ("setMyCommands", {"commands": [{"command": "Start", "description": "x"}]}, "BOT_COMMAND_INVALID"),
    ("setMyCommands", {"commands": [{"command": "start", "description": ""}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
    ("setMyCommands", {"commands": [{"command": "a", "description": "x"}] * 101}, "BOT_COMMANDS_TOO_MUCH"),
    ("setMyName", {"name": "x" * 65}, "BOT_TITLE_INVALID"),
    ("setChatMenuButton", {"menu_button": {"type": "web_app", "text": "x", "web_app": {"url": "http://a.b"}}},
     "menu button Web App URL 'http://a.b' is invalid: Only HTTPS links are allowed"),
    ("setWebhook", {"url": "http://example.com/x"}, "bad webhook: An HTTPS URL must be provided for webhook"),
    ("setWebhook", {"url": "https://example.com:8000/x"},
     "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"),
    ("setWebhook", {"url": "https://example.com/x", "secret_token": "a b"},
     "secret token contains unallowed characters"),
    ("sendMessage", {"chat_id": ADA, "text": "x", "entities": [{"type": "bold"}]},
     'can\'t parse MessageEntity: Can\'t find field "type", "offset" or "length"'),
    ("sendMessage", {"chat_id": ADA, "text": "x", "reply_markup": {"inline_keyboard": [{"text": "x"}]}},
     "can't parse inline keyboard markup JSON object: field must be of type Array of Array"),
    ("sendMessage", {"chat_id": ADA, "text": "x", "reply_markup": {"keyboard": [["x"] * 9]}}, "REPLY_MARKUP_TOO_LONG"),
    ("sendMessage", {"chat_id": ADA, "text": "x", "reply_markup": {"keyboard": [[5]]}},
     "can't parse keyboard button: KeyboardButton must be an Object"),
    ("sendMessage", {"chat_id": ADA, "text": "x", "reply_markup": {"inline_keyboard": [["x"]]}},
     "can't parse inline keyboard button: InlineKeyboardButton must be an Object"),
    ("sendMessage", {"chat_id": ADA, "text": "x", "reply_markup": {"inline_keyboard": [[{"url": "https://a.b"}]]}},
     'can\'t parse inline keyboard button: Can\'t find field "text"'),
    ("sendMessage", {"chat_id": ADA, "text": "x", "reply_markup": keyboard(text=" ", callback_data="x")},
     "BUTTON_TEXT_INVALID"),
    ("sendMessage", {"chat_id": ADA, "text": "x", "reply_markup": keyboard(callback_data="x", url="https://a.b")},
     "can't parse inline keyboard button: exactly one optional field must be used"),
    ("sendMessage", {"chat_id": ADA, "text": "x", "reply_markup": keyboard(callback_data=5)},
     'can\'t parse inline keyboard button: Field "callback_data" has a wrong type'),
    ("sendMessage", {"chat_id": ADA, "text": "x", "reply_markup": keyboard(pay=True)}, "BUTTON_TYPE_INVALID"),
    ("sendMessage", {"chat_id": ADA, "text": "x", "reply_markup": keyboard(url="")},
     "inline keyboard button URL '' is invalid: URL host is empty"),
    ("sendMessage",
     {"chat_id": ADA, "text": "x", "reply_markup": {"force_reply": True, "input_field_placeholder": "x" * 65}},
     "REPLY_MARKUP_PLACEHOLDER_INVALID"),
    ("editMessageMedia", {"chat_id": ADA, "message_id": 2, "media": {"type": "video", "media": "x"}},
     "can't parse InputMedia: type of the media is unsupported"),
    ("editMessageMedia", {"chat_id": ADA, "message_id": 2, "media": {"type": "photo", "colour": "x"}},
     'unknown field "colour" in InputMedia'),
    ("editMessageMedia", {"chat_id": ADA, "message_id": 2, "media": {"type": "photo"}},
     "wrong file identifier/HTTP URL specified"),
    ("setMyCommands", {"commands": ["start"]},
     'can\'t parse BotCommand: Can\'t find field "command" or "description"'),
    ("getMyCommands", {"scope": {"type": "moon"}}, "can't parse BotCommandScope: unsupported type specified"),
    ("getMyCommands", {"scope": {"type": "chat"}}, "can't parse BotCommandScope: chat_id is empty"),
    ("getMyCommands", {"language_code": "English"}, "invalid language code specified"),
    ("setMyName", {"name": ""}, "BOT_TITLE_INVALID"),
    ("setMyDescription", {"description": "x" * 513}, "BOT_DESCRIPTION_INVALID"),
    ("setChatMenuButton", {"menu_button": {"type": "x"}}, "can't parse menu button: unsupported type specified"),
    ("getUpdates", {"allowed_updates": [5]}, "can't parse allowed_updates: expected an Array of String"),
    ("getUpdates", {"limit": "many"}, 'parameter "limit" must be of type Integer'),
    ("setWebhook", {"url": "ftp://example.com"}, "invalid webhook URL specified"),
    ("setWebhook", {"url": "https://example.com:99999/"}, "invalid webhook URL specified"),
    ("setWebhook", {"url": "https://example.com/x", "secret_token": "x" * 257}, "secret token is too long"),
    ("setWebhook", {}, 'parameter "url" is required'),
    ("pinChatMessage", {"chat_id": ADA, "message_id": 99}, "message to pin not found"),
    ("unpinChatMessage", {"chat_id": ADA}, "message to unpin not found"),
    ("getFile", {"file_id": "x"}, "invalid file_id"),
]  # fmt: skip


@pytest.mark.asyncio
async def test_every_bad_call_in_the_originals_words(api: Api, ada: Phone) -> None:
    await api.result("sendMessage", chat_id=ADA, text="an anchor")
    before = (await ada.chat())["messages"]
    got = [(method, *(await api.refusal(method, **params))) for method, params, _ in BAD_CALLS]
    assert got == [(method, 400, f"Bad Request: {reason}") for method, _, reason in BAD_CALLS]
    assert (await ada.chat())["messages"] == before


@pytest.mark.asyncio
async def test_wrong_token_and_wrong_method(api: Api) -> None:
    wrong = await api.client.get("/bot1:nope/getMe")
    assert (wrong.status_code, wrong.json()["description"]) == (401, "Unauthorized")
    assert await api.refusal("makeCoffee") == (404, "Not Found")
    assert (await api.result("GETME"))["is_bot"], "the case of a method's name does not matter"


@pytest.mark.asyncio
async def test_all_four_ways_of_writing_parameters(api: Api, ada: Phone) -> None:
    path = f"/bot{api.token}/sendMessage"
    answers = [
        await api.client.get(path, params={"chat_id": ADA, "text": "query"}),
        await api.client.post(path, data={"chat_id": str(ADA), "text": "form", "protect_content": "true"}),
        await api.client.post(path, json={"chat_id": ADA, "text": "json"}),
        await api.client.post(path, files={"chat_id": (None, str(ADA)), "text": (None, "multipart")}),
    ]
    assert [answer.json()["result"]["text"] for answer in answers] == ["query", "form", "json", "multipart"]
    assert [m["text"] for m in (await ada.chat())["messages"][1:]] == ["query", "form", "json", "multipart"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("headers", "content", "reason"),
    [
        ({"Content-Type": "multipart/form-data; boundary=b"}, b"nonsense", "can't parse multipart form data"),
        ({"Content-Type": "multipart/form-data"}, b"--b--", "can't parse multipart form data"),
        ({"Content-Type": "application/json"}, b"{", "can't parse JSON object"),
        ({"Content-Type": "application/json"}, b"[1]", "can't parse JSON object"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"text=%ff", "strings must be encoded in UTF-8"),
    ],
)
async def test_broken_bodies(api: Api, headers: dict[str, str], content: bytes, reason: str) -> None:
    answer = await api.client.post(f"/bot{api.token}/sendMessage", headers=headers, content=content)
    assert (answer.status_code, answer.json()["description"]) == (400, f"Bad Request: {reason}")


@pytest.mark.asyncio
async def test_uploads_that_are_no_photos(api: Api, ada: Phone) -> None:
    async def send(content: bytes, **names: str) -> str:
        files: dict[str, Any] = {names.get("part", "photo"): ("p.png", content)}
        data = {"chat_id": str(ADA)} | ({"photo": names["photo"]} if "photo" in names else {})
        answer = await api.client.post(f"/bot{api.token}/sendPhoto", data=data, files=files)
        return str(answer.json()["description"])

    assert await send(b"") == "Bad Request: file must be non-empty"
    assert await send(b"text, not a picture") == "Bad Request: IMAGE_PROCESS_FAILED"
    wide = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (9999).to_bytes(4, "big") + (2).to_bytes(4, "big")
    assert await send(wide) == "Bad Request: PHOTO_INVALID_DIMENSIONS"
    assert await send(b"x", part="picture") == 'Bad Request: unknown parameter "picture"'
    assert await send(b"x", part="up", photo="attach://down") == 'Bad Request: unknown parameter "up"'
    assert await send(b"x", part="up", photo="attach://up") == "Bad Request: IMAGE_PROCESS_FAILED"
    assert [message["from"] for message in (await ada.chat())["messages"]] == ["user"]


@pytest.mark.asyncio
async def test_old_messages_and_old_taps(api: Api, ada: Phone) -> None:
    secret = await ada.says("PK…")
    sent = await api.result("sendMessage", chat_id=ADA, text="go", reply_markup=keyboard(callback_data="go"))
    tap = await ada.taps("Go")
    await api.control("POST", "/clock", advance=151)
    assert (await api.refusal("answerCallbackQuery", callback_query_id=tap))[1].startswith("Bad Request: query is too")
    await api.control("POST", "/clock", advance=48 * 3600 - 300)
    assert await api.result("deleteMessages", chat_id=ADA, message_ids=[sent["message_id"]])
    await api.control("POST", "/clock", advance=300)
    for method, ids in (("deleteMessage", {"message_id": secret}), ("deleteMessages", {"message_ids": [secret, 99]})):
        refusal = await api.refusal(method, chat_id=ADA, **ids)
        assert refusal == (400, "Bad Request: message can't be deleted for everyone")
    assert secret in [message["id"] for message in (await ada.chat())["messages"]]


@pytest.mark.asyncio
async def test_answers_to_taps(api: Api, ada: Phone) -> None:
    await api.result("sendMessage", chat_id=ADA, text="go", reply_markup=keyboard(callback_data="go"))
    tap = await ada.taps("Go")
    assert await api.refusal("answerCallbackQuery", callback_query_id=tap, text="x" * 201) == (
        400, "Bad Request: MESSAGE_TOO_LONG",
    )  # fmt: skip
    assert await api.refusal("answerCallbackQuery", callback_query_id=tap, url="https://evil.example") == (
        400, "Bad Request: URL_INVALID",
    )  # fmt: skip
    assert await api.result("answerCallbackQuery", callback_query_id=tap, text="first")
    assert await api.result("answerCallbackQuery", callback_query_id=tap, text="second")
    assert (await ada.told())["text"] == "first"


@pytest.mark.asyncio
async def test_log_out_and_close(api: Api) -> None:
    code, description = await api.refusal("close")
    assert code == 429
    assert description.startswith("Too Many Requests: retry after ")
    await api.control("POST", "/clock", advance=601)
    assert await api.result("close")
    assert await api.result("logOut")
    assert await api.refusal("getMe") == (400, "Logged out")
    await api.control("POST", "/clock", advance=601)
    assert await api.result("getMe")


@pytest.mark.asyncio
async def test_the_stand_in_never_answers_a_file_it_does_not_have(server: Any) -> None:
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
        assert (await client.get("/_sandbox/files/nope/x")).status_code == 404
        assert (await client.get("/file/bot1:nope/photos/x/y")).status_code == 404
