"""Buttons as Telegram wants them, and back: each carries the version of the dialog it was made for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from bot.texts.render import label
from flows.languages import Language
from flows.screen import Button, Link, Open, Place, Screen, Style, Tap

Keyboard: TypeAlias = dict[str, list[list[dict[str, Any]]]]
LONGEST = 64
_DATA = re.compile(r"v(\d{1,9}):([a-z_]{1,20})(?::(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Data:
    """What a button sends back."""

    version: int
    action: str
    argument: str


def encode(version: int, tap: Tap) -> str:
    """Write a button's data. Raises ValueError past Telegram's 64 bytes: arguments are short by design."""
    data = f"v{version}:{tap.action}" + (f":{tap.argument}" if tap.argument else "")
    if len(data.encode()) > LONGEST:
        raise ValueError(tap.action)
    return data


def decode(data: str) -> Data | None:
    """Read a button's data; None for anything not of ours."""
    match = _DATA.fullmatch(data)
    return Data(int(match[1]), match[2], match[3] or "") if match else None


def keyboard(screen: Screen, version: int, places: Mapping[Place, str], language: Language) -> Keyboard | None:
    """Draw a screen's buttons as an InlineKeyboardMarkup; None when it has none."""
    rows = [[_button(button, version, places, language) for button in row] for row in screen.rows if row]
    return {"inline_keyboard": rows} if rows else None


def _button(button: Button, version: int, places: Mapping[Place, str], language: Language) -> dict[str, Any]:
    text = label(button.label, language)
    if isinstance(button, Open):
        return {"text": text, "web_app": {"url": button.url}} if button.app else {"text": text, "url": button.url}
    if isinstance(button, Link):
        return {"text": text, "url": places[button.place]}
    style = {"style": str(button.style)} if button.style is not Style.PLAIN else {}
    return {"text": text, "callback_data": encode(version, button), **style}
