"""Draws a text with entities as HTML that a page may show as it is: only known tags, everything else escaped."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

_TAGS = {
    "bold": ("<b>", "</b>"),
    "italic": ("<i>", "</i>"),
    "underline": ("<u>", "</u>"),
    "strikethrough": ("<s>", "</s>"),
    "spoiler": ('<span class="tg-spoiler">', "</span>"),
    "code": ("<code>", "</code>"),
    "pre": ("<pre>", "</pre>"),
    "blockquote": ("<blockquote>", "</blockquote>"),
    "expandable_blockquote": ('<blockquote class="expandable">', "</blockquote>"),
}
_SAFE = ("http://", "https://", "tg:")
_LINK = '<a href="{}" target="_blank" rel="noopener noreferrer">'


def rendered(text: str, entities: Sequence[dict[str, Any]]) -> str:
    """Return safe HTML for a text; line breaks stay line breaks (show it with `white-space: pre-wrap`)."""
    if not entities:
        return html.escape(text)
    units = text.encode("utf-16-le", "surrogatepass")
    pieces: list[str] = []
    open_until: list[tuple[int, str]] = []
    position = 0

    def advance(to: int) -> None:
        nonlocal position
        pieces.append(html.escape(units[2 * position : 2 * to].decode("utf-16-le", "replace")))
        position = to

    for entity in entities:
        begin, end = entity["offset"], entity["offset"] + entity["length"]
        while open_until and open_until[-1][0] <= begin:
            advance(open_until[-1][0])
            pieces.append(open_until.pop()[1])
        if begin < position or (open_until and end > open_until[-1][0]):
            continue
        tags = _tags(entity, units[2 * begin : 2 * end].decode("utf-16-le", "replace"))
        if tags is not None:
            advance(begin)
            pieces.append(tags[0])
            open_until.append((end, tags[1]))
    while open_until:
        end, tag = open_until.pop()
        advance(end)
        pieces.append(tag)
    advance(len(units) // 2)
    return "".join(pieces)


def _tags(entity: dict[str, Any], covered: str) -> tuple[str, str] | None:
    match entity["type"]:
        case "text_link" if not entity["url"].lower().startswith(_SAFE):
            return None
        case "text_link":
            return _LINK.format(html.escape(entity["url"])), "</a>"
        case "url":
            address = covered if "://" in covered else f"http://{covered}"
            return _LINK.format(html.escape(address)), "</a>"
        case "bot_command":
            return f'<span class="tg-command" data-command="{html.escape(covered)}">', "</span>"
        case kind:
            return _TAGS.get(kind)
