"""What a bot says of itself outside its messages: names, descriptions, commands and the menu button."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Scope = tuple[str, int | str | None]
DEFAULT_MENU: Final = {"type": "default"}
DEFAULT_SCOPE: Final[Scope] = ("default", None)


@dataclass(slots=True)
class Profile:
    """A bot's profile; texts are kept per language, "" being everybody's."""

    names: dict[str, str]
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[Scope, str], list[dict[str, Any]]] = field(default_factory=dict)
    menu: dict[str, Any] = field(default_factory=lambda: dict(DEFAULT_MENU))
    chat_menus: dict[int, dict[str, Any]] = field(default_factory=dict)

    def name(self, language: str | None) -> str:
        """Give the name shown to speakers of a language."""
        return _in_language(self.names, language)

    def shown(self, chat_id: int, language: str | None, *, private: bool) -> dict[str, Any]:
        """Describe the profile as one chat shows it."""
        return {
            "name": self.name(language),
            "description": _in_language(self.descriptions, language),
            "short_description": _in_language(self.short_descriptions, language),
            "commands": self.commands_for(chat_id, language, private=private),
            "menu_button": self.chat_menus.get(chat_id, self.menu),
        }

    def commands_for(self, chat_id: int, language: str | None, *, private: bool) -> list[dict[str, Any]]:
        """Pick the commands a chat offers: the narrowest scope wins, in it the user's language."""
        scopes: Sequence[Scope] = (
            ("chat", chat_id),
            ("all_private_chats" if private else "all_group_chats", None),
            DEFAULT_SCOPE,
        )
        for scope in scopes:
            for code in ((language or "")[:2], ""):
                if (scope, code) in self.commands:
                    return self.commands[scope, code]
        return []


def _in_language(texts: dict[str, str], language: str | None) -> str:
    return texts.get((language or "")[:2]) or texts.get("", "")
