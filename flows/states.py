"""Where a conversation can be. Each state carries only what is true in it; secrets appear as ticket ids alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from flows.forming import FormOpen, FormOver, Opening, Preparing, Unready
from flows.given import (
    AskKeyId,
    AskSecret,
    AskToken,
    Connecting,
    KeepToken,
    MakeKey,
    PickAccount,
    PickName,
    Stopped,
    Working,
    WrongMode,
)
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
from flows.planned import (
    ConfirmLive,
    PickAmount,
    PickBudget,
    PickMix,
    PickPace,
    PickPlan,
    PickSymbol,
    Review,
)
from flows.plans import Mode
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
    "AskKeyId",
    "AskSecret",
    "AskToken",
    "Complete",
    "ConfirmAct",
    "ConfirmArm",
    "ConfirmClose",
    "ConfirmLive",
    "ConfirmPlan",
    "Connected",
    "Connecting",
    "Existing",
    "FormOpen",
    "FormOver",
    "Held",
    "Inspection",
    "Job",
    "KeepToken",
    "Keeping",
    "Kept",
    "KeyJob",
    "MakeKey",
    "NewKeys",
    "NewWorker",
    "Opening",
    "OwnToken",
    "PickAccount",
    "PickAmount",
    "PickBudget",
    "PickLimit",
    "PickMix",
    "PickName",
    "PickPace",
    "PickPlan",
    "PickSymbol",
    "PlanJob",
    "Preparing",
    "Removal",
    "Report",
    "Review",
    "SetLimit",
    "Stopped",
    "Toolbox",
    "Tuning",
    "Unready",
    "Widening",
    "Wider",
    "Working",
    "WrongMode",
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
