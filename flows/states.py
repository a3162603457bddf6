"""Where a conversation can be. Each state carries only what is true in it; secrets appear as ticket ids alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from flows.plans import Mode, Plan

if TYPE_CHECKING:
    from flows.advice import Advice, AskRisk, AskTried
    from flows.preferences import PickQuiet, PickSummary, PickZone, Preferences

LONGEST_HELD = 61 * 60  # seconds: an hour, and a minute by which a clock may be put right


@dataclass(frozen=True, slots=True)
class Held:
    """A sealed secret: its ticket, when that expires (unix seconds), and what may be shown of it."""

    ticket: str
    until: int
    ending: str = ""
    looks: Mode | None = None

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
class NewWorker:
    """The work at hand is a first deploy; `worker` is the id it will have, so that trying again finds its traces."""

    mode: Mode
    plan: Plan
    worker: str


@dataclass(frozen=True, slots=True)
class NewKeys:
    """The work at hand is a change of keys in a Worker that exists."""

    worker: str
    mode: Mode
    account: str


@dataclass(frozen=True, slots=True)
class Removal:
    """The work at hand is taking a Worker away with a token of the user's."""

    worker: str
    mode: Mode
    account: str


Job: TypeAlias = "NewWorker | NewKeys | Removal"
KeyJob: TypeAlias = "NewWorker | NewKeys"


@dataclass(frozen=True, slots=True)
class Welcome:
    """What will happen, before anything does."""


@dataclass(frozen=True, slots=True)
class OpenAlpaca:
    """Open Alpaca and sign in."""

    kept: Connected | None = None


@dataclass(frozen=True, slots=True)
class PickMode:
    """Paper or live. `kept` is Cloudflare access given earlier, so that going back does not lose it."""

    kept: Connected | None = None


@dataclass(frozen=True, slots=True)
class PickPlan:
    """Watch only, a suggested buy, or one's own."""

    mode: Mode
    kept: Connected | None = None


@dataclass(frozen=True, slots=True)
class PickSymbol:
    """What to buy."""

    mode: Mode
    kept: Connected | None = None


@dataclass(frozen=True, slots=True)
class PickAmount:
    """For how much."""

    mode: Mode
    symbol: str
    kept: Connected | None = None


@dataclass(frozen=True, slots=True)
class PickPace:
    """How often."""

    mode: Mode
    symbol: str
    amount: str
    kept: Connected | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """Everything chosen, its limits, and what the user agrees to."""

    job: NewWorker
    kept: Connected | None = None


@dataclass(frozen=True, slots=True)
class ConfirmLive:
    """A phrase typed by hand before real money; then on with whatever keys are already held."""

    job: NewWorker
    access: Connected | None = None
    key_id: Held | None = None
    secret: Held | None = None


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


@dataclass(frozen=True, slots=True)
class Report:
    """What a Worker said of itself at its last status, ready to show."""

    at: int
    running: bool
    why_paused: str
    last_tick: str
    last_reason: str
    last_at: int
    ticks: int
    equity: str
    cash: str
    currency: str
    positions: tuple[str, ...]
    orders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A Worker is up; what to do next."""

    worker: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class Home:
    """Looking after a Worker, or nothing there yet."""

    worker: str | None = None
    report: Report | None = None
    operation: str | None = None


@dataclass(frozen=True, slots=True)
class ConfirmDestroy:
    """A phrase typed by hand before a Worker goes."""

    worker: str
    mode: Mode
    back: State


@dataclass(frozen=True, slots=True)
class Destroying:
    """A Worker is being taken away."""

    worker: str
    mode: Mode
    operation: str
    access: Access


@dataclass(frozen=True, slots=True)
class Gone:
    """A Worker has been taken away, or nobody could make sure of it."""

    mode: Mode
    script: str
    sure: bool


@dataclass(frozen=True, slots=True)
class PickWorker:
    """Several Workers: which one is meant."""

    command: str
    back: State


@dataclass(frozen=True, slots=True)
class ConfirmCancel:
    """Stop the set-up, or go on."""

    back: State


@dataclass(frozen=True, slots=True)
class ConfirmForget:
    """Delete everything Soar knows of this chat."""

    back: State


@dataclass(frozen=True, slots=True)
class Reading:
    """A help topic."""

    topic: str
    back: State


State: TypeAlias = (
    "Welcome | OpenAlpaca | PickMode | AskTried | AskRisk | Advice"
    " | PickPlan | PickSymbol | PickAmount | PickPace | Review | ConfirmLive"
    " | AskToken | Connecting | PickAccount | PickName | KeepToken | MakeKey | AskKeyId | AskSecret | Working"
    " | WrongMode | Stopped | Done | Home | ConfirmDestroy | Destroying | Gone | PickWorker | ConfirmCancel"
    " | ConfirmForget | Reading | Preferences | PickSummary | PickQuiet | PickZone"
)


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
