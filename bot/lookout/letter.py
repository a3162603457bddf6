"""Puts the news of one Worker into one message that Telegram takes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from bot.lookout.judgement import News
from bot.storage.workers import Worker
from bot.texts.render import render
from flows.languages import Language
from flows.words import Text, say

MOST: Final = 25  # pieces in one message
ROOM: Final = 3600  # letters for them, of Telegram's 4096
ORDER: Final = ("latch", "health", "refusal", "trade", "recovery")


def letter(worker: Worker, news: Sequence[News], language: Language) -> tuple[Text, ...]:
    """Give the message's lines: whose news it is, the gravest first, and how much was left out.

    `language` is the one it will be told in, by which its length is measured.
    """
    ranked = sorted(news, key=lambda each: ORDER.index(each.kind))
    sizes = accumulate(len(render(each.text, language)) + 1 for each in ranked[:MOST])
    shown = [each.text for each, size in zip(ranked, sizes, strict=False) if size <= ROOM]
    left = len(ranked) - len(shown)
    more = (say("news.more", count=left),) if left > 0 else ()
    return (heading(worker), *shown, *more)


def heading(worker: Worker) -> Text:
    """Say which Worker it is about, and in which mode."""
    return say("news.head", badge=say(f"badge.{worker.mode}"), script=worker.script)
