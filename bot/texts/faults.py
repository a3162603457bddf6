"""What is wrong with a language's catalogue: messages missing or stale, other slots or tags, texts too long."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from babel.messages import Catalog

from bot.texts.catalogue import CATALOGUE, WORDLESS
from bot.texts.limits import TEXT, limit_of
from bot.texts.plural import Plural
from flows.typed import is_none

_SLOT: Final = re.compile(r"\{\w+\}")
_TAG: Final = re.compile(r"<[^>]+>")
_COMMAND: Final = re.compile(r"(?<![\w/<.])/[a-z_]+")
_CODE: Final = re.compile(r"<code>([^<{]+)</code>")
SEARCHED: Final = "search."


def faults(catalogue: Catalog) -> Iterator[str]:
    """Say what is wrong, a line each, with the message's id first."""
    known = {message.context: message for message in catalogue if message.context}
    for name in sorted(known.keys() - CATALOGUE.keys()):
        yield f"{name}: no such message"
    for name, english in CATALOGUE.items():
        if name in WORDLESS:
            continue
        message = known.get(name)
        whole = message.string if message is not None else ""
        forms = [str(form or "") for form in whole] if isinstance(whole, list | tuple) else [str(whole or "")]
        source = (english.one, english.other) if isinstance(english, Plural) else (english,)
        if not english:
            continue  # an empty line is the same in every language, and gettext has no place for it
        if message is None or not all(forms):
            yield f"{name}: not translated"
        elif message.fuzzy or (message.id if isinstance(message.id, list | tuple) else (message.id,)) != source:
            yield f"{name}: translated from an older English text"
        else:
            for form in forms:
                yield from _compared(name, form, source[-1], english.counted if isinstance(english, Plural) else "")


def _compared(name: str, form: str, english: str, counted: str) -> Iterator[str]:
    """Compare one form with the English text; a form for one number alone may leave that number out."""
    free = {f"{{{counted}}}"}
    if set(_SLOT.findall(form)) - free != set(_SLOT.findall(english)) - free:
        yield f"{name}: other slots than {' '.join(sorted(set(_SLOT.findall(english))))}"
    if (form[:1].isspace(), form[-1:].isspace()) != (english[:1].isspace(), english[-1:].isspace()):
        yield f"{name}: other blanks at its ends"
    if not name.startswith(SEARCHED):
        if sorted(_TAG.findall(form)) != sorted(_TAG.findall(english)) or not _nested(form):
            yield f"{name}: other tags"
        if set(_COMMAND.findall(_TAG.sub("", form))) != set(_COMMAND.findall(_TAG.sub("", english))):
            yield f"{name}: other commands"
        if _typed(form) != _typed(english):
            yield f"{name}: other words in <code>"
    length, most = len(html.unescape(_TAG.sub("", form))), limit_of(name) or TEXT
    if length > most:
        yield f"{name}: {length} characters, at most {most}"


def _typed(form: str) -> list[str]:
    """List what is to be typed or copied as it stands; "none" is said in any language that is understood."""
    return sorted("none" if is_none(word) else word for word in _CODE.findall(form))


def _nested(form: str) -> bool:
    """Tell whether every tag is closed where it must be."""
    open_tags: list[str] = []
    for tag in _TAG.findall(form):
        name = tag.strip("</>").split()[0]
        if not tag.startswith("</"):
            open_tags.append(name)
        elif not open_tags or open_tags.pop() != name:
            return False
    return not open_tags
