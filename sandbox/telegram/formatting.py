"""Turns Telegram's HTML into plain text with entities, with the original's words for what it cannot read.

Offsets and lengths of entities count UTF-16 code units; offsets in error texts count bytes of UTF-8.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

Entity = dict[str, Any]

_SIMPLE: Final = {
    "b": "bold", "strong": "bold",
    "i": "italic", "em": "italic",
    "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "tg-spoiler": "spoiler", "span": "spoiler",
    "code": "code",
}  # fmt: skip
_TAGS: Final = frozenset({*_SIMPLE, "a", "pre", "blockquote", "tg-emoji"})
_NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE: Final = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot)(?![A-Za-z]));?")
_SPACE: Final = re.compile(r"\s*")
_PLAIN: Final = re.compile(r"[^<&]+")
_START: Final = re.compile(r"<([^\s>]*)")
_END: Final = re.compile(r"</([^\s>]*)\s*(>)?")
_ATTRIBUTE: Final = re.compile(r"""\s*([^\s=>]+)\s*(=)?\s*(?:"([^"]*)(?:"|$)|'([^']*)(?:'|$)|([A-Za-z0-9.\-]*))""")
_LINK: Final = re.compile(r"(?:https?://|\bwww\.)[^\s<>\"]+[^\s<>\".,;:!?)\]}'»]", re.IGNORECASE)
_COMMAND: Final = re.compile(r"(?<![\w/<>@.])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")
_HIGHEST_CHARACTER: Final = 0x10FFFF


class BadFormatting(ValueError):  # noqa: N818  (named for what it says about the text)
    """The text cannot be read; the message is what follows "can't parse entities: "."""


@dataclass(frozen=True, slots=True)
class Formatted:
    """A plain text and its entities, sorted as the Bot API sends them."""

    text: str
    entities: tuple[Entity, ...] = ()


@dataclass(frozen=True, slots=True)
class _Open:
    tag: str
    argument: str
    offset: int
    start: int


