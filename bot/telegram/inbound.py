"""Reads a raw update: who, where, and what it is. What python-telegram-bot cannot parse is told apart, never logged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from telegram import Bot, Update

from bot.telegram.keyboards import Data, decode


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an update comes from."""

    update_id: int
    chat_id: int
    user_id: int
    language: str
    kind: str


@dataclass(frozen=True, slots=True)
class Words:
    """A message; `text` is never printed."""

    origin: Origin
    message_ids: tuple[int, ...]
    text: str
    date: int
    edited: bool

    def __repr__(self) -> str:
        """Show where it is, not what it says."""
        return f"Words({self.origin!r}, {self.message_ids!r})"


@dataclass(frozen=True, slots=True)
class Press:
    """A tap on a button of the message `message_id`."""

    origin: Origin
    callback_id: str
    message_id: int
    data: Data | None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Something in a group or channel."""

    origin: Origin


@dataclass(frozen=True, slots=True)
class Membership:
    """The bot was blocked or let in again by a user."""

    origin: Origin
    blocked: bool


@dataclass(frozen=True, slots=True)
class Poison:
    """An update nobody can read; only its number and kind are kept."""

    update_id: int
    chat_id: int | None
    kind: str


Incoming: TypeAlias = "Words | Press | Elsewhere | Membership | Poison"


def kind_of(raw: Mapping[str, Any]) -> str:
    """Name what an update carries, by its field."""
    return next((name for name in raw if name != "update_id"), "nothing")


def read(raw: Mapping[str, Any], bot: Bot) -> Incoming:
    """Read an update that must not raise, whatever it holds."""
    number = raw.get("update_id")
    update_id = number if isinstance(number, int) else 0
    kind = kind_of(raw)[:40]
    try:
        update = Update.de_json(_brief(raw), bot)
        return _read(update, raw, kind) or Poison(update_id, chat_of(raw), kind)
    except Exception:  # noqa: BLE001  (whatever is wrong with it, it is the update's fault and holds a user's words)
        return Poison(update_id, chat_of(raw), kind)


def chat_of(raw: Mapping[str, Any]) -> int | None:
    """Find the chat an update belongs to, without trusting its shape."""
    for value in raw.values():
        if not isinstance(value, Mapping):
            continue
        message = value.get("message", value)
        chat = message.get("chat") if isinstance(message, Mapping) else None
        if isinstance(chat, Mapping) and isinstance(chat.get("id"), int):
            return int(chat["id"])
    return None


def _brief(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what nobody reads of a tap, its message's text and buttons: they take longer than all the rest."""
    query = raw.get("callback_query")
    message = query.get("message") if isinstance(query, Mapping) else None
    if not isinstance(query, Mapping) or not isinstance(message, Mapping):
        return dict(raw)
    # A date of 0 is how Telegram itself writes a message of which it no longer tells more.
    known = {"message_id": message.get("message_id"), "chat": message.get("chat"), "date": 0}
    return {**raw, "callback_query": {**query, "message": known}}


def _read(update: Update, raw: Mapping[str, Any], kind: str) -> Incoming | None:
    chat, user = update.effective_chat, update.effective_user
    if chat is None:
        return None
    sender = user.id if user else chat.id
    origin = Origin(update.update_id, chat.id, sender, (user.language_code if user else None) or "", kind)
    if chat.type != "private":
        return Elsewhere(origin)
    if update.callback_query is not None:
        query = update.callback_query
        message_id = query.message.message_id if query.message else 0
        return Press(origin, query.id, message_id, decode(query.data or ""))
    if update.my_chat_member is not None:
        return Membership(origin, update.my_chat_member.new_chat_member.status in {"kicked", "left"})
    message = update.effective_message
    if message is None:
        return None
    text = message.text or message.caption or ""
    stamp = raw.get(kind, {}).get("date", 0)
    return Words(origin, (message.message_id,), text, stamp, edited=kind.startswith("edited"))
