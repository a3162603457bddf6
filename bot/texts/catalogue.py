"""The wording of every message in every language: English from its modules, the others from their gettext catalogues.

A catalogue is a plain .po file, `locale/<language>/LC_MESSAGES/soar.po`; its `msgctxt` is the message's id. A message
that has no translation yet, or one of another English text than today's (its `msgid`, or fuzzy), is said in English.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import c2py
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po

from bot.texts.advice import ADVICE
from bot.texts.connecting import CONNECTING
from bot.texts.direction import prepared
from bot.texts.english import BUTTONS, SCREENS
from bot.texts.form import FORM
from bot.texts.help import HELP
from bot.texts.introduction import INTRODUCTION
from bot.texts.keeping import KEEPING
from bot.texts.languages import LANGUAGES
from bot.texts.places import WHERE
from bot.texts.plans import PLANS
from bot.texts.plural import Plural
from bot.texts.preferences import PREFERENCES
from bot.texts.remarks import NOTICES, PASTES, TROUBLES
from bot.texts.sentences import TOLD
from bot.texts.tending import TENDING
from bot.texts.verifying import VERIFYING
from flows.languages import Language

log = logging.getLogger(__name__)
FOLDER: Final = Path(__file__).parents[1] / "locale"
CATALOGUE: Final[Mapping[str, str | Plural]] = {
    **INTRODUCTION,
    **SCREENS,
    **BUTTONS,
    **NOTICES,
    **PASTES,
    **TROUBLES,
    **HELP,
    **WHERE,
    **ADVICE,
    **PLANS,
    **PREFERENCES,
    **TENDING,
    **VERIFYING,
    **LANGUAGES,
    **FORM,
    **CONNECTING,
    **KEEPING,
    **TOLD,
}

WORDLESS: Final = tuple(name for name, text in CATALOGUE.items() if not text)  # the same in every language


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One language's wordings: a text, or the forms from which `form` picks by a number."""

    wordings: Mapping[str, str | tuple[str, ...]]
    form: Callable[[int], int]

    def get(self, message: str, count: int) -> str | None:
        """Give a message's wording for a number; None where there is none."""
        found = self.wordings.get(message)
        return found[self.form(count)] if isinstance(found, tuple) else found


def path_of(language: Language) -> Path:
    """Name the file of a language's catalogue."""
    return FOLDER / language / "LC_MESSAGES" / "soar.po"


@cache
def catalogue(language: Language) -> Catalogue:
    """Read a language's catalogue, once: it takes about 15 ms."""
    if language is Language.ENGLISH:
        wordings = {name: source(text) for name, text in CATALOGUE.items()}
        return Catalogue(wordings, lambda count: int(count != 1))
    try:
        with path_of(language).open("rb") as file:
            known = read_po(file, language)
    except FileNotFoundError:
        log.warning("no catalogue", extra={"language": language})
        return Catalogue({}, lambda _: 0)
    found: dict[str, str | tuple[str, ...]] = dict.fromkeys(WORDLESS, "")
    for message in known:
        whole = message.string
        forms = tuple(str(form or "") for form in (whole if isinstance(whole, list | tuple) else (whole,)))
        if message.context and not message.fuzzy and all(forms) and message.id == _todays(message.context):
            forms = tuple(map(prepared, forms)) if language.leftward else forms
            found[message.context] = forms if message.pluralizable else forms[0]
    return Catalogue(found, c2py(known.plural_expr))


def source(text: str | Plural) -> str | tuple[str, str]:
    """Give an English wording as a catalogue's `msgid`: a text, or one and more."""
    return (text.one, text.other) if isinstance(text, Plural) else text


def _todays(message: str) -> str | tuple[str, str] | None:
    return source(CATALOGUE[message]) if message in CATALOGUE else None


def prepare() -> None:
    """Read all catalogues now, so that nobody's message has to wait for it; for a thread of its own."""
    for language in Language:
        catalogue(language)


def spoken_by(message: str, language: Language) -> bool:
    """Tell whether a message can be said in a language."""
    return message in catalogue(language).wordings


def counted(message: str) -> str | None:
    """Name the slot whose number decides a message's form; None where there is one form. Raises KeyError."""
    english = CATALOGUE[message]
    return english.counted if isinstance(english, Plural) else None


def wording(message: str, language: Language, count: int = 0) -> str:
    """Give a message's wording with its slots still open. Raises KeyError for an id without an English wording."""
    found = catalogue(language).get(message, count)
    if found is None:
        found = catalogue(Language.ENGLISH).get(message, count)
        if found is None:
            raise KeyError(message)
        _missed(message, language)
        return prepared(found) if language.leftward else found
    return found


@cache
def _missed(message: str, language: Language) -> None:
    """Note once what could not be said in a language."""
    log.warning("not translated", extra={"wording": message, "language": language})
