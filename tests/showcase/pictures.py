"""Screens of the real chat as a phone shows them: SVG, which is text, with nothing from elsewhere.

Light or dark as the reader's browser is; the letters are laid out by that browser.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flows.languages import Language
from tests.showcase.road import Step, Walker
from tests.showcase.vector import drawn_as

LOOK = (Path(__file__).parent / "look.css").read_text(encoding="utf-8").replace("\n", "")
BLOCK_END: Final = re.compile(r"</blockquote>\n")
LOGO: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="16" fill="#1b66d6"/>'
    '<path d="M4 17.5c5-8 9-8 12-1.7c3-6.3 7-6.3 12 1.7c-5-3.2-9-2.2-12 4c-3-6.2-7-7.2-12-4z" fill="#fff"/>'
    "</svg>"
)


@dataclass(frozen=True, slots=True)
class Motif:
    """One picture: its file's name, the step it shows and the language."""

    name: str
    step: str
    title: str
    language: Language = Language.ENGLISH


MOTIFS: Final = (
    Motif("hello", "hello", "The chat after Start: what Soar does, in four lines, and a button to begin"),
    Motif("mode", "mode", "Practice or real money, with a hint for the first bot"),
    Motif("token", "picture", "The drawn picture of the place where Cloudflare shows the token"),
    Motif("keys", "keys", "Where to make the two keys at Alpaca, in three lines"),
    Motif("private-form", "form", "The private form: keys go from the phone straight into the bot"),
    Motif("done", "done", "The bot is running; its first look is a trial"),
    Motif("status-arabic", "status", "The status of a bot, in Arabic, written from right to left", Language.ARABIC),
)


def key(button: dict[str, str]) -> str:
    """Draw one button."""
    mark = " ↗" if "url" in button else ""
    return f'<span class="key {button.get("style", "")}" dir="auto">{html.escape(button["text"])}{mark}</span>'


def words(step: Step) -> str:
    """Draw what a message says."""
    text = BLOCK_END.sub("</blockquote>", step.shown["html"])
    text = re.sub(r'<span class="tg-command"[^>]*>([^<]*)</span>|<a [^>]*>([^<]*)</a>', r"\1\2", text)
    text = text.replace("<blockquote", '<blockquote dir="auto"')
    photo = drawn_as(step.photo) if step.photo else ""
    return f'<div class="bubble" dir="auto">{photo}{text}</div>'


def phone(title: str, step: Step) -> str:
    """Draw the phone, with what was done and what came of it."""
    rows = "".join(f'<div class="row">{"".join(map(key, row))}</div>' for row in step.shown["buttons"])
    own = f'<div class="own" dir="auto">{html.escape(step.words)}</div>' if step.did == "says" else ""
    bar = f'<div class="bar">{LOGO}<div><b>Soar</b><small>bot</small></div></div>'
    body = f'<div class="chat">{own}<div class="bot">{words(step)}{rows}</div></div>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="390" height="760" viewBox="0 0 390 760" role="img">'
        f"<title>{html.escape(title)}</title><style>{LOOK}</style>"
        f'<foreignObject width="390" height="760"><div xmlns="http://www.w3.org/1999/xhtml" class="phone">'
        f"{bar}{body}</div></foreignObject></svg>\n"
    )


def drawn(walkers: Mapping[Language, Walker]) -> dict[str, str]:
    """Draw the pictures of these walks, by the name of their file."""
    found: dict[str, str] = {}
    for motif in MOTIFS:
        if motif.language in walkers:
            walker = walkers[motif.language]
            step = next(step for step in [*walker.steps, *walker.privately] if step.name == motif.step)
            found[f"{motif.name}.svg"] = walker.lasting(phone(motif.title, step))
    return found
