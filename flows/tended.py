"""Where a conversation can be while a Worker is looked after: arming, plan and limits, orders and shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.jobs import Existing, Report
from flows.plans import Mode, Plan
from flows.words import Text

if TYPE_CHECKING:
    from flows.states import State


@dataclass(frozen=True, slots=True)
class ConfirmArm:
    """A phrase typed by hand before a Worker trades real money."""

    worker: str
    mode: Mode
    back: State


@dataclass(frozen=True, slots=True)
class Tuning:
    """A Worker's plan and limits, as it told them last."""

    worker: str
    report: Report | None = None
    operation: str | None = None


@dataclass(frozen=True, slots=True)
class PickLimit:
    """Which limit to change."""

    worker: str
    report: Report


@dataclass(frozen=True, slots=True)
class SetLimit:
    """A limit's new value, typed."""

    worker: str
    report: Report
    name: str


@dataclass(frozen=True, slots=True)
class ConfirmPlan:
    """Another plan for a Worker that is up, and what that means."""

    mode: Mode
    plan: Plan
    kept: Existing


@dataclass(frozen=True, slots=True)
class Toolbox:
    """What is rarely needed: orders, shares, lock, export."""

    worker: str
    back: State


@dataclass(frozen=True, slots=True)
class ConfirmAct:
    """A tap before something that costs or blocks."""

    worker: str
    mode: Mode
    act: str
    back: State


@dataclass(frozen=True, slots=True)
class ConfirmClose:
    """What selling all of a Worker's own shares would sell; a preview is awaited or shown."""

    worker: str
    mode: Mode
    back: State
    operation: str | None = None
    orders: tuple[str | Text, ...] = ()
    total: str = ""
    remark: str = ""
