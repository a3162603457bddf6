"""Finds the help topic a typed question is about: by its title, by words that people use, and by its text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from bot.texts.render import CATALOGUE
from flows.control import TOPICS

IN_TITLE, IN_WORDS, IN_TEXT = 3.0, 3.0, 1.0
ENOUGH: Final = 2.0  # a single word in passing is no answer
SHORTEST: Final = 3
FEWEST_WORDS: Final = 3
LONGEST_QUESTION: Final = 300  # characters
QUESTION_MARKS: Final = ("?", "？", "؟")
ENDINGS: Final = ("ing", "ed", "es", "s")


def is_question(text: str) -> bool:
    """Whether this reads like one: a question mark, or several words."""
    words = text.split()
    long_enough = len(words) >= FEWEST_WORDS or text.rstrip().endswith(QUESTION_MARKS)
    return bool(words) and long_enough and len(text) <= LONGEST_QUESTION


def find_topic(question: str) -> str | None:
    """Name the topic that fits best; None when none does, or two do equally well."""
    asked = set(_stems(question))
    ranked = sorted(((_score(asked, topic), topic) for topic in TOPICS), reverse=True)
    (best, topic), (second, _) = ranked[0], ranked[1]
    return topic if best >= ENOUGH and best > second else None


def _score(asked: set[str], topic: str) -> float:
    """Add up what the question's words are worth; a word that many topics have is worth less."""
    return sum(value / _spread(word) for word, value in _index(topic).items() if word in asked)


@lru_cache(maxsize=1024)
def _spread(word: str) -> int:
    return sum(word in _index(topic) for topic in TOPICS)


@lru_cache(maxsize=32)
def _index(topic: str) -> dict[str, float]:
    worth: dict[str, float] = {}
    for name, value in ((f"help.{topic}", IN_TEXT), (f"topic.{topic}", IN_TITLE), (f"search.{topic}", IN_WORDS)):
        for word in _stems(html.unescape(re.sub(r"<[^>]+>", " ", CATALOGUE[name]))):
            worth[word] = max(value, worth.get(word, 0.0))
    return worth


def _stems(text: str) -> Iterator[str]:
    common = CATALOGUE["search.common"].split()
    for word in re.findall(r"[^\W\d_]+", text.casefold()):
        if len(word) < SHORTEST or word in common:
            continue
        ending = next((each for each in ENDINGS if word.endswith(each) and len(word) - len(each) >= SHORTEST), "")
        yield word.removesuffix(ending)
