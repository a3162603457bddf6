"""Reads what a bot wants to show: formatted texts, reply markups, quotes of other messages and files."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, Final

from sandbox.telegram.account import Account
from sandbox.telegram.calls import Arguments, Upload
from sandbox.telegram.chats import Chat
from sandbox.telegram.formatting import BadFormatting, Formatted, finished, parse_html
from sandbox.telegram.messages import File
from sandbox.telegram.refusals import bad_request

TEXT_LENGTH: Final = 4096
CAPTION_LENGTH: Final = 1024
PHOTO_BYTES: Final = 10 * 1024 * 1024
PHOTO_SIDES: Final = 10_000
PHOTO_RATIO: Final = 20
UNKNOWN_SIZE: Final = (512, 512)
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_OTHER_PICTURES: Final = (b"GIF87a", b"GIF89a", b"RIFF", b"BM")


def read_text(values: Mapping[str, Any], too_long: str) -> Formatted:
    """Read a message's text, which must not be empty. Raises Refused; `too_long` is the original's word for that."""
    if not values["text"]:
        raise bad_request("message text is empty")
    text = _formatted(values, "text", "entities")
    if not text.text:
        raise bad_request("text must be non-empty")
    if len(text.text) > TEXT_LENGTH:
        raise bad_request(too_long)
    return text


def read_caption(values: Mapping[str, Any]) -> Formatted:
    """Read a caption, empty if there is none. Raises Refused."""
    caption = _formatted(values, "caption", "caption_entities")
    if len(caption.text) > CAPTION_LENGTH:
        raise bad_request("message caption is too long")
    return caption


def _formatted(values: Mapping[str, Any], text_name: str, entities_name: str) -> Formatted:
    text, mode = values.get(text_name, ""), values.get("parse_mode", "")
    if mode.lower() == "html":
        try:
            return finished(parse_html(text))
        except BadFormatting as error:
            raise bad_request(f"can't parse entities: {error}") from None
    if mode:
        # The stand-in reads the one mode the bot writes.
        raise bad_request("unsupported parse_mode")
    entities = values.get(entities_name, [])
    if not all(_plausible(entity) for entity in entities):
        raise bad_request('can\'t parse MessageEntity: Can\'t find field "type", "offset" or "length"')
    return finished(Formatted(text, tuple(sorted(entities, key=lambda e: (e["offset"], -e["length"])))))


def _plausible(entity: object) -> bool:
    match entity:
        case {"type": "text_link", "offset": int(), "length": int(), "url": url}:
            return isinstance(url, str)
        case {"type": str(kind), "offset": int(), "length": int()}:
            return kind != "text_link"
        case _:
            return False


def read_reply(chat: Chat, values: Mapping[str, Any]) -> int | None:
    """Read which message is answered. Raises Refused if it is not there and must be."""
    reply = values.get("reply_parameters")
    if not reply:
        return None
    message_id = reply.get("message_id")
    if message_id in chat.messages:
        return int(message_id)
    if reply.get("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def read_file(account: Account, call: Arguments, name: str, *, photo: bool) -> File:
    """Find or store the file a call means by one of its parameters. Raises Refused."""
    upload = call.files.get(name)
    return stored(account, upload, photo=photo) if upload else file_meant(account, call, call.values[name], photo=photo)


def file_meant(account: Account, call: Arguments, reference: object, *, photo: bool) -> File:
    """Find the file behind an `attach://` name or an id, storing it if it came with the call. Raises Refused."""
    if not isinstance(reference, str) or not reference:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if reference.startswith("attach://"):
        upload = call.files.get(reference.removeprefix("attach://"))
        if upload is None:
            raise bad_request("can't parse InputMedia: media not found")
        return stored(account, upload, photo=photo)
    if reference.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    file = account.files.get(reference)
    if file is None:
        raise bad_request("wrong remote file identifier specified: Wrong string length")
    if photo and not file.width:
        raise bad_request("can't use file of type Document as Photo")
    return file


def stored(account: Account, upload: Upload, *, photo: bool) -> File:
    """Keep an upload. Raises Refused for an empty file and for a photo that is none."""
    if not upload.content:
        raise bad_request("file must be non-empty")
    width, height = _photo_size(upload.content) if photo else (0, 0)
    file_id = f"{'AgAC' if photo else 'BQAC'}{account.id}-{account.number()}"
    file = File(file_id, upload.name, upload.mime, len(upload.content), upload.content, width, height)
    account.files[file.id] = file
    return file


def _photo_size(content: bytes) -> tuple[int, int]:
    if len(content) > PHOTO_BYTES:
        raise bad_request("file is too big")
    size = _picture_size(content)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if not min(size) or sum(size) > PHOTO_SIDES or max(size) > PHOTO_RATIO * min(size):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return size


def _picture_size(content: bytes) -> tuple[int, int] | None:
    if content.startswith(_PNG) and len(content) >= 24:  # noqa: PLR2004  (signature, length, IHDR, two sides)
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    if content.startswith(_JPEG):
        return _jpeg_size(content)
    return UNKNOWN_SIZE if content.startswith(_OTHER_PICTURES) else None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Look for the frame header (SOF0 to SOF15 without the three that are something else)."""
    position = 2
    while position + 9 <= len(content) and content[position] == 0xFF:  # noqa: PLR2004  (every marker starts so)
        marker, length = content[position + 1], struct.unpack(">H", content[position + 2 : position + 4])[0]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:  # noqa: PLR2004
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return width, height
        position += 2 + length
    return None
