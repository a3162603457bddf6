"""Reads the plain part of YAML that ops/ keeps to: blocks of mappings, lists and scalars; anything else is refused.

Less than YAML on purpose: no tabs, no anchors, no flow but an empty mapping, no key twice. What this reads, every YAML
reader reads the same way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_ENTRY = re.compile(r"([A-Za-z_][\w.-]*):(?: (.+))?")
_BARE = re.compile(r"[^\s\"'\[\]{}&*!|>%@`#,?:-][^#]*|-?\d+")


class NotPlain(ValueError):  # noqa: N818  (says what it is)
    """A line is not plain YAML."""


@dataclass(frozen=True)
class Line:
    number: int
    indent: int
    text: str


def read(text: str) -> Any:
    """Read a document."""
    lines = [
        Line(number, len(raw) - len(raw.lstrip(" ")), raw.strip())
        for number, raw in enumerate(text.splitlines(), 1)
        if raw.strip() and not raw.strip().startswith("#")
    ]
    if "\t" in text or any(line.indent % 2 for line in lines):
        raise NotPlain("tabs, or an odd indent")
    value, rest = _block(lines, 0)
    if rest:
        raise NotPlain(f"line {rest[0].number} is indented like nothing above it")
    return value


def _block(lines: list[Line], indent: int) -> tuple[Any, list[Line]]:
    return _list(lines, indent) if lines[0].text.startswith("- ") else _mapping(lines, indent)


def _list(lines: list[Line], indent: int) -> tuple[list[Any], list[Line]]:
    found: list[Any] = []
    while lines and lines[0].indent == indent:
        if not lines[0].text.startswith("- "):
            raise NotPlain(f"line {lines[0].number} is no entry of its list")
        found.append(_scalar(lines[0], lines[0].text[2:]))
        lines = lines[1:]
    return found, lines


def _mapping(lines: list[Line], indent: int) -> tuple[dict[str, Any], list[Line]]:
    found: dict[str, Any] = {}
    while lines and lines[0].indent == indent:
        line, lines = lines[0], lines[1:]
        match = _ENTRY.fullmatch(line.text)
        if match is None or match[1] in found:
            raise NotPlain(f"line {line.number} is no new entry of its mapping")
        if match[2] is not None:
            found[match[1]] = _scalar(line, match[2])
        elif lines and lines[0].indent == indent + 2:
            found[match[1]], lines = _block(lines, indent + 2)
        else:
            raise NotPlain(f"line {line.number} has no value")
    return found, lines


def _scalar(line: Line, text: str) -> Any:
    if text == "{}":
        return {}
    if quoted := re.fullmatch(r'"([^"\\]*)"', text):
        return quoted[1]
    if not _BARE.fullmatch(text) or ": " in text or text.endswith(":"):
        raise NotPlain(f"line {line.number} wants quotes")
    return {"true": True, "false": False}.get(text, int(text) if re.fullmatch(r"\d+", text) else text)
