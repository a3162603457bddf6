"""What a person can do in their app: write, attach, edit, delete, tap, block, take the bot into a group."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import Any, Final

from sandbox.telegram.account import Account, Tap
from sandbox.telegram.chats import Chat
from sandbox.telegram.contents import CAPTION_LENGTH, TEXT_LENGTH
from sandbox.telegram.formatting import Formatted, finished
from sandbox.telegram.messages import File, Message, Person
from sandbox.telegram.updates import TAP_LIFETIME

EDITABLE_FOR: Final = 48 * 3600
# A grey dot: what a person's photo looks like here.
PICTURE: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGOoBwAAggCBjlL4agAAAABJRU5ErkJggg=="
)


class Impossible(Exception):  # noqa: N818  (a person cannot do this; nothing has gone wrong)
    """An app would not let a person do this; says why, with an HTTP status for the control API."""

    def __init__(self, reason: str, status: int = 400) -> None:
        """Keep the reason and the status."""
        super().__init__(reason)
        self.reason = reason
        self.status = status


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person is about to send."""

    text: str = ""
    photo: bool = False
    document: dict[str, Any] | None = None
    reply_to: int | None = None


def send(account: Account, chat: Chat, draft: Draft) -> tuple[int, int | None]:
    """Send a message; returns its id and that of its update (None if the bot gets none)."""
    if chat.private and chat.blocked:
        raise Impossible("the bot is blocked: unblock it first", 409)
    media = draft.photo or draft.document is not None
    text = finished(Formatted(draft.text))
    if not text.text and not media:
        raise Impossible("a message needs text, a photo or a document")
    if len(text.text) > (CAPTION_LENGTH if media else TEXT_LENGTH):
        raise Impossible("the text is longer than an app sends in one message")
    if draft.reply_to is not None and draft.reply_to not in chat.messages:
        raise Impossible(f"there is no message {draft.reply_to} to reply to", 404)
    message = Message(
        chat_id=chat.id,
        id=chat.new_id(),
        date=int(account.clock.now()),
        by="user",
        text=text.text,
        entities=text.entities,
        photo=_photo(account) if draft.photo else None,
        document=_document(account, draft.document) if draft.document is not None else None,
        reply_to=draft.reply_to,
    )
    chat.open = True
    chat.put(message)
    if not _reaches_bot(chat, message):
        return message.id, None
    return message.id, account.tell(chat, "message", account.seen_by_bot(chat, message))


def _reaches_bot(chat: Chat, message: Message) -> bool:
    """In a group a bot in privacy mode sees commands and replies to itself only."""
    if chat.private:
        return True
    original = chat.messages.get(message.reply_to) if message.reply_to is not None else None
    meant = any(entity["type"] == "bot_command" for entity in message.entities)
    return not chat.blocked and (meant or (original is not None and original.by == "bot"))


def _photo(account: Account) -> File:
    file = File(f"AgAC{account.id}-{account.number()}", "photo.png", "image/png", len(PICTURE), PICTURE, 1280, 720)
    account.files[file.id] = file
    return file


def _document(account: Account, wanted: dict[str, Any]) -> File:
    name, mime, size = wanted.get("name"), wanted.get("mime", "application/octet-stream"), wanted.get("size", 1)
    if not isinstance(name, str) or not name or not isinstance(mime, str) or not isinstance(size, int) or size < 1:
        raise Impossible("a document needs a name, and a mime type and a size that make sense")
    file = File(f"BQAC{account.id}-{account.number()}", name, mime, size)
    account.files[file.id] = file
    return file


def edit(account: Account, chat: Chat, message_id: int, text: str) -> int | None:
    """Edit one's own message; returns the id of the update."""
    message = _message(chat, message_id)
    if message.by != "user":
        raise Impossible("only one's own messages can be edited", 409)
    if account.clock.now() - message.date > EDITABLE_FOR:
        raise Impossible("a message can be edited for 48 hours", 409)
    new = finished(Formatted(text))
    if not new.text and not message.has_media:
        raise Impossible("a message needs text")
    changed = replace(message, text=new.text, entities=new.entities, edit_date=int(account.clock.now()))
    chat.replace(changed)
    if not _reaches_bot(chat, changed):
        return None
    return account.tell(chat, "edited_message", account.seen_by_bot(chat, changed))


def delete(chat: Chat, message_id: int) -> None:
    """Delete a message for both sides; a bot is not told."""
    _message(chat, message_id)
    chat.remove([message_id], "user")


def _message(chat: Chat, message_id: int) -> Message:
    message = chat.messages.get(message_id)
    if message is None:
        raise Impossible(f"there is no message {message_id} in this chat", 404)
    return message


def tap(account: Account, chat: Chat, message_id: int, data: str, *, unseen: bool = False) -> tuple[Tap, int | None]:
    """Press a button; `unseen` lets an app press what it still shows although it has changed or gone."""
    message = chat.messages.get(message_id)
    if not unseen:
        shown = _message(chat, message_id)
        buttons = [button for row in shown.markup.rows for button in row] if shown.markup else []
        if not any(button.get("callback_data") == data for button in buttons):
            raise Impossible(f"message {message_id} has no button with this data", 404)
    pressed = Tap(str(account.id * 1_000_000 + account.number()), chat.id, chat.person.id, account.clock.now())
    account.keep_tap(pressed)
    shown_message = (
        account.seen_by_bot(chat, message)
        if message is not None
        else {"chat": chat.described(), "message_id": message_id, "date": 0}
    )
    query = {
        "id": pressed.id,
        "from": chat.person.seen(),
        "message": shown_message,
        "chat_instance": str(-chat.id * 7919),
        "data": data,
    }
    return pressed, account.tell(chat, "callback_query", query, "user", TAP_LIFETIME)


def block(account: Account, chat: Chat, *, blocked: bool) -> int | None:
    """Block or unblock the bot; returns the id of the update, None if nothing changed."""
    if chat.blocked == blocked:
        return None
    chat.blocked = blocked
    chat.open = True
    chat.note("blocked" if blocked else "unblocked", {})
    return _membership(account, chat, ("member", "kicked") if blocked else ("kicked", "member"))


def join_group(account: Account, person: Person, title: str) -> tuple[Chat, int | None]:
    """Take the bot into a new group; returns the group and the id of the my_chat_member update."""
    chat = account.new_group(title, person)
    update_id = _membership(account, chat, ("left", "member"))
    service = {"new_chat_members": [account.described()]}
    joined = Message(chat.id, chat.new_id(), int(account.clock.now()), "user", service=service)
    chat.put(joined)
    account.tell(chat, "message", account.seen_by_bot(chat, joined))
    return chat, update_id


def _membership(account: Account, chat: Chat, statuses: tuple[str, str]) -> int | None:
    old, new = (_member(account, status) for status in statuses)
    change = {
        "chat": chat.described(),
        "from": chat.person.seen(),
        "date": int(account.clock.now()),
        "old_chat_member": old,
        "new_chat_member": new,
    }
    return account.tell(chat, "my_chat_member", change, "membership")


def _member(account: Account, status: str) -> dict[str, Any]:
    member: dict[str, Any] = {"status": status, "user": account.described()}
    return {**member, "until_date": 0} if status == "kicked" else member


def find_app(chat: Chat, url: str) -> None:
    """Look for a button that opens this Mini App. Raises Impossible where the chat shows none."""
    shown = (button for message in chat.messages.values() for row in message.seen["buttons"] for button in row)
    if not chat.private or not any(button.get("web_app") == url for button in shown):
        raise Impossible("there is no such Mini App button in this chat", 404)
