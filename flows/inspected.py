"""Where a conversation can be while a Worker is checked, updated, taken over or taken away with a token."""

from __future__ import annotations

from dataclasses import dataclass

from flows.jobs import Connected, Held, Inspection, NewKeys, NewWorker, Removal, Widening
from flows.plans import Mode


@dataclass(frozen=True, slots=True)
class AskAccountId:
    """The token belongs to an account and may not list it, so its number is to be typed."""

    job: NewWorker
    token: Held
    key_id: Held | None = None
    secret: Held | None = None


@dataclass(frozen=True, slots=True)
class AtWork:
    """Something is done in the account with the token just given: a check, an update, a Worker taken over or away."""

    what: str
    job: Inspection | NewWorker | NewKeys | Removal | Widening
    access: Connected
    operation: str
    worker: str
    mode: Mode
    key_id: Held | None = None
    secret: Held | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was put there."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What Cloudflare lists about a Worker, whether or not it is as it should be."""

    modules: int = 0
    size: int = 0
    bindings: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    schedules: tuple[str, ...] = ()
    address: bool = False
    domains: tuple[str, ...] = ()
    releases: int = 0
    last_release: str = ""


@dataclass(frozen=True, slots=True)
class Stray:
    """A Worker with Soar's tags that Soar has no record of."""

    script: str
    mode: Mode
    deployment: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether what runs is what is published, and what differs: `code` is published, earlier, changed or absent."""

    job: Inspection
    access: Connected
    at: int
    code: str
    differences: tuple[Difference, ...] = ()
    more: int = 0
    facts: Facts = Facts()
    strays: tuple[Stray, ...] = ()

    @property
    def updatable(self) -> bool:
        """Whether there is newer code, and the Worker is marked as Soar's."""
        marked = all(each.kind != "mark_missing" for each in self.differences)
        return marked and self.code in {"earlier", "changed"}

    @property
    def by_hand(self) -> bool:
        """Whether the code is somebody's own: an update would overwrite it."""
        return self.code == "changed"


@dataclass(frozen=True, slots=True)
class ConfirmOverwrite:
    """A phrase typed by hand before code that is not Soar's is replaced."""

    verdict: Verdict

    @property
    def job(self) -> Inspection:
        """The work at hand, as everywhere."""
        return self.verdict.job


@dataclass(frozen=True, slots=True)
class Strays:
    """Workers of Soar's in the account that Soar has no record of: take one over, take one away, or leave them."""

    job: NewWorker | Inspection | NewKeys | Removal
    access: Connected
    strays: tuple[Stray, ...]
    key_id: Held | None = None
    secret: Held | None = None


@dataclass(frozen=True, slots=True)
class ConfirmClear:
    """A phrase typed by hand before a Worker without a record goes."""

    stray: Stray
    back: Strays
