"""Finds the help topic a typed question is about: by its title, by words that people use, and by its text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final

from bot.texts.catalogue import wording
from flows.control import TOPICS
from flows.languages import Language

IN_TITLE, IN_WORDS, IN_TEXT = 3.0, 3.0, 1.0
ENOUGH: Final = 2.0  # a single word in passing is no answer
SHORTEST: Final = 3
FEWEST_WORDS: Final = 3
LONGEST_QUESTION: Final = 300  # characters
QUESTION_MARKS: Final = ("?", "？", "؟")
ENDINGS: Final = ("ing", "ed", "es", "s")
ARTICLES: Final = ("وال", "بال", "لل", "ال")
BEGINNING: Final = 5  # letters: what follows mostly bends the word
_WORD: Final = re.compile(r"[^\W\d_]+")
_UNSPACED: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")


def is_question(text: str) -> bool:
    """Whether this reads like one: a question mark, or several words."""
    words = len(text.split()) + sum(len(run) // 2 for run in _UNSPACED.findall(text))
    long_enough = words >= FEWEST_WORDS or text.rstrip().endswith(QUESTION_MARKS)
    return bool(words) and long_enough and len(text) <= LONGEST_QUESTION


def find_topic(question: str, language: Language) -> str | None:
    """Name the topic that fits best, asked in that language or in English; None when none does, or two equally."""
    found = _find(question, language)
    return _find(question, Language.ENGLISH) if found is None and language is not Language.ENGLISH else found


def _find(question: str, language: Language) -> str | None:
    asked = set(_stems(question, language))
    ranked = sorted(((_score(asked, topic, language), topic) for topic in TOPICS), reverse=True)
    (best, topic), (second, _) = ranked[0], ranked[1]
    return topic if best >= ENOUGH and best > second else None


def _score(asked: set[str], topic: str, language: Language) -> float:
    """Add up what the question's words are worth; a word that many topics have is worth less."""
    return sum(value / _spread(word, language) for word, value in _index(topic, language).items() if word in asked)


@lru_cache(maxsize=4096)
def _spread(word: str, language: Language) -> int:
    return sum(word in _index(topic, language) for topic in TOPICS)


@lru_cache(maxsize=len(Language) * len(TOPICS))
def _index(topic: str, language: Language) -> dict[str, float]:
    worth: dict[str, float] = {}
    for name, value in ((f"help.{topic}", IN_TEXT), (f"topic.{topic}", IN_TITLE), (f"search.{topic}", IN_WORDS)):
        for word in _stems(html.unescape(re.sub(r"<[^>]+>", " ", wording(name, language))), language):
            worth[word] = max(value, worth.get(word, 0.0))
    return worth


@lru_cache(maxsize=len(Language))
def _common(language: Language) -> frozenset[str]:
    return frozenset(wording("search.common", language).casefold().split())


def _stems(text: str, language: Language) -> Iterator[str]:
    """Give what is compared: English words without their endings, Chinese pairs of signs, else words' beginnings."""
    common = _common(language)
    if language is Language.CHINESE:
        pairs = ("".join(pair) for run in _UNSPACED.findall(text) for pair in pairwise(run))
        yield from (pair for pair in pairs if pair not in common)
    for word in _WORD.findall(text.casefold()):
        if len(word) < SHORTEST or word in common or _UNSPACED.match(word):
            continue
        yield _without_ending(word) if language in {Language.ENGLISH, Language.CHINESE} else _beginning(word)


def _without_ending(word: str) -> str:
    ending = next((each for each in ENDINGS if word.endswith(each) and len(word) - len(each) >= SHORTEST), "")
    return word.removesuffix(ending)


def _beginning(word: str) -> str:
    article = next((each for each in ARTICLES if word.startswith(each) and len(word) - len(each) >= SHORTEST), "")
    return word.removeprefix(article)[:BEGINNING]
