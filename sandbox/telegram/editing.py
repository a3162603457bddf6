"""The methods that change or remove what stands in a chat already."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from sandbox.telegram.account import Account
from sandbox.telegram.calls import Arguments, missing
from sandbox.telegram.chats import Chat
from sandbox.telegram.contents import file_meant, read_caption, read_text
from sandbox.telegram.keyboards import Markup, read_markup
from sandbox.telegram.messages import Message, can_be_edited
from sandbox.telegram.refusals import NOT_MODIFIED, OLD_QUERY, Refused, bad_request

DELETABLE_FOR: Final = 48 * 3600
IDS_AT_ONCE: Final = 100
ANSWER_LENGTH: Final = 200
ANSWERABLE_FOR: Final = 150.0
_MEDIA_FIELDS: Final = frozenset(
    {
        "type", "media", "caption", "parse_mode", "caption_entities", "show_caption_above_media", "has_spoiler",
        "thumbnail", "disable_content_type_detection",
    }
)  # fmt: skip


def edit_text(account: Account, call: Arguments) -> dict[str, Any]:
    """Answer editMessageText."""
    chat, message = _target(account, call)
    if message.has_media:
        raise bad_request("there is no text in the message to edit")
    text = read_text(call.values, "MESSAGE_TOO_LONG")
    preview = call.values.get("link_preview_options") or None
    return _changed(account, chat, call, message, text=text.text, entities=text.entities, preview=preview)


def edit_caption(account: Account, call: Arguments) -> dict[str, Any]:
    """Answer editMessageCaption."""
    chat, message = _target(account, call)
    if not message.has_media:
        raise bad_request("there is no caption in the message to edit")
    caption = read_caption(call.values)
    above = call.values.get("show_caption_above_media", False)
    return _changed(account, chat, call, message, text=caption.text, entities=caption.entities, caption_above=above)


def edit_media(account: Account, call: Arguments) -> dict[str, Any]:
    """Answer editMessageMedia, for photos and documents; a text message may become one."""
    chat, message = _target(account, call)
    media = call.values["media"]
    if unknown := next((name for name in media if name not in _MEDIA_FIELDS), None):
        raise bad_request(f'unknown field "{unknown}" in InputMedia')
    if media.get("type") not in {"photo", "document"}:
        raise bad_request("can't parse InputMedia: type of the media is unsupported")
    caption = read_caption(media)
    photo = media["type"] == "photo"
    file = file_meant(account, call, media.get("media"), photo=photo)
    return _changed(
        account, chat, call, message, text=caption.text, entities=caption.entities, preview=None,
        photo=file if photo else None, document=None if photo else file,
        caption_above=bool(media.get("show_caption_above_media")),
    )  # fmt: skip


def edit_markup(account: Account, call: Arguments) -> dict[str, Any]:
    """Answer editMessageReplyMarkup."""
    chat, message = _target(account, call)
    return _changed(account, chat, call, message)


def _target(account: Account, call: Arguments) -> tuple[Chat, Message]:
    values = call.values
    if values.get("business_connection_id"):
        raise bad_request("business connection not found")
    if values.get("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    for name in ("chat_id", "message_id"):
        if name not in values:
            raise missing(name)
    chat = account.writable(values["chat_id"])
    message = chat.messages.get(values["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    if not can_be_edited(message):
        raise bad_request("message can't be edited")
    return chat, message


def _changed(account: Account, chat: Chat, call: Arguments, message: Message, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    changed = replace(message, markup=_inline(chat, call), **changes)
    if changed.same_content == message.same_content:
        raise bad_request(NOT_MODIFIED)
    changed = replace(changed, edit_date=int(account.clock.now()))
    chat.replace(changed)
    return account.seen_by_bot(chat, changed)


def _inline(chat: Chat, call: Arguments) -> Markup | None:
    markup = read_markup(call.values.get("reply_markup"), private=chat.private)
    if markup is not None and markup.kind != "inline_keyboard":
        raise bad_request("inline keyboard expected")
    return markup


def delete_message(account: Account, call: Arguments) -> bool:
    """Answer deleteMessage."""
    chat, message_id = account.chat(call.values["chat_id"]), call.values["message_id"]
    if message_id not in chat.messages:
        raise bad_request("message to delete not found")
    return _deleted(account, chat, [message_id])


def delete_messages(account: Account, call: Arguments) -> bool:
    """Answer deleteMessages: ids of messages that are not there are skipped."""
    ids = call.values["message_ids"]
    if not ids:
        raise missing("message_ids")
    if len(ids) > IDS_AT_ONCE:
        raise bad_request("too many message identifiers specified")
    if not all(isinstance(message_id, int) and not isinstance(message_id, bool) for message_id in ids):
        raise bad_request("invalid message identifier specified")
    chat = account.chat(call.values["chat_id"])
    present = [message_id for message_id in dict.fromkeys(ids) if message_id in chat.messages]
    return _deleted(account, chat, present) if present else True


def _deleted(account: Account, chat: Chat, ids: list[int]) -> bool:
    for message in map(chat.messages.__getitem__, ids):
        if reason := _undeletable(account, chat, message):
            raise reason
    chat.remove(ids, "bot")
    return True


def _undeletable(account: Account, chat: Chat, message: Message) -> Refused | None:
    if not chat.private and message.by != "bot":
        return bad_request("message can't be deleted")
    if account.clock.now() - message.date >= DELETABLE_FOR:
        return bad_request("message can't be deleted for everyone")
    return None


def answer_tap(account: Account, call: Arguments) -> bool:
    """Answer answerCallbackQuery; a second answer to the same tap is accepted and shows nothing."""
    values = call.values
    tap = account.taps.get(values["callback_query_id"])
    if tap is None or account.clock.now() - tap.at > ANSWERABLE_FOR:
        raise bad_request(OLD_QUERY)
    text = values.get("text", "")
    if len(text) > ANSWER_LENGTH:
        raise bad_request("MESSAGE_TOO_LONG")
    own_link = f"https://t.me/{account.username.lower()}?"
    if (url := values.get("url")) and not url.lower().startswith(own_link):
        raise bad_request("URL_INVALID")
    if tap.answer is None:
        tap.answer = {"text": text, "alert": values.get("show_alert", False)}
        account.chats[tap.chat_id].note("answered", {"callback_id": tap.id, **tap.answer})
        tap.answered.set()
    return True
