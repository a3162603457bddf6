"""Where a conversation can be. Each state carries only what is true in it; secrets appear as ticket ids alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from flows.forming import FormOpen, FormOver, Opening, Preparing, Unready
from flows.jobs import (
    LONGEST_HELD,
    Access,
    Account,
    Complete,
    Connected,
    Existing,
    Held,
    Inspection,
    Job,
    Keeping,
    Kept,
    KeyJob,
    NewKeys,
    NewWorker,
    OwnToken,
    PlanJob,
    Removal,
    Report,
    Widening,
    Wider,
    holdings,
)
from flows.plans import Mode, Weighted
from flows.tended import ConfirmAct, ConfirmArm, ConfirmClose, ConfirmPlan, PickLimit, SetLimit, Toolbox, Tuning
from flows.words import Text

if TYPE_CHECKING:
    from flows.advice import Advice, AskRisk, AskTried
    from flows.inspected import AskAccountId, AtWork, ConfirmClear, ConfirmOverwrite, Strays, Verdict
    from flows.kept import ChangingToken, TokenCard
    from flows.preferences import PickQuiet, PickSummary, PickZone, Preferences
    from flows.speaking import PickLanguage
    from flows.twin import Another

__all__ = (
    "LONGEST_HELD",
    "Access",
    "Account",
    "Complete",
    "ConfirmAct",
    "ConfirmArm",
    "ConfirmClose",
    "ConfirmPlan",
    "Connected",
    "Existing",
    "FormOpen",
    "FormOver",
    "Held",
    "Inspection",
    "Job",
    "Keeping",
    "Kept",
    "KeyJob",
    "NewKeys",
    "NewWorker",
    "Opening",
    "OwnToken",
    "PickLimit",
    "PlanJob",
    "Preparing",
    "Removal",
    "Report",
    "SetLimit",
    "Toolbox",
    "Tuning",
    "Unready",
    "Widening",
    "Wider",
    "holdings",
)


@dataclass(frozen=True, slots=True)
class Welcome:
    """What will happen, before anything does."""


@dataclass(frozen=True, slots=True)
class OpenAlpaca:
    """Open Alpaca and sign in."""

    kept: Kept = None


@dataclass(frozen=True, slots=True)
class PickMode:
    """Paper or live. `kept` is what was given earlier, so that going back does not lose it."""

    kept: Kept = None


@dataclass(frozen=True, slots=True)
class PickPlan:
    """Watch only, a suggested plan, or one's own."""

    mode: Mode
    kept: Kept = None


@dataclass(frozen=True, slots=True)
class PickSymbol:
    """What to buy: one symbol or several."""

    mode: Mode
    kept: Kept = None


@dataclass(frozen=True, slots=True)
class PickAmount:
    """For how much each time."""

    mode: Mode
    symbols: tuple[str, ...]
    kept: Kept = None


@dataclass(frozen=True, slots=True)
class PickPace:
    """How often."""

    mode: Mode
    symbols: tuple[str, ...]
    amount: str
    kept: Kept = None


@dataclass(frozen=True, slots=True)
class PickMix:
    """A mix of one's own, typed."""

    mode: Mode
    kept: Kept = None


@dataclass(frozen=True, slots=True)
class PickBudget:
    """How much money a mix may use, and whether it has the trend filter."""

    mode: Mode
    plan: Weighted
    kept: Kept = None


@dataclass(frozen=True, slots=True)
class Review:
    """Everything chosen, its limits, and what the user agrees to."""

    job: PlanJob
    kept: Kept = None


@dataclass(frozen=True, slots=True)
class ConfirmLive:
    """A phrase typed by hand before real money; then on with whatever keys are already held.

    `flipped` says that the keys turned out to be of this mode, not of the one chosen.
    """

    job: PlanJob
    access: Connected | None = None
    key_id: Held | None = None
    secret: Held | None = None
    flipped: bool = False


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
class Done:
    """A Worker is up; what it would order now, and what to do next.

    `coming` says that its new address does not answer yet, `schedule` what wakes it, `moneyless` that it is to buy with
    real money and that there is none.
    """

    worker: str
    outcome: str
    reason: str
    orders: tuple[str | Text, ...] = ()
    armed: bool = True
    coming: bool = False
    schedule: str = "cron"
    code: str = ""
    moneyless: bool = False


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
class Leaving:
    """A Worker is to be taken away in a moment; one may still think better of it."""

    job: Removal
    access: Access
    operation: str


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
    """Delete everything Soar knows of this chat; first, if wished, a Worker is held."""

    back: State
    operation: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A help topic."""

    topic: str
    back: State


State: TypeAlias = (
    "Welcome | OpenAlpaca | PickMode | AskTried | AskRisk | Advice | PickPlan | PickSymbol | PickAmount"
    " | PickPace | PickMix | PickBudget | Review | ConfirmLive | AskToken | Connecting | PickAccount"
    " | PickName | KeepToken | MakeKey | AskKeyId | AskSecret | Working | WrongMode | Stopped | Done"
    " | Home | Another | ConfirmArm | Tuning | PickLimit | SetLimit | ConfirmPlan | Toolbox | ConfirmAct | ConfirmClose"
    " | ConfirmDestroy | Leaving | Destroying | Gone | PickWorker | ConfirmCancel | ConfirmForget | Reading"
    " | Preferences | PickSummary | PickQuiet | PickZone | PickLanguage | Preparing | Unready | Opening | FormOpen"
    " | FormOver | TokenCard | ChangingToken | AskAccountId | AtWork | Verdict | ConfirmOverwrite | Strays"
    " | ConfirmClear"
)
