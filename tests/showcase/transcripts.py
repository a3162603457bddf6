"""The road in one language, written down as it happened."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser

from flows.languages import Language
from sandbox.telegram.phone import Shown
from tests.showcase.road import Step, Walker

HEAD = """# {name}

The road from hello to a bot that has bought something, played by `make showcase` with the real bot in the sandbox.
Names drawn by lot are replaced by fixed ones.
"""
DEEDS = {"says": "Ada writes", "taps": "Ada taps", "pastes": "Ada pastes", "enters": "Ada enters"}
PRIVATELY = (
    "## By the private form\n\nThe same as far as the keys. Then they are entered on a page of the bot itself.\n"
)
MARKED = frozenset({"b", "i", "code"})
"""As HTML: Markdown's stars do not end a word whose neighbour is a Chinese letter."""
SPECIAL = re.compile(r"([\\*_\[\]<>~|#])")


QUOTE, UNQUOTE = "\x02", "\x03"


def escaped(text: str) -> str:
    """Keep Markdown from reading anything into a text."""
    return SPECIAL.sub(r"\\\1", text)


class _Markdown(HTMLParser):
    """Writes a message's HTML as Markdown; quotes stand between two marks."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  (its name is given)
        self.text += f"\n{QUOTE}\n" if tag == "blockquote" else f"<{tag}>" if tag in MARKED else ""

    def handle_endtag(self, tag: str) -> None:
        self.text += f"\n{UNQUOTE}\n" if tag == "blockquote" else f"</{tag}>" if tag in MARKED else ""

    def handle_data(self, data: str) -> None:
        self.text += escaped(data)


def markdown(message: str) -> list[str]:
    """Give a message's lines as Markdown; each ends where Telegram ends it."""
    parser = _Markdown()
    parser.feed(message)
    lines: list[str] = []
    depth = ""
    for line in parser.text.splitlines():
        if line in {QUOTE, UNQUOTE}:
            depth = "> " if line == QUOTE else ""
            lines += [""] if lines and lines[-1] else []
        elif line or (lines and lines[-1]):
            lines.append(f"{depth}{line}".rstrip())
    return broken(lines if lines and lines[-1] else lines[:-1])


def broken(lines: list[str]) -> list[str]:
    """End each line with a break, unless the paragraph ends there."""
    return [f"{line}\\" if line and follows else line for line, follows in zip(lines, [*lines, ""][1:], strict=True)]


def keys(shown: Shown) -> list[str]:
    """Give the rows of buttons."""
    rows = [[escaped(each["text"]) + (" ↗" if "url" in each else "") for each in row] for row in shown["buttons"]]
    return broken([" ".join(f"\\[{label}\\]" for label in row) for row in rows])


def lines_of(step: Step, *, leftward: bool) -> Iterable[str]:
    """Write one step down: what Ada did, and what she saw then."""
    yield f"{DEEDS[step.did]} **{escaped(step.words)}**"
    yield ""
    told = [*(["🖼", ""] if step.shown["photo"] else []), *markdown(step.shown["html"])]
    told += ["", *keys(step.shown)] if step.shown["buttons"] else []
    if leftward:
        yield from ['<div dir="rtl">', ""]
    yield from (f"> {line}".rstrip() for line in told)
    if leftward:
        yield from ["", "</div>"]
    yield ""


def page(walker: Walker, language: Language) -> str:
    """Give the whole page of one language."""
    body = [line for step in walker.steps for line in lines_of(step, leftward=language.leftward)]
    private = [line for step in walker.privately for line in lines_of(step, leftward=language.leftward)]
    head = HEAD.format(name=language.own_name)
    return walker.lasting("\n".join([head, *body, PRIVATELY, *private]))
