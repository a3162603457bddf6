"""Where a conversation can be while it is chosen what a Worker shall do, up to what the user agrees to."""

from __future__ import annotations

from dataclasses import dataclass

from flows.jobs import Connected, Held, Kept, PlanJob
from flows.plans import Mode, Weighted


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
