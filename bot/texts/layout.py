"""Lays a screen's paragraphs out: what belongs together, what is folded away, and at most sixty words to read."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

MOST_WORDS: Final = 60
PER_WORD: Final = 2  # ideographs that are read like one word
# Lines of lists, which stand close together.
CLOSE: Final = (
    "mark.", "card.", "close.more", "review.", "plan.more", "done.first", "working.elapsed",
    "settings.quiet_o", "settings.quiet_at", "settings.clock", "settings.token",
    "differs.", "facts.c", "facts.v", "facts.s", "facts.a", "facts.r", "strays.one",
)  # fmt: skip
HEAD: Final = ("frame.", "badge.")
NOTICE: Final = "frame.notice"
# Lines that are to be read before the next tap, whatever else is said: what one agrees to, what is asked for, and the
# one thing to do next.
FIRM: Final = (
    "card.paused",
    "card.keyless",
    "card.no_money",
    "card.meant",
    "done.trial",
    "done.no_orders",
    "done.arm",
    "done.coming",
    "done.next",
    "make.choice",
    "form.body",
    "form.code",
    "token.form_instead",
    "consent.",
    "review.plan",
    "review.limits",
    "review.no_orders",
    "review.widening",
    "newplan.",
    "live.body",
    "arm.body",
    "act.",
    "close.",
    "card.sale",
    "destroy.body",
    "overwrite.body",
    "forget.with_worker",
    "token.paste",
    "budget.question",
    "mark.running",
    "working.elapsed",
    "home.asking",
)
_IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
_QUOTE = re.compile(r"</?blockquote[^>]*>")
_FOLDED = re.compile(r"<blockquote expandable>.*?</blockquote>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of a screen: its message id and its HTML."""

    id: str
    words: str


def words_in(text: str) -> int:
    """Count the words that are seen before anything is unfolded; two ideographs count as one."""
    seen = html.unescape(re.sub(r"<[^>]+>", "", _FOLDED.sub(" ", text)))
    ideographs = len(_IDEOGRAPH.findall(seen))
    return -(-ideographs // PER_WORD) + sum(any(map(str.isalnum, word)) for word in _IDEOGRAPH.sub("", seen).split())


def laid_out(paragraphs: Sequence[Paragraph], folded: Sequence[Paragraph]) -> str:
    """Give a screen's text; where a notice makes it too long, what it explains below its title is folded away.

    Where that is not enough, as above what one agrees to, the notice is what opens the fold: Telegram shows a folded
    quote's first lines and opens it with a tap.
    """
    whole = _joined(paragraphs)
    if words_in(whole) > MOST_WORDS:
        paragraphs, more = _parted(paragraphs)
        if words_in(_joined(paragraphs)) > MOST_WORDS:
            more = (*(each for each in paragraphs if each.id == NOTICE), *more)
            paragraphs = [each for each in paragraphs if each.id != NOTICE]
        folded, whole = (*more, *folded), _joined(paragraphs)
    inner = _QUOTE.sub("", _joined(folded))
    return f"{whole}\n<blockquote expandable>{inner}</blockquote>" if inner else whole


def _parted(paragraphs: Sequence[Paragraph]) -> tuple[Sequence[Paragraph], Sequence[Paragraph]]:
    """Part what must be seen from what may be folded away: all below the title that is not asked for."""
    head = [each for each in paragraphs if each.id.startswith(HEAD)]
    title, *rest = [each for each in paragraphs if each not in head] or [Paragraph("", "")]
    first, _, below = title.words.partition("\n")
    if below.strip():
        title, rest = Paragraph(title.id, first), [Paragraph("", below.strip()), *rest]
    firm = [each for each in rest if each.id.startswith(FIRM)]
    return (*head, title, *firm), [each for each in rest if each not in firm]


def _joined(paragraphs: Sequence[Paragraph]) -> str:
    """Keep list lines together and set everything else apart by a blank line."""
    parts: list[str] = []
    for each in paragraphs:
        close = parts and each.id.startswith(CLOSE)
        parts.append(("\n" if close else "\n\n" if parts else "") + each.words)
    return "".join(parts)
