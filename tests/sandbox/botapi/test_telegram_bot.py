"""The real python-telegram-bot against the stand-in, over HTTP."""

from __future__ import annotations

import struct
import zlib

import pytest
import telegram
from telegram import InlineKeyboardButton as Button
from telegram import InlineKeyboardMarkup as Keyboard

from sandbox.telegram.phone import Phone
from tests.sandbox.botapi.calling import ADA, Api


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.asyncio
async def test_get_me_is_a_bot_with_everything_optional_off(bot: telegram.Bot, api: Api) -> None:
    me = await bot.get_me()
    assert me.is_bot
    assert me.username == api.username
    assert me.id == int(api.token.split(":")[0])
    assert {me.can_join_groups, me.supports_inline_queries, me.can_connect_to_business} == {False}


@pytest.mark.asyncio
async def test_a_conversation(bot: telegram.Bot, ada: Phone) -> None:
    start = (await bot.get_updates())[0]
    assert start.message is not None
    assert start.message.text == "/start"
    assert [entity.type for entity in start.message.entities] == ["bot_command"]
    keyboard = Keyboard([[Button("🟢 Paper", callback_data="v1:paper", style="success")]])
    sent = await start.message.reply_text("<b>Pick a mode</b>", parse_mode="HTML", reply_markup=keyboard)
    shown = await ada.sees("Pick a mode")
    assert shown["html"] == "<b>Pick a mode</b>"
    assert shown["buttons"] == [[{"text": "🟢 Paper", "data": "v1:paper", "style": "success"}]]

    await ada.taps("Paper")
    (update,) = await bot.get_updates(offset=start.update_id + 1)
    query = update.callback_query
    assert query is not None
    assert query.data == "v1:paper"
    assert query.message is not None
    assert query.message.message_id == sent.message_id
    assert await query.answer("Paper it is", show_alert=True)
    assert (await ada.told("Paper"))["alert"] is True

    edited = await query.edit_message_text("Step 2")
    assert isinstance(edited, telegram.Message)
    assert edited.edit_date is not None
    assert (await ada.sees("Step 2"))["buttons"] == []


@pytest.mark.asyncio
async def test_delete_is_idempotent_in_the_plural_only(bot: telegram.Bot, ada: Phone) -> None:
    secret = await ada.says("PKTHISISSECRET")
    assert await bot.delete_messages(ADA, [secret, 999])
    await ada.gone(secret)
    assert await bot.delete_messages(ADA, [secret])
    with pytest.raises(telegram.error.BadRequest, match="Message to delete not found"):
        await bot.delete_message(ADA, secret)


@pytest.mark.asyncio
async def test_photos_and_documents(bot: telegram.Bot, ada: Phone) -> None:
    photo = await bot.send_photo(ADA, png(40, 30), caption="<i>a chart</i>", parse_mode="HTML")
    assert (photo.photo[0].width, photo.photo[0].height) == (40, 30)
    shown = await ada.sees("a chart")
    assert shown["photo"]["url"].startswith("/_sandbox/files/")
    again = await bot.send_photo(ADA, photo.photo[0].file_id)
    assert again.photo[0].file_id == photo.photo[0].file_id

    jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\x00\x1e\x00\x28\x01\x01\x11\x00\xff\xd9"
    assert (await bot.send_photo(ADA, jpeg)).photo[0].width == 40

    document = await bot.send_document(ADA, b"date,side\n", filename="orders.csv", caption="your orders")
    assert document.document is not None
    assert document.document.file_name == "orders.csv"
    file = await bot.get_file(document.document.file_id)
    assert await file.download_as_bytearray() == b"date,side\n"

    text = await bot.send_message(ADA, "text")
    changed = await bot.edit_message_media(telegram.InputMediaPhoto(png(8, 8), caption="new"), ADA, text.message_id)
    assert isinstance(changed, telegram.Message)
    assert changed.photo[0].width == 8
    renamed = await bot.edit_message_caption(ADA, text.message_id, caption="newer")
    assert isinstance(renamed, telegram.Message)
    assert renamed.caption == "newer"


@pytest.mark.asyncio
async def test_what_a_person_sends(bot: telegram.Bot, ada: Phone) -> None:
    await ada.sends_file("keys.txt", caption="here", size=12)
    await ada.sends_photo(caption="look")
    mine = await ada.says("typo")
    await ada.edits(mine, "fixed")
    _, file, photo, text, edited = await bot.get_updates()
    assert file.message is not None
    assert file.message.document is not None
    assert (file.message.document.file_name, file.message.caption) == ("keys.txt", "here")
    assert photo.message is not None
    assert photo.message.photo
    assert text.message is not None
    assert edited.edited_message is not None
    assert (edited.edited_message.text, edited.edited_message.message_id) == ("fixed", mine)
    assert edited.edited_message.edit_date is not None


@pytest.mark.asyncio
async def test_profile(bot: telegram.Bot, ada: Phone) -> None:
    assert await bot.set_my_commands([("start", "Begin"), ("help", "Help")])
    assert await bot.set_my_commands(
        [("start", "Los")], scope=telegram.BotCommandScopeAllPrivateChats(), language_code="de"
    )
    assert await bot.set_my_commands([("pause", "Stop")], scope=telegram.BotCommandScopeChat(ADA))
    assert [c.command for c in await bot.get_my_commands()] == ["start", "help"]
    assert (await bot.get_my_commands(scope=telegram.BotCommandScopeChat(ADA)))[0].command == "pause"
    assert await bot.set_my_description("We delete your keys")
    assert await bot.set_my_short_description("Trading")
    assert await bot.set_my_name("Soar")
    assert (await bot.get_my_description(language_code="de")).description == "We delete your keys"
    assert (await bot.get_my_name()).name == "Soar"
    assert await bot.set_chat_menu_button(ADA, telegram.MenuButtonCommands())
    assert (await bot.get_chat_menu_button(ADA)).type == "commands"
    assert (await bot.get_chat_menu_button()).type == "default"
    shown = (await ada.chat())["bot"]
    assert shown["name"] == "Soar"
    assert shown["commands"] == [{"command": "pause", "description": "Stop"}]
    assert shown["menu_button"] == {"type": "commands"}
    assert await bot.delete_my_commands(scope=telegram.BotCommandScopeChat(ADA))
    assert len((await ada.chat())["bot"]["commands"]) == 2


