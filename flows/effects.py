"""What a step of the conversation asks to be done, and the step's whole result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from flows.events import Json
from flows.languages import Language
from flows.notices import Notices
from flows.screen import Link
from flows.states import State
from flows.words import Text


@dataclass(frozen=True, slots=True)
class StartOperation:
    """Begin durable work; the arguments are ids and choices, never secrets."""

    id: str
    kind: str
    arguments: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class CancelOperation:
    """Ask running work to stop and to take back what it did."""

    id: str


@dataclass(frozen=True, slots=True)
class Tell:
    """Send an event message of its own, below the conversation."""

    text: Text
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class ShowPicture:
    """Send the drawn picture of a place to look at; it goes again when the conversation goes on."""

    name: str


@dataclass(frozen=True, slots=True)
class KeepConsent:
    """Remember that the user agreed to the text shown."""

    text: Text


@dataclass(frozen=True, slots=True)
class KeepNotices:
    """Remember which news this chat wants, and when."""

    notices: Notices


@dataclass(frozen=True, slots=True)
class KeepLanguage:
    """Remember the language this chat has chosen; None follows Telegram's."""

    language: Language | None


@dataclass(frozen=True, slots=True)
class SendConsents:
    """Send a copy of all that was agreed to, with the time and the hash of each text."""


@dataclass(frozen=True, slots=True)
class ForgetChat:
    """Delete all that is stored about this chat."""


Effect: TypeAlias = (
    "StartOperation | CancelOperation | Tell | ShowPicture | KeepConsent | SendConsents | KeepNotices | KeepLanguage"
    " | ForgetChat"
)


@dataclass(frozen=True, slots=True)
class Move:
    """Result of one step: the next state, what to do, and how to show it.

    `notice` stands above the next screen until something else happens; `toast` answers a tap in passing; `resend`
    puts the screen at the bottom of the chat again; `tidy` removes the user's typed answer.
    """

    state: State
    effects: tuple[Effect, ...] = ()
    notice: Text | None = None
    toast: Text | None = None
    resend: bool = False
    tidy: bool = False

    def noticing(self, notice: Text | None) -> Move:
        """Give the same move with a notice, unless it has one."""
        return self if self.notice or notice is None else replace(self, notice=notice)
