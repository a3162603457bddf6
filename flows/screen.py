"""What a screen is made of: lines, buttons, and what may be typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from flows.words import Text, say


class Style(StrEnum):
    """How a button looks; the words carry the meaning, the colour only helps."""

    PLAIN = ""
    GOOD = "success"
    GRAVE = "danger"
    MAIN = "primary"


class Place(StrEnum):
    """Web pages a button can open; their addresses are settings of the outside world."""

    ALPACA_SIGN_UP = "alpaca_sign_up"
    ALPACA_SIGN_IN = "alpaca_sign_in"
    ALPACA_PAPER = "alpaca_paper"
    ALPACA_LIVE = "alpaca_live"
    CLOUDFLARE_SIGN_UP = "cloudflare_sign_up"
    CLOUDFLARE_TOKEN = "cloudflare_token"  # noqa: S105  (a place, not a token)
    CLOUDFLARE_TOKENS = "cloudflare_tokens"
    CLOUDFLARE_WORKERS = "cloudflare_workers"
    CLOUDFLARE_CONNECT = "cloudflare_connect"  # an address of the chat's own


@dataclass(frozen=True, slots=True)
class Tap:
    """A button that sends an action back; `argument` is short and never secret."""

    label: Text
    action: str
    argument: str = ""
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Link:
    """A button that opens a web page."""

    label: Text
    place: Place


@dataclass(frozen=True, slots=True)
class Open:
    """A button that opens one person's own page: as a Mini App inside Telegram, or as a plain link."""

    label: Text
    url: str = field(repr=False)
    app: bool


Button: TypeAlias = "Tap | Link | Open"


@dataclass(frozen=True, slots=True)
class Screen:
    """The anchor message: a title, lines under it, what is folded away until somebody taps it, and rows of buttons."""

    lines: tuple[Text, ...]
    rows: tuple[tuple[Button, ...], ...] = ()
    folded: tuple[Text, ...] = ()


BACK = Tap(say("button.back"), "back")
CANCEL = Tap(say("button.cancel"), "cancel")
HELP = Tap(say("button.help"), "help")
