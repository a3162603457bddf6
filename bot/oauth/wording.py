"""The small pages a browser is shown: what has happened, and the one way on, back into the chat."""

from __future__ import annotations

import html
from typing import Final

from bot.texts.render import render
from flows.languages import Language
from flows.words import say

STYLE: Final = (
    ":root{color-scheme:light dark}"
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:18vh auto;padding:0 1.5rem}"
    "h1{font-size:1.4rem}"
    "a{display:block;margin-top:2rem;padding:.9rem;border-radius:.7rem;text-align:center;text-decoration:none;"
    "background:#1666b0;color:#fff}"
)


def page(what: str, language: Language, *, link: str) -> str:
    """Write a page about `what`, the last part of its message ids, with a link into the chat."""
    title, body = (render(say(f"connect.{part}.{what}"), language) for part in ("title", "body"))
    direction = "rtl" if language.leftward else "ltr"
    return (
        f'<!doctype html><html lang="{language.value.replace("_", "-")}" dir="{direction}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>Soar</title><style>{STYLE}</style><main><h1>{title}</h1><p>{body}</p>"
        f'<a href="{html.escape(link)}">{render(say("connect.to_chat"), language)}</a></main></html>'
    )
