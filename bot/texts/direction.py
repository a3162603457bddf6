"""Keys, names and sums inside a text of the other direction: each is kept together by Unicode's isolates.

Without them the signs around a key change places in Arabic (https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

FIRST_STRONG, END = "\u2068", "\u2069"
RIGHT: Final = "\u200f"  # a letter of the languages that go leftward, without a shape
INVISIBLE: Final = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_LEFTWARD: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_CODE: Final = re.compile(r"<code>.*?</code>", re.DOTALL)
_COMMAND: Final = re.compile(r"(?<![\w/<.])/[a-z_]+(?![\w/>])")
_PARTS: Final = re.compile(r"\b\d+ [A-Z]{1,5}(?:, \d+ [A-Z]{1,5})*\b")  # 60 VTI, 40 BND
_NAME: Final = re.compile(r"<b>[A-Za-z][\w '-]*</b>", re.ASCII)  # words on others' pages: <b>Secret</b> (2)
_LINE: Final = re.compile(r"^((?:<(?!code)[^>]*>)*)(.+)$", re.MULTILINE)
_TAG: Final = re.compile(r"<[^>]+>")
_SLOT: Final = re.compile(r"\{(\w+)\}")


def isolated(value: str, *, leftward: bool) -> str:
    """Keep a value together: all in a text that goes leftward, in the others what goes leftward itself."""
    return f"{FIRST_STRONG}{value}{END}" if leftward or _LEFTWARD.search(value) else value


def prepared(wording: str) -> str:
    """Isolate in a text that goes leftward commands, code, names and examples of a mix, and begin its lines right.

    A slot inside <code> becomes {=slot}: what is copied from there by a tap holds no invisible signs.
    """
    wording = _LINE.sub(lambda found: found[1] + (RIGHT if _begins_left(found[2]) else "") + found[2], wording)
    for apart in (_COMMAND, _PARTS, _NAME):
        wording = apart.sub(lambda found: f"{FIRST_STRONG}{found[0]}{END}", wording)
    return _CODE.sub(lambda found: f"{FIRST_STRONG}{_bare(found[0])}{END}", wording)


def _begins_left(line: str) -> bool:
    """Tell whether a slot, a word of ours or a sign that Unicode takes for a letter would turn a line around.

    An isolate does not help there: browsers look into it (https://html.spec.whatwg.org/#auto-directionality).
    """
    ways = ("L" if sign == "{" else unicodedata.bidirectional(sign) for sign in _TAG.sub("", line))
    return bool(_LEFTWARD.search(line)) and next((way for way in ways if way in {"L", "R", "AL"}), "") == "L"


def _bare(code: str) -> str:
    return _SLOT.sub(r"{=\1}", INVISIBLE.sub("", code))


def without(text: str) -> str:
    """Take out the signs that only set directions."""
    return INVISIBLE.sub("", text)


def closed(text: str) -> str:
    """Close the isolates of a text that was cut."""
    return text + END * max(0, text.count(FIRST_STRONG) - text.count(END))
