"""Puts the news of one Worker into one message that Telegram takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.lookout.judgement import News
from bot.storage.workers import Worker
from flows.words import Text, say

MOST: Final = 12  # pieces in one message; with the longest of each it stays below Telegram's 4096 letters
ORDER: Final = ("latch", "health", "refusal", "trade", "recovery")


def letter(worker: Worker, news: Sequence[News]) -> tuple[Text, ...]:
    """Give the message's lines: whose news it is, the gravest first, and how much was left out."""
    ranked = sorted(news, key=lambda each: ORDER.index(each.kind))
    left = len(ranked) - MOST
    more = (say("news.more", count=left),) if left > 0 else ()
    return (heading(worker), *(each.text for each in ranked[:MOST]), *more)


def heading(worker: Worker) -> Text:
    """Say which Worker it is about, and in which mode."""
    return say("news.head", badge=say(f"badge.{worker.mode}"), script=worker.script)
