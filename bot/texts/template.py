"""Catalogues as files: the template of all that is to be translated, and bringing a language's file up to it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from babel.messages import Catalog, Message
from babel.messages.pofile import read_po, write_po

from bot.texts.catalogue import CATALOGUE, FOLDER, WORDLESS, path_of, source
from bot.texts.limits import limit_of
from bot.texts.plural import Plural
from flows.languages import Language

TEMPLATE: Final = FOLDER / "soar.pot"
WIDTH: Final = 100
# Lines that change with every run, or say nothing.
_IDLE: Final = tuple(
    f'"{name}'
    for name in ("POT-Creation", "PO-Revision", "Report-Msgid", "Last-Translator", "Language-Team", "Generated")
)
_HEADER: Final = """\
# Soar's words. What stands in {braces} is filled in; <b>tags</b> and /commands stay as they are.
# How to work on it: docs/languages.md
"""


def template() -> Catalog:
    """Build the template from the English wordings; a message's id is its context."""
    made = _empty(None)
    for name, text in CATALOGUE.items():
        if name not in WORDLESS:
            made.add(source(text), context=name, auto_comments=_hints(name, text))
    return made


def merged(language: Language, known: Catalog | None) -> Catalog:
    """Give a language's catalogue as the template has it: new messages empty, those of a changed English text fuzzy."""
    before = {message.context: message for message in known or () if message.context}
    made = _empty(language)
    for message in template():
        if message.context:
            _add(made, message, before.get(message.context))
    return made


def _add(made: Catalog, message: Message, before: Message | None) -> None:
    new = made.add(message.id, context=message.context, auto_comments=message.auto_comments)
    if before is None or before.pluralizable != message.pluralizable or not before.string:
        return
    new.string = before.string
    new.user_comments = [each for each in before.user_comments if not each.startswith("|")]
    new.flags |= (before.flags & {"fuzzy"}) if before.id == message.id else {"fuzzy"}


def load(language: Language) -> Catalog | None:
    """Read a language's file; None where there is none yet."""
    path = path_of(language)
    if not path.exists():
        return None
    with path.open("rb") as file:
        return read_po(file, language)


def save(catalogue: Catalog, path: Path) -> None:
    """Write a catalogue; the same contents give the same bytes."""
    written = io.BytesIO()
    write_po(written, catalogue, width=WIDTH, ignore_obsolete=True)
    lines = written.getvalue().decode().splitlines(keepends=True)
    kept = "".join(line for line in lines if not line.startswith(_IDLE))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_HEADER + kept[kept.index("msgid") :], encoding="utf-8")


def filled(language: Language, known: Catalog | None, given: Mapping[str, object]) -> Catalog:
    """Put translations by message id into a catalogue; a message that goes by a number gets a list of its forms."""
    made = merged(language, known)
    for message in list(made):
        text = given.get(message.context or "")
        if text is None:
            continue
        forms = [str(each) for each in text] if isinstance(text, list) else str(text)
        if isinstance(forms, list) != bool(message.pluralizable):
            continue  # `check` says that it is missing
        message.string = tuple(forms) if isinstance(forms, list) else forms
        message.flags.discard("fuzzy")
    return made


def _empty(language: Language | None) -> Catalog:
    return Catalog(locale=language, project="Soar", version="1", fuzzy=False, charset="utf-8")


def _hints(name: str, text: str | Plural) -> list[str]:
    hints = [f"at most {limit_of(name)} characters"] if limit_of(name) else []
    return [*hints, f"goes by {{{text.counted}}}"] if isinstance(text, Plural) else hints
