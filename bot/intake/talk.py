"""Recognises what may stay in the chat while a secret is awaited: commands and plain talk."""

from __future__ import annotations

import re
import unicodedata

from bot.intake.cleaning import clean

LONGEST_WORD = 15
FEWEST_WORDS = 2

# A Secret may begin with a slash, so a command here is short, of letters, and its arguments are as harmless as talk.
_COMMAND = re.compile(r"/[A-Za-z_]{1,20}(?:@[A-Za-z0-9_]{5,32})?(?P<rest>(?:\s+\S{1,15}){0,3})\s*")
_AROUND = " .,!?;:()\"'…-–—¿¡।،؟؛。、！？，：；（）「」"
_WITHIN = "'-.,"
# Scripts that put no blanks between words: each sign counts as a word.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


def is_command(text: str) -> bool:
    """Whether this is a bot command, with at most three short arguments."""
    return _COMMAND.fullmatch(text) is not None


def is_plain_talk(text: str) -> bool:
    """Whether this is somebody talking: two or more words of letters in any script, none over 15 characters."""
    words = 0
    for token in clean(text).split():
        word = token.strip(_AROUND)
        if not word or all(unicodedata.category(sign) in {"So", "Sk"} for sign in word):
            continue  # punctuation or a picture
        count = _words(word)
        if not count:
            return False
        words += count
    return words >= FEWEST_WORDS


def _words(word: str) -> int:
    """How many words a run of letters makes; 0 when it is none."""
    if not all(_is_letter(sign) or sign in _WITHIN for sign in word):
        return 0
    unspaced = len(_UNSPACED.findall(word))
    spaced = len(word) - unspaced
    return unspaced + (spaced > 0) if spaced <= LONGEST_WORD else 0


def _is_letter(sign: str) -> bool:
    return sign.isalpha() or unicodedata.category(sign) in {"Mn", "Mc", "Lm"} or sign in "、。，！？；："
