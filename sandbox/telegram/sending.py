"""The methods that put something into a chat."""

from __future__ import annotations

from typing import Any, Final

from sandbox.telegram.account import Account
from sandbox.telegram.calls import Arguments
from sandbox.telegram.chats import Chat
from sandbox.telegram.contents import read_caption, read_file, read_reply, read_text
from sandbox.telegram.formatting import Formatted
from sandbox.telegram.keyboards import read_markup
from sandbox.telegram.messages import File, Message
from sandbox.telegram.refusals import bad_request

ACTIONS: Final = frozenset(
    {
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
        "choose_sticker", "find_location", "record_video_note", "upload_video_note",
    }
)  # fmt: skip


def send_message(account: Account, call: Arguments) -> dict[str, Any]:
    """Answer sendMessage."""
    chat = _place(account, call)
    return _post(account, chat, call, read_text(call.values, "message is too long"))


def send_photo(account: Account, call: Arguments) -> dict[str, Any]:
    """Answer sendPhoto."""
    chat = _place(account, call)
    caption = read_caption(call.values)
    return _post(account, chat, call, caption, photo=read_file(account, call, "photo", photo=True))


def send_document(account: Account, call: Arguments) -> dict[str, Any]:
    """Answer sendDocument."""
    chat = _place(account, call)
    caption = read_caption(call.values)
    return _post(account, chat, call, caption, document=read_file(account, call, "document", photo=False))


def send_chat_action(account: Account, call: Arguments) -> bool:
    """Answer sendChatAction."""
    chat = _place(account, call)
    if call.values["action"] not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat.note("action", {"action": call.values["action"]})
    return True


def _place(account: Account, call: Arguments) -> Chat:
    if call.values.get("business_connection_id"):
        raise bad_request("business connection not found")
    chat = account.writable(call.values["chat_id"])
    if call.values.get("message_thread_id") or call.values.get("direct_messages_topic_id"):
        raise bad_request("message thread not found")
    return chat


def _post(
    account: Account, chat: Chat, call: Arguments, text: Formatted, *, photo: File | None = None,
    document: File | None = None,
) -> dict[str, Any]:  # fmt: skip
    values = call.values
    markup = read_markup(values.get("reply_markup"), private=chat.private)
    reply_to = read_reply(chat, values)
    message = Message(
        chat_id=chat.id,
        id=chat.new_id(),
        date=int(account.clock.now()),
        by="bot",
        text=text.text,
        entities=text.entities,
        photo=photo,
        document=document,
        markup=markup,
        reply_to=reply_to,
        protect_content=values.get("protect_content", False),
        caption_above=values.get("show_caption_above_media", False),
        effect_id=values.get("message_effect_id"),
        preview=values.get("link_preview_options") or None,
    )
    chat.put(message)
    return account.seen_by_bot(chat, message)
