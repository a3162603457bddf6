"""The texts that stand in a JavaScript file, comments and patterns left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SKIPPED = re.compile(r"//[^\n]*|/\*.*?\*/|\s+", re.DOTALL)
_PATTERN = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*")  # a regular expression
_QUOTED = re.compile(r"\"((?:\\.|[^\"\\])*)\"|'((?:\\.|[^'\\])*)'")
_WORD = re.compile(r"[\w$]+|.", re.DOTALL)
_BEFORE_PATTERN = {"", "(", ",", "=", ":", "[", "!", "&", "|", "?", "{", "}", ";", ">", "return", "typeof"}


def texts(source: str) -> Iterator[str]:
    """Give every text; what is filled into a template stays in it as ${...}, and texts in there come by themselves."""
    at, before = 0, ""
    while at < len(source):
        if found := _SKIPPED.match(source, at):
            at = found.end()
        elif found := _QUOTED.match(source, at):
            yield (found[1] if found[1] is not None else found[2]).replace('\\"', '"')
            at, before = found.end(), "text"
        elif source[at] == "`":
            end = _end_of_template(source, at + 1)
            whole = source[at + 1 : end]
            yield whole
            for inner in filled_into(whole):
                yield from texts(inner)
            at, before = end + 1, "text"
        elif before in _BEFORE_PATTERN and (found := _PATTERN.match(source, at)):
            at, before = found.end(), "pattern"
        else:
            found = _WORD.match(source, at)
            assert found
            at, before = found.end(), found[0]


def filled_into(template: str) -> list[str]:
    """List what a template has between ${ and its }."""
    found, at = [], 0
    while (start := template.find("${", at)) >= 0:
        at = _end_of_braces(template, start + 2)
        found.append(template[start + 2 : at])
    return found


def _end_of_template(source: str, at: int) -> int:
    while source[at] != "`":
        at = _end_of_braces(source, at + 2) + 1 if source.startswith("${", at) else at + 1 + (source[at] == "\\")
    return at


def _end_of_braces(source: str, at: int) -> int:
    depth = 1
    while True:
        if source[at] == "`":
            at = _end_of_template(source, at + 1)
        depth += (source[at] == "{") - (source[at] == "}")
        if depth == 0:
            return at
        at += 1
