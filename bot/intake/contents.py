"""Reads what a person wrote out of a raw Telegram message, in fields known and unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

MOST_PARTS = 20_000
MOST_CHARACTERS = 200_000

# Who and where, not what was written: names that do not go away with the message.
_ENVELOPE: Final = frozenset(
    ("chat", "from", "sender_chat", "via_bot", "sender_business_bot", "sender_user", "guest_bot_caller_user")
)
# Older messages that a newer one carries along.
_CARRIED: Final = ("reply_to_message", "pinned_message")

Json = Mapping[str, object]


class TooLargeError(Exception):
    """A message of more parts or characters than Telegram ever sends: nobody can say what is in it."""


def message_in(update: Json) -> tuple[str, Json] | None:
    """The message a person sent, with the name of the update's kind; None for taps, reactions, membership and so on."""
    for kind, value in update.items():
        if not isinstance(value, dict) or number(value, "message_id") is None:
            continue
        if number(value.get("chat"), "id") is not None and (kind.endswith(("message", "post")) or "from" in value):
            return kind, value
    return None


def chat_of(update: Json) -> int | None:
    """The chat an update without a message belongs to; for those outside chats the person, whose chat has their id."""
    for value in update.values():
        if isinstance(value, dict):
            message = value.get("message")
            places = (value, message if isinstance(message, dict) else {})
            ids = [number(place.get(name), "id") for place in places for name in ("chat", "from", "user")]
            known = [ids[0], ids[3], *ids]
            return next((one for one in known if one is not None), None)
    return None


def number(holder: object, name: str) -> int | None:
    """A whole number in a JSON object; None when it is absent or something else."""
    value = holder.get(name) if isinstance(holder, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def carried(message: Json) -> Iterator[Json]:
    """The older messages inside this one that a person of the same chat wrote."""
    for name in _CARRIED:
        older = message.get(name)
        if not isinstance(older, dict):
            continue
        author = older.get("from")
        if isinstance(author, dict) and author.get("is_bot") is True:
            continue
        chat = number(older.get("chat"), "id")
        if chat is None or chat == number(message.get("chat"), "id"):
            yield older


def strings(message: Json) -> Iterator[tuple[str, str]]:
    """Every text in a message as (name of its top field, text), in reading order; raises TooLargeError.

    Left out: ids made by Telegram (some look like keys), the names of people and chats, carried older messages.
    """
    characters = parts = 0
    for field, content in message.items():
        if field in _ENVELOPE or field in _CARRIED:
            continue
        stack: list[tuple[str, object]] = [(field, content)]
        while stack:
            name, value = stack.pop()
            parts += 1
            if isinstance(value, str):
                if not (name == "id" or name.endswith("_id") or name == "type"):
                    characters += len(value)
                    yield field, value
            elif isinstance(value, dict):
                stack.extend((str(key), inner) for key, inner in reversed(value.items()) if key not in _ENVELOPE)
            elif isinstance(value, list):
                stack.extend((name, inner) for inner in reversed(value))
            if parts > MOST_PARTS or characters > MOST_CHARACTERS:
                raise TooLargeError


def written(message: Json) -> str:
    """The text to read a paste from: text, caption, else whatever texts the message has, one per line."""
    for name in ("text", "caption"):
        value = message.get(name)
        if isinstance(value, str) and value:
            return value
    try:
        return "\n".join(text for field, text in strings(message) if field not in ("quote", "external_reply"))
    except TooLargeError:
        return ""
