"""Keys, names and sums inside a text of the other direction: each is kept together by Unicode's isolates.

Without them the signs around a key change places in Arabic (https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates).
"""

from __future__ import annotations

import re
from typing import Final

FIRST_STRONG, END = "\u2068", "\u2069"
INVISIBLE: Final = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_LEFTWARD: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_CODE: Final = re.compile(r"<code>.*?</code>", re.DOTALL)
_COMMAND: Final = re.compile(r"(?<![\w/<.])/[a-z_]+(?![\w/>])")
_SLOT: Final = re.compile(r"\{(\w+)\}")


def isolated(value: str, *, leftward: bool) -> str:
    """Keep a value together: all in a text that goes leftward, in the others what goes leftward itself."""
    return f"{FIRST_STRONG}{value}{END}" if leftward or _LEFTWARD.search(value) else value


def prepared(wording: str) -> str:
    """Isolate the commands and the code in a text that goes leftward.

    A slot inside <code> becomes {=slot}: what is copied from there by a tap holds no invisible signs.
    """
    wording = _COMMAND.sub(lambda found: f"{FIRST_STRONG}{found[0]}{END}", wording)
    return _CODE.sub(lambda found: f"{FIRST_STRONG}{_bare(found[0])}{END}", wording)


def _bare(code: str) -> str:
    return _SLOT.sub(r"{=\1}", INVISIBLE.sub("", code))


def without(text: str) -> str:
    """Take out the signs that only set directions."""
    return INVISIBLE.sub("", text)


def closed(text: str) -> str:
    """Close the isolates of a text that was cut."""
    return text + END * max(0, text.count(FIRST_STRONG) - text.count(END))