def utf16_length(text: str) -> int:
    """Count the UTF-16 code units of a text."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def checked_url(url: str) -> str | None:
    """Return the URL as Telegram would open it, or None if it would not."""
    try:
        parts = urlsplit(url if "://" in url or url.startswith("tg:") else f"http://{url}")
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme == "tg":
        return url
    return parts.geturl() if parts.scheme in {"http", "https"} and host and "." in host else None


def parse_html(source: str) -> Formatted:
    """Read Telegram's HTML. Raises BadFormatting with the original's words."""
    if "<" not in source and "&" not in source:
        return Formatted(source)
    return _Parser(source).parse()


@dataclass(slots=True)
class _Parser:
    source: str
    position: int = 0
    offset: int = 0
    size: int = 0
    parts: list[str] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def parse(self) -> Formatted:
        while self.position < len(self.source):
            if plain := _PLAIN.match(self.source, self.position):
                self._add(plain.group(), plain.end())
            elif self.source[self.position] == "&":
                self._reference()
            elif self.source.startswith("</", self.position):
                self._end_tag()
            else:
                self._start_tag()
        if self.open:
            raise BadFormatting(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return Formatted("".join(self.parts), tuple(sorted(self.entities, key=_order)))

    def _add(self, text: str, position: int) -> None:
        self.parts.append(text)
        self.offset += utf16_length(text)
        self.size += len(text)
        self.position = position

    def _reference(self) -> None:
        text, end = _reference_at(self.source, self.position)
        self._add(text, end)

    def _start_tag(self) -> None:
        begin = self.position
        name = _START.match(self.source, begin)
        if name is None or name.end() == len(self.source):
            raise self._fault("Unclosed start tag", begin)
        tag = name.group(1).lower()
        if tag not in _TAGS:
            raise self._fault(f'Unsupported start tag "{tag}"', begin)
        self.position = name.end()
        argument = self._attributes(tag, begin)
        if tag == "span" and argument != "tg-spoiler":
            raise self._fault('Tag "span" must have class "tg-spoiler"', begin)
        self.open.append(_Open(tag, argument, self.offset, self.size))

    def _attributes(self, tag: str, begin: int) -> str:
        argument = ""
        while True:
            rest = _SPACE.match(self.source, self.position)
            self.position = rest.end() if rest else self.position
            if self.position >= len(self.source):
                raise self._fault(f'Unclosed start tag "{tag}"', begin)
            if self.source[self.position] == ">":
                self.position += 1
                return argument
            found = _ATTRIBUTE.match(self.source, self.position)
            if found is None:
                raise self._fault(f'Empty attribute name in the tag "{tag}"', begin)
            name, equals, double, single, bare = found.groups()
            if equals is None and not (tag == "blockquote" and name == "expandable"):
                raise self._fault(f'Expected equal sign in declaration of an attribute of the tag "{tag}"', begin)
            value = next((text for text in (double, single, bare) if text is not None), "")
            argument = _meaning(tag, name, _unescaped(value)) or argument
            self.position = found.end()

    def _end_tag(self) -> None:
        begin = self.position
        if not self.open:
            raise self._fault("Unexpected end tag", begin)
        found = _END.match(self.source, begin)
        if found is None or found.group(2) is None:
            raise self._fault("Unclosed end tag", begin)
        name, opened = found.group(1).lower(), self.open[-1]
        if name and name != opened.tag:
            raise self._fault("Unmatched end tag", begin, f', expected "</{opened.tag}>", found "</{name}>"')
        self.open.pop()
        self.position = found.end()
        if self.offset > opened.offset:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        place = {"offset": opened.offset, "length": self.offset - opened.offset}
        last = self.entities[-1] if self.entities else None
        inside = last if last is not None and place.items() <= last.items() else None
        match opened.tag:
            case "a":
                url = checked_url(opened.argument or "".join(self.parts)[opened.start :])
                if url is not None:
                    self.entities.append({"type": "text_link", **place, "url": url})
            case "pre":
                if inside is not None and inside["type"] == "code" and inside.get("language"):
                    inside["type"] = "pre"
                else:
                    self.entities.append({"type": "pre", **place})
            case "blockquote":
                kind = "expandable_blockquote" if opened.argument else "blockquote"
                self.entities.append({"type": kind, **place})
            case "tg-emoji":
                if not opened.argument.isdigit():
                    raise BadFormatting("Invalid custom emoji identifier specified")
                self.entities.append({"type": "custom_emoji", **place, "custom_emoji_id": opened.argument})
            case "code" if opened.argument:
                self.entities.append({"type": "code", **place, "language": opened.argument})
            case tag:
                self.entities.append({"type": _SIMPLE[tag], **place})

    def _fault(self, what: str, begin: int, more: str = "") -> BadFormatting:
        place = len(self.source[:begin].encode("utf-8", "surrogatepass"))
        return BadFormatting(f"{what} at byte offset {place}{more}")


def _meaning(tag: str, name: str, value: str) -> str:
    match tag, name:
        case ("a", "href") | ("span", "class") | ("tg-emoji", "emoji-id"):
            return value
        case "code", "class":
            return value.removeprefix("language-") if value.startswith("language-") else ""
        case "blockquote", "expandable":
            return "expandable"
        case _:
            return ""


def _reference_at(source: str, position: int) -> tuple[str, int]:
    found = _REFERENCE.match(source, position)
    if found is None:
        return source[position], position + 1
    hexadecimal, decimal, name = found.groups()
    if name is not None:
        return _NAMED[name], found.end()
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if not 0 < code < _HIGHEST_CHARACTER:
        return source[position], position + 1
    return chr(code), found.end()


def _unescaped(value: str) -> str:
    return _REFERENCE.sub(lambda found: _reference_at(found.group(), 0)[0], value) if "&" in value else value


def _order(entity: Entity) -> tuple[int, int]:
    return entity["offset"], -entity["length"]


def finished(formatted: Formatted) -> Formatted:
    """Trim a text as the original does, move its entities along and add the links and commands found in it."""
    text = formatted.text.rstrip()
    start = len(text) - len(text.lstrip())
    text = text[start:]
    shift, size = utf16_length(formatted.text[:start]), utf16_length(text)
    entities = [moved for entity in formatted.entities if (moved := _moved(entity, shift, size)) is not None]
    if "/" in text or "www." in text:
        entities = sorted([*entities, *_found(text, entities)], key=_order)
    return Formatted(text, tuple(entities))


def _moved(entity: Entity, shift: int, size: int) -> Entity | None:
    begin = max(entity["offset"] - shift, 0)
    end = min(entity["offset"] - shift + entity["length"], size)
    moved = {**entity, "offset": begin, "length": end - begin}
    if moved["type"] == "code":
        moved.pop("language", None)
    return moved if end > begin else None


def _found(text: str, taken: list[Entity]) -> list[Entity]:
    spans = [(e["offset"], e["offset"] + e["length"]) for e in taken if e["type"] in {"code", "pre", "text_link"}]
    entities = []
    for kind, pattern in (("url", _LINK), ("bot_command", _COMMAND)):
        for found in pattern.finditer(text):
            begin = utf16_length(text[: found.start()])
            end = begin + utf16_length(found.group())
            if all(end <= low or begin >= high for low, high in spans):
                entities.append({"type": kind, "offset": begin, "length": end - begin})
                spans.append((begin, end))
    return entities
