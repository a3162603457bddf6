"""What a chat is made of: people, files and messages, and how each looks to the bot and to a person's app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal
from urllib.parse import quote

from sandbox.telegram.formatting import Entity
from sandbox.telegram.keyboards import Markup, seen_buttons
from sandbox.telegram.rendering import rendered

By = Literal["user", "bot"]


@dataclass(slots=True)
class Person:
    """A Telegram user; `id` is also the id of their private chat with the bot."""

    id: int
    first_name: str = "Ada"
    language_code: str | None = "en"

    def seen(self) -> dict[str, Any]:
        """Shape a User object."""
        user: dict[str, Any] = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.language_code:
            user["language_code"] = self.language_code
        return user


@dataclass(frozen=True, slots=True)
class File:
    """A stored file; a person's upload has a size and no content."""

    id: str
    name: str
    mime: str
    size: int
    content: bytes | None = None
    width: int = 0
    height: int = 0

    @property
    def url(self) -> str:
        """Say where a person's app loads it from."""
        return f"/_sandbox/files/{quote(self.id)}/{quote(self.name)}"

    @property
    def path(self) -> str:
        """Say what getFile calls its path."""
        return f"{'photos' if self.width else 'documents'}/{quote(self.id)}/{quote(self.name)}"

    def as_photo(self) -> list[dict[str, Any]]:
        """Shape the sizes of a photo; one is enough."""
        return [{**self._named(), "width": self.width, "height": self.height}]

    def as_document(self) -> dict[str, Any]:
        """Shape a Document object."""
        return {**self._named(), "file_name": self.name, "mime_type": self.mime}

    def _named(self) -> dict[str, Any]:
        return {"file_id": self.id, "file_unique_id": f"u{self.id}", "file_size": self.size}


@dataclass(frozen=True)
class Message:
    """One state of one message; an edit makes another state, so a recorded event keeps what was shown then."""

    chat_id: int
    id: int
    date: int
    by: By
    text: str = ""
    entities: tuple[Entity, ...] = ()
    photo: File | None = None
    document: File | None = None
    markup: Markup | None = None
    edit_date: int | None = None
    reply_to: int | None = None
    protect_content: bool = False
    caption_above: bool = False
    effect_id: str | None = None
    preview: Mapping[str, Any] | None = None
    service: Mapping[str, Any] | None = None

    @property
    def has_media(self) -> bool:
        """Tell whether the text is a caption."""
        return self.photo is not None or self.document is not None

    @property
    def same_content(self) -> tuple[object, ...]:
        """Give what an edit must change in order to be an edit."""
        markup = self.markup.raw if self.markup is not None else None
        return self.text, self.entities, self.photo, self.document, markup, self.caption_above, self.preview

    def content(self) -> dict[str, Any]:
        """Give the fields of the Message object that are the message's own: no chat, no sender, no reply."""
        fields: dict[str, Any] = {"message_id": self.id, "date": self.date, **(self.service or {})}
        text, entities = ("caption", "caption_entities") if self.has_media else ("text", "entities")
        if self.text:
            fields[text] = self.text
        if self.entities:
            fields[entities] = self.entities
        return fields | {name: value for name, value in self._optional().items() if value}

    def _optional(self) -> dict[str, Any]:
        inline = self.markup is not None and self.markup.kind == "inline_keyboard"
        return {
            "photo": self.photo.as_photo() if self.photo else None,
            "document": self.document.as_document() if self.document else None,
            "edit_date": self.edit_date,
            "has_protected_content": self.protect_content,
            "show_caption_above_media": self.caption_above,
            "effect_id": self.effect_id,
            "link_preview_options": self.preview,
            "reply_markup": {"inline_keyboard": self.markup.rows} if inline and self.markup else None,
        }

    @cached_property
    def seen(self) -> dict[str, Any]:
        """Describe the message as a person's app shows it."""
        raw = self.markup.raw if self.markup else {}
        kind = self.markup.kind if self.markup else ""
        placeholder = raw.get("input_field_placeholder")
        return {
            "id": self.id,
            "from": self.by,
            "date": self.date,
            "edited": self.edit_date is not None,
            "text": "" if self.has_media else self.text,
            "caption": self.text if self.has_media else None,
            "html": rendered(self.text, self.entities),
            "entities": self.entities,
            "photo": {"url": self.photo.url, "width": self.photo.width, "height": self.photo.height}
            if self.photo
            else None,
            "document": {"name": self.document.name, "url": self.document.url, "mime": self.document.mime,
                         "size": self.document.size} if self.document else None,
            "buttons": seen_buttons(self.markup),
            "reply_keyboard": self.markup.rows if self.markup and kind == "keyboard" else None,
            "remove_keyboard": kind == "remove_keyboard",
            "force_reply": {"placeholder": placeholder} if raw.get("force_reply") else None,
            "reply_to": self.reply_to,
            "protect_content": self.protect_content,
            "service": self.service,
        }  # fmt: skip


EDITABLE_FOR_EVER: Final = ("inline_keyboard",)
"""A message sent with any other reply markup can never be edited."""


def can_be_edited(message: Message) -> bool:
    """Tell whether the bot may edit the message: its own, without markup or with an inline keyboard."""
    own = message.by == "bot" and message.service is None
    return own and (message.markup is None or message.markup.kind in EDITABLE_FOR_EVER)
