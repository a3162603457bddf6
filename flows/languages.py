"""The languages there are, each with its own name, and which of them somebody reads."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Language(StrEnum):
    """A language that Soar speaks; its value names the folder of its catalogue."""

    ENGLISH = "en"
    SPANISH = "es"
    PORTUGUESE = "pt_BR"
    GERMAN = "de"
    RUSSIAN = "ru"
    CHINESE = "zh_Hans"
    ARABIC = "ar"

    @property
    def telegram(self) -> str:
        """Its two letters, as Telegram keeps texts by (ISO 639-1)."""
        return self.value[:2]

    @property
    def leftward(self) -> bool:
        """Whether it is written from right to left."""
        return self is Language.ARABIC

    @property
    def own_name(self) -> str:
        """Its name in itself, for who reads nothing else."""
        return OWN_NAMES[self]


OWN_NAMES: Final = {
    Language.ENGLISH: "English",
    Language.SPANISH: "Español",
    Language.PORTUGUESE: "Português (Brasil)",
    Language.GERMAN: "Deutsch",
    Language.RUSSIAN: "Русский",
    Language.CHINESE: "简体中文",
    Language.ARABIC: "العربية",
}
_BY_LETTERS: Final = {language.telegram: language for language in Language}


def read_language(code: str | None) -> Language | None:
    """Read an IETF tag as Telegram tells it ("pt-br", "zh-hans", "es"); None for a language not spoken here.

    Other countries' and other scripts' forms of a language are better than none: pt is Brazil's, zh-TW gets zh-Hans.
    """
    return _BY_LETTERS.get((code or "").replace("_", "-").partition("-")[0].lower())


def spoken(chosen: Language | None, seen: str | None) -> Language:
    """Give the language to speak: the one chosen, else the one `seen` in Telegram, else English."""
    return chosen or read_language(seen) or Language.ENGLISH