@pytest.mark.asyncio
async def test_chat_methods(bot: telegram.Bot, ada: Phone) -> None:
    sent = await bot.send_message(ADA, "pinned", protect_content=True)
    assert sent.has_protected_content
    assert await bot.pin_chat_message(ADA, sent.message_id)
    full = await bot.get_chat(ADA)
    assert full.type == "private"
    assert full.pinned_message is not None
    assert full.pinned_message.message_id == sent.message_id
    assert await bot.unpin_chat_message(ADA)
    assert (await ada.chat())["pinned"] is None
    assert await bot.send_chat_action(ADA, "typing")
    with pytest.raises(telegram.error.BadRequest, match="private chats"):
        await bot.leave_chat(ADA)


@pytest.mark.asyncio
async def test_keyboards_of_every_kind(bot: telegram.Bot, ada: Phone) -> None:
    forced = await bot.send_message(ADA, "Key ID?", reply_markup=telegram.ForceReply(input_field_placeholder="PK…"))
    assert (await ada.sees("Key ID?"))["force_reply"] == {"placeholder": "PK…"}
    with pytest.raises(telegram.error.BadRequest, match="Message can't be edited"):
        await forced.edit_text("changed")
    await bot.send_message(ADA, "choose", reply_markup=telegram.ReplyKeyboardMarkup([["A", "B"]]))
    assert (await ada.sees("choose"))["reply_keyboard"] == [[{"text": "A"}, {"text": "B"}]]
    keyboard = Keyboard(
        [
            [Button("Copy", copy_text=telegram.CopyTextButton("soar-paper"))],
            [Button("Form", web_app=telegram.WebAppInfo("https://soar.example.workers.dev/form"))],
            [Button("Open", url="https://alpaca.markets")],
            [Button("⏳ Deploying…", api_kwargs={"disabled": {}})],
        ],
        api_kwargs={"force_reply": True},
    )
    await bot.send_message(ADA, "rich", reply_markup=keyboard)
    shown = await ada.sees("rich")
    assert [button for (button,) in shown["buttons"]] == [
        {"text": "Copy", "copy_text": "soar-paper"},
        {"text": "Form", "web_app": "https://soar.example.workers.dev/form"},
        {"text": "Open", "url": "https://alpaca.markets"},
        {"text": "⏳ Deploying…", "disabled": True},
    ]
    assert shown["force_reply"] == {"placeholder": None}


@pytest.mark.asyncio
async def test_errors_arrive_as_their_exceptions(bot: telegram.Bot, ada: Phone) -> None:
    sent = await bot.send_message(ADA, "same")
    with pytest.raises(telegram.error.BadRequest, match="Message is not modified: specified new message content"):
        await sent.edit_text("same")
    with pytest.raises(telegram.error.BadRequest, match="Chat not found"):
        await bot.send_message(999, "hello?")
    with pytest.raises(telegram.error.BadRequest, match='unsupported start tag "p" at byte offset 0'):
        await bot.send_message(ADA, "<p>no</p>", parse_mode="HTML")
    await ada.blocks()
    with pytest.raises(telegram.error.Forbidden, match="bot was blocked by the user"):
        await bot.send_message(ADA, "anybody there?")
    await ada.unblocks()
    assert await bot.send_message(ADA, "welcome back")
    stranger = telegram.Bot("1:unknown", base_url=bot.base_url.split("/bot", maxsplit=1)[0] + "/bot")
    with pytest.raises(telegram.error.InvalidToken):
        async with stranger:
            pass


@pytest.mark.asyncio
async def test_replies_carry_the_original_once(bot: telegram.Bot, ada: Phone) -> None:
    asked = await bot.send_message(ADA, "Which symbol?")
    await ada.says("VTI", reply_to=asked.message_id)
    reply = (await bot.get_updates())[-1].message
    assert reply is not None
    assert reply.reply_to_message is not None
    assert reply.reply_to_message.text == "Which symbol?"
    answer = await bot.send_message(ADA, "noted", reply_parameters=telegram.ReplyParameters(reply.message_id))
    assert answer.reply_to_message is not None
    assert answer.reply_to_message.reply_to_message is None
    with pytest.raises(telegram.error.BadRequest, match="Message to be replied not found"):
        await bot.send_message(ADA, "?", reply_parameters=telegram.ReplyParameters(777))


@pytest.mark.asyncio
async def test_entities_can_be_given_instead_of_html(bot: telegram.Bot, ada: Phone) -> None:
    entities = [
        telegram.MessageEntity("bold", 0, 2),
        telegram.MessageEntity("text_link", 3, 4, url="https://a.b"),
    ]
    sent = await bot.send_message(ADA, "Hi link", entities=entities)
    assert sent.entities == tuple(entities)
    assert (await ada.sees("Hi link"))["html"].startswith("<b>Hi</b> <a href=")
