"""What a conversation holds: sealed secrets, access, the work at hand, and what a Worker said of itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from flows.plans import KnownPlan, Limits, Mode, Plan, limits
from flows.words import Slot, Text

LONGEST_HELD = 61 * 60  # seconds: an hour, and a minute by which a clock may be put right


GRANTED = "grant-"  # how the ticket of a token begins that Cloudflare lends for an hour; other ids are hex


def is_lent(ticket: str) -> bool:
    """Tell by a ticket's id whether what it seals was lent, so that it can stay nowhere."""
    return ticket.startswith(GRANTED)


@dataclass(frozen=True, slots=True)
class Held:
    """A sealed secret: its ticket, when that expires (unix seconds), and what may be shown of it."""

    ticket: str
    until: int
    ending: str = ""
    looks: Mode | None = None

    @property
    def granted(self) -> bool:
        """Whether it is a token lent on Cloudflare's own page: it ends by itself, so it cannot stay anywhere."""
        return is_lent(self.ticket)

    def alive(self, now: int) -> bool:
        """Tell whether it is still held; an end too far away means that the clock was put back, and it is not."""
        return now < self.until <= now + LONGEST_HELD


@dataclass(frozen=True, slots=True)
class Account:
    """A Cloudflare account the user's token can see."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Connected:
    """Access to one Cloudflare account through a token that was checked."""

    token: Held
    account: Account
    subdomain: str
    keep: bool = True


@dataclass(frozen=True, slots=True)
class OwnToken:
    """The Worker holds a Cloudflare token itself, so nobody has to be asked for one."""


Access: TypeAlias = "Connected | OwnToken"


@dataclass(frozen=True, slots=True)
class Complete:
    """All that a deploy needs but another plan; `worker` is the id that was tried before."""

    access: Connected
    key_id: Held
    secret: Held
    worker: str


@dataclass(frozen=True, slots=True)
class Existing:
    """A Worker that is up: whatever is chosen becomes its plan, below the `ceilings` it was deployed with."""

    worker: str
    ceilings: Limits


@dataclass(frozen=True, slots=True)
class Wider:
    """A Worker that is up: whatever is chosen is agreed to anew and put into it with a token of the user's."""

    worker: str
    account: str


Kept: TypeAlias = "Connected | Complete | Existing | Wider | None"


@dataclass(frozen=True, slots=True)
class NewWorker:
    """The work at hand is a first deploy; `worker` is the id it will have, so that trying again finds its traces.

    `within` are the limits it takes over from another bot; None for the tightest under which its plan can work.
    """

    mode: Mode
    plan: Plan
    worker: str
    within: Limits | None = None


@dataclass(frozen=True, slots=True)
class NewKeys:
    """The work at hand is a change of keys in a Worker that exists; `first` where it never had any."""

    worker: str
    mode: Mode
    account: str
    first: bool = False


@dataclass(frozen=True, slots=True)
class Removal:
    """The work at hand is taking a Worker away with a token of the user's."""

    worker: str
    mode: Mode
    account: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """The work at hand is a look at a Worker that exists, and what follows from it, with a token of the user's."""

    worker: str
    mode: Mode
    account: str


@dataclass(frozen=True, slots=True)
class Widening:
    """The work at hand is a plan beyond what was agreed to for a Worker that exists, agreed to anew."""

    mode: Mode
    plan: Plan
    worker: str
    account: str


@dataclass(frozen=True, slots=True)
class Keeping:
    """The work at hand is a Cloudflare token for a Worker to `keep`, or the end of the one it keeps."""

    worker: str
    mode: Mode
    account: str
    keep: bool


Job: TypeAlias = "NewWorker | NewKeys | Removal | Inspection | Widening | Keeping"
PlanJob: TypeAlias = "NewWorker | Widening"
KeyJob: TypeAlias = "NewWorker | NewKeys"


def ceilings_of(job: PlanJob) -> Limits:
    """Give the limits that are agreed to, and become the ceilings."""
    taken = job.within if isinstance(job, NewWorker) else None
    return taken or limits(job.plan)


@dataclass(frozen=True, slots=True)
class Report:
    """What a Worker said of itself at its last status, ready to show; times in unix seconds, 0 when not known."""

    at: int
    running: bool
    why_paused: Slot
    last_tick: str
    last_reason: str
    last_at: int
    ticks: int
    equity: str
    cash: str
    currency: str
    positions: tuple[str | Text, ...]
    orders: tuple[str | Text, ...]
    armed: bool = True
    plan: KnownPlan = None
    limits: Limits | None = None
    ceilings: Limits | None = None
    invested: str = ""
    value: str = ""
    profit: str = ""
    next_at: int = 0
    schedule: str = "cron"
    outdated: bool = False
    template: str = ""
    key_ending: str = ""
    locked: bool = False
    last_code: str = ""
    keyless: bool = False
    account_ending: str = ""


def holdings(value: object) -> Iterator[Held]:
    """Find every sealed secret that a state carries, however deep."""
    if isinstance(value, Held):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from holdings(item)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from holdings(getattr(value, field.name))
