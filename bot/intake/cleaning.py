"""Undoes what phones, password managers and chat apps do to pasted text, without changing a key's own characters."""

from __future__ import annotations

import re
import unicodedata

# Written nowhere, seen by nobody: zero-width spaces and joiners, direction marks, soft hyphens, variation selectors,
# and control characters other than tab and line ends.
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e01ef]"
)
_BLANK = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")
_QUOTES = re.compile("[\u2018-\u201f\u2039\u203a\u00ab\u00bb\u2032\u2033\u00b4`\u300c\u300d]")
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58]")


def clean(text: str) -> str:
    """Drop what is invisible, turn look-alikes of blanks, full-width letters, quotes and dashes into the plain ones."""
    if text.isascii() and text.isprintable():
        return text
    text = _INVISIBLE.sub("", text)
    if text.isascii():
        return text
    text = _BLANK.sub(" ", text)
    text = _QUOTES.sub('"', _DASHES.sub("-", text))
    return text if unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)
