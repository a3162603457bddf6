"""Judges every incoming update, as raw JSON, before anything else sees it: whether its message may stay in the chat.

It reads the raw form because a message may be of a kind the Telegram library does not know, and because the library
logs what it cannot parse. A secret that somebody divides over two messages cannot be recognised in either half, unless
a secret is awaited: then each half goes for not being plain talk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from bot.intake.contents import Json, TooLargeError, carried, chat_of, message_in, number, strings, written
from bot.intake.noticing import notice
from bot.intake.shapes import Shape
from bot.intake.talk import is_command, is_plain_talk
from deploy.secret import Secret


class Why(Enum):
    """The reason a message must go, or that it need not."""

    HARMLESS = auto()
    EXPECTED = auto()
    FILE = auto()
    LOOKS_LIKE_ALPACA_KEY = auto()
    LOOKS_LIKE_CLOUDFLARE_TOKEN = auto()
    GLOBAL_API_KEY = auto()
    BOT_TOKEN = auto()
    TOO_LARGE = auto()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with an update: which messages of which chat to delete, why, and the text to read a paste from.

    `why` is EXPECTED or FILE only at a step that awaits a secret. `text` is set only when the message goes.
    `business_connection_id` is set when the message came over such a connection, which deleting then has to name.
    """

    delete: bool
    why: Why
    chat_id: int | None
    message_ids: tuple[int, ...] = ()
    text: Secret | None = None
    kind: str = ""
    business_connection_id: str | None = None


_WHY: Final = {
    Shape.KEY_ID: Why.LOOKS_LIKE_ALPACA_KEY,
    Shape.SECRET: Why.LOOKS_LIKE_ALPACA_KEY,
    Shape.CLOUDFLARE_TOKEN: Why.LOOKS_LIKE_CLOUDFLARE_TOKEN,
    Shape.GLOBAL_API_KEY: Why.GLOBAL_API_KEY,
    Shape.BOT_TOKEN: Why.BOT_TOKEN,
}
_USABLE: Final = (Why.LOOKS_LIKE_ALPACA_KEY, Why.LOOKS_LIKE_CLOUDFLARE_TOKEN)
_FILES: Final = frozenset(
    ("document", "photo", "video", "animation", "audio", "voice", "video_note", "sticker", "live_photo", "paid_media")
)
# What stands beside the words of a text message; searched for keys, but no reason by itself to call it a secret.
_BESIDE: Final = frozenset(
    (
        *("text", "entities", "forward_origin", "external_reply", "reply_to_story", "quote", "link_preview_options"),
        *("author_signature", "sender_tag", "suggested_post_info", "direct_messages_topic"),
    )
)
_SHORTEST_SECRET = 16


def judge(update: Json, *, expecting_secret: bool, buttons: Collection[str] = ()) -> Verdict:
    """Decide about one update of any kind; never raises, whatever the update holds.

    `expecting_secret`: the chat is at a step that asks for one, so all goes but commands, plain talk and the texts of
    reply `buttons`. Otherwise only what looks like a key goes, and files stay unless their name or caption does.
    """
    found = message_in(update)
    if found is None:
        kind = next((name for name in update if name != "update_id"), "")
        return Verdict(delete=False, why=Why.HARMLESS, chat_id=chat_of(update), kind=kind)
    kind, message = found
    older = [one for one in carried(message) if _suspicion(one) is not Why.HARMLESS]
    why = _reason(message, expecting_secret=expecting_secret, buttons=buttons)
    if why is Why.HARMLESS and older:
        why = _suspicion(older[0])
    going = why is not Why.HARMLESS
    text = written(message) if going else ""
    connection = message.get("business_connection_id")
    return Verdict(
        delete=going,
        why=why,
        chat_id=number(message.get("chat"), "id"),
        message_ids=_ids((message, *older)) if going else (),
        text=Secret(text) if text else None,
        kind=kind,
        business_connection_id=connection if isinstance(connection, str) else None,
    )


def _reason(message: Json, *, expecting_secret: bool, buttons: Collection[str]) -> Why:
    why = _suspicion(message)
    if not expecting_secret:
        return why
    if why in _USABLE:
        return Why.EXPECTED
    if why is not Why.HARMLESS or _may_stay(message, buttons):
        return why
    return Why.FILE if _FILES & message.keys() else Why.EXPECTED


def _suspicion(message: Json) -> Why:
    """What the message looks like by itself: each text in it, and those of one field together, as rich text is cut."""
    try:
        texts = list(strings(message))
    except TooLargeError:
        return Why.TOO_LARGE
    candidates = [text for _, text in texts if len(text) >= _SHORTEST_SECRET]
    for field in {field for field, _ in texts} - _FILES:
        parts = [text for name, text in texts if name == field]
        if len(parts) > 1:
            candidates += ["".join(parts), "\n".join(parts)]
    for text in candidates:
        shape = notice(text)
        if shape is not None:
            return _WHY[shape]
    return Why.HARMLESS


def _may_stay(message: Json, buttons: Collection[str]) -> bool:
    """Whether this is a command, a button's text or plain talk, with nothing else of substance in the message."""
    text = message.get("text")
    if not isinstance(text, str) or _FILES & message.keys():
        return False
    if any(field not in _BESIDE and len(extra) >= _SHORTEST_SECRET for field, extra in strings(message)):
        return False
    entities = message.get("entities")
    hidden = any(isinstance(one, dict) and "url" in one for one in entities) if isinstance(entities, list) else False
    return not hidden and (text in buttons or is_command(text) or is_plain_talk(text))


def _ids(messages: Iterable[Json]) -> tuple[int, ...]:
    ids = [number(message, "message_id") for message in messages]
    return tuple(dict.fromkeys(one for one in ids if one is not None))
