"""The wording is plain: short sentences of short words, measured as the years of school a reader needs."""

from __future__ import annotations

import html
import re

from bot.texts.catalogue import CATALOGUE
from bot.texts.plural import Plural

AGE_12 = 7.0  # years of school (US grade) at that age
LONG_ENOUGH = 12  # words; of less the measure says nothing
NOT_READ = ("search.",)  # words to search by
VOWELS = re.compile(r"[aeiouy]+")


def plain(wording: str) -> str:
    text = html.unescape(re.sub(r"<[^>]+>", "", wording))
    return re.sub(r"\{\w+\}", "it", text)


def words_of(text: str) -> list[str]:
    return re.findall(r"[A-Za-z']+", text)


def syllables(word: str) -> int:
    return max(1, len(VOWELS.findall(re.sub(r"(?<!l)e$", "", word.lower()))))


def grade(text: str) -> float:
    """Flesch and Kincaid's grade level; list items and lines count as sentences."""
    words = words_of(text)
    sentences = [each for each in re.split(r"[.!?:\n•]+", text) if words_of(each)]
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


READ = {
    name: plain(wording.other if isinstance(wording, Plural) else wording)
    for name, wording in CATALOGUE.items()
    if not name.startswith(NOT_READ)
}


def test_the_measure_tells_plain_from_learned() -> None:
    assert grade("Tap the button. Then copy the key and paste it here.") < 3
    assert grade("Notwithstanding aforementioned considerations, authentication necessitates regeneration.") > 15


def test_a_child_of_twelve_can_read_all_of_it() -> None:
    assert grade(". ".join(READ.values())) < 5


def test_no_message_is_harder_than_that() -> None:
    hard = {
        name: round(grade(text), 1)
        for name, text in READ.items()
        if len(words_of(text)) > LONG_ENOUGH and grade(text) > AGE_12
    }
    assert not hard
