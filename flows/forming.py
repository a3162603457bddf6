"""Where a conversation can be while the keys come through the Worker's own private form: Soar never sees them."""

from __future__ import annotations

from dataclasses import dataclass

from flows.jobs import Connected, Held, NewKeys, NewWorker


@dataclass(frozen=True, slots=True)
class Preparing:
    """The bot is put in place without keys, and its new address awaited; keys pasted meanwhile are taken."""

    job: NewWorker
    access: Connected
    operation: str
    key_id: Held | None = None
    secret: Held | None = None
    stopping: bool = False


@dataclass(frozen=True, slots=True)
class Unready:
    """The bot could not be put in place without keys yet, in a way that trying again may mend."""

    job: NewWorker
    access: Connected
    key_id: Held | None = None
    secret: Held | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """A bot that is up is asked for a new form."""

    job: NewKeys
    operation: str


@dataclass(frozen=True, slots=True)
class FormOpen:
    """The form is open: its ticket's id and end (unix seconds). `plain` shows a link and a code instead of the app."""

    job: NewKeys
    form: str
    expires: int
    operation: str
    plain: bool = False
    key_id: Held | None = None
    secret: Held | None = None


@dataclass(frozen=True, slots=True)
class FormOver:
    """The form has expired, was closed or locked, or could not be opened."""

    job: NewKeys
    why: str
    key_id: Held | None = None
    secret: Held | None = None
