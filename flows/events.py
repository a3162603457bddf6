"""What can happen to a conversation. A secret arrives as a sealed ticket, never as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from flows.languages import Language
from flows.notices import USUAL, Notices
from flows.plans import Mode
from flows.states import Held

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"


def as_json(value: object) -> Json:
    """Give plain data its JSON type; anything but a list, an object or a whole number becomes text."""
    match value:
        case dict():
            return {str(key): as_json(item) for key, item in value.items()}
        case list():
            return [as_json(item) for item in value]
        case int():
            return value
        case _:
            return str(value)


class Kind(StrEnum):
    """What a pasted secret is."""

    KEY_ID = "key_id"
    SECRET = "secret"  # noqa: S105  (a name, not a value)
    TOKEN = "token"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command, without the slash."""

    name: str


@dataclass(frozen=True, slots=True)
class Tapped:
    """A button of the present screen."""

    action: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """Plain text that holds no secret."""

    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in words, and the help topic that answers it."""

    topic: str


@dataclass(frozen=True, slots=True)
class Pasted:
    """A message that held secrets or was taken for one; it is deleted already."""

    found: tuple[tuple[Kind, Held], ...] = ()
    problem: str = ""

    def get(self, kind: Kind) -> Held | None:
        """Find the ticket of one kind."""
        return next((held for found, held in self.found if found is kind), None)


@dataclass(frozen=True, slots=True)
class Ended:
    """An operation has ended; `code` says how, `data` holds ids and figures."""

    operation: str
    kind: str
    code: str
    data: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Time has passed; what has expired is let go."""


@dataclass(frozen=True, slots=True)
class Away:
    """Soar has heard nothing for longer than Telegram keeps messages: some may be lost, keys among them."""


Event: TypeAlias = "Command | Tapped | Said | Asked | Pasted | Ended | Elapsed | Away"


@dataclass(frozen=True, slots=True)
class Worker:
    """What is remembered of a Worker between conversations."""

    id: str
    mode: Mode
    script: str
    account: str
    holds_token: bool
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an operation is: its steps with a mark each, and seconds since its start."""

    steps: tuple[tuple[str, str], ...]
    seconds: int


@dataclass(frozen=True, slots=True)
class FormLink:
    """The way into an open form: made for drawing, stored nowhere. `app` says that Telegram can show it itself."""

    link: str = field(repr=False)
    code: str = field(repr=False)
    app: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What a step may look at besides state and event. `fresh_id` is 16 hex digits nobody has used.

    `language` is the one chosen, None for none; `telegrams` is the one that Telegram is set to.
    `connects`: Cloudflare can be connected on its own page, without a pasted token.
    """

    now: int
    fresh_id: str
    workers: tuple[Worker, ...] = ()
    progress: Progress | None = None
    notices: Notices = USUAL
    language: Language | None = None
    telegrams: Language = Language.ENGLISH
    form: FormLink | None = None
    connects: bool = False

    def worker(self, worker_id: str | None) -> Worker | None:
        """Find a Worker by id."""
        return next((worker for worker in self.workers if worker.id == worker_id), None)
