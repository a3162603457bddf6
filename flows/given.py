"""Where a conversation can be while Cloudflare is connected, the keys are given, and the work is done with them."""

from __future__ import annotations

from dataclasses import dataclass

from flows.jobs import Access, Account, Connected, Held, Job, KeyJob, NewWorker


@dataclass(frozen=True, slots=True)
class AskToken:
    """Make a Cloudflare token and paste it. Keys already given wait here, so that none has to be made twice.

    `tried` is a token that was given but could not be tried yet, for a reason that passes.
    """

    job: Job
    key_id: Held | None = None
    secret: Held | None = None
    kept: Connected | None = None
    tried: Held | None = None


@dataclass(frozen=True, slots=True)
class Connecting:
    """The token is being tried, or a workers.dev name made."""

    job: Job
    token: Held
    operation: str
    account: Account | None = None
    key_id: Held | None = None
    secret: Held | None = None


@dataclass(frozen=True, slots=True)
class PickAccount:
    """The token sees several Cloudflare accounts."""

    job: NewWorker
    token: Held
    accounts: tuple[Account, ...]
    page: int = 0
    key_id: Held | None = None
    secret: Held | None = None


@dataclass(frozen=True, slots=True)
class PickName:
    """The account has no workers.dev name yet."""

    job: NewWorker
    token: Held
    account: Account
    suggestion: str
    key_id: Held | None = None
    secret: Held | None = None


@dataclass(frozen=True, slots=True)
class KeepToken:
    """May the Worker keep the Cloudflare token."""

    job: NewWorker
    access: Connected
    key_id: Held | None = None
    secret: Held | None = None


@dataclass(frozen=True, slots=True)
class MakeKey:
    """Generate the pair at Alpaca."""

    job: KeyJob
    access: Access
    key_id: Held | None = None
    secret: Held | None = None


@dataclass(frozen=True, slots=True)
class AskKeyId:
    """Paste the Key ID; a Secret that came first is held."""

    job: KeyJob
    access: Access
    secret: Held | None = None


@dataclass(frozen=True, slots=True)
class AskSecret:
    """Paste the Secret."""

    job: KeyJob
    access: Access
    key_id: Held


@dataclass(frozen=True, slots=True)
class Working:
    """Keys are being checked and a Worker deployed, or its keys changed."""

    job: KeyJob
    access: Access
    key_id: Held
    secret: Held
    operation: str
    stopping: bool = False


@dataclass(frozen=True, slots=True)
class WrongMode:
    """The pair is good, but of the other mode."""

    job: KeyJob
    access: Access
    key_id: Held
    secret: Held


@dataclass(frozen=True, slots=True)
class Stopped:
    """The work ended badly in a way that trying again may mend; everything given is still held."""

    job: KeyJob
    access: Access
    key_id: Held
    secret: Held
    code: str
    detail: str = ""
