"""Changing the plan and the limits of a Worker that is up, below the ceilings it was deployed with."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from flows.effects import Move, StartOperation
from flows.events import Context, Ended, Json, as_json
from flows.footing import AT_HOME, ask, beneath
from flows.plans import AT_LEAST, OPTIONAL, SUMS, Limits, Mix, Mode, Trend, dollars, plan_json
from flows.states import Existing, Home, PickPlan, State, Wider
from flows.telling import ANSWERS, report_of
from flows.tended import ConfirmPlan, PickLimit, SetLimit, Tuning
from flows.trouble import trouble
from flows.typed import is_none, read_money
from flows.words import Money, Text, say

MOST_TYPED = Decimal("1000000.00")


def opened(state: State, worker: str, context: Context) -> Move:
    """Show plan and limits as the Worker has them now."""
    below = beneath(state)
    if not isinstance(below, AT_HOME):
        return Move(state, notice=say("notice.finish_first"))
    known = below.report if isinstance(below, Home) and below.worker == worker else None
    start = StartOperation(context.fresh_id, "status", {"worker": worker})
    return Move(Tuning(worker, known, context.fresh_id), (start,))


def tapped(state: State, _argument: str, context: Context) -> Move:
    """The button for plan and limits under a Worker's card."""
    worker = context.worker(getattr(state, "worker", None))
    return opened(state, worker.id, context) if worker else Move(state, notice=say("notice.no_worker"))


def told(state: Tuning, event: Ended, _context: Context) -> Move:
    """Show what the Worker told; without that there is nothing to change."""
    data = dict(event.data)
    if event.code in ANSWERS:
        return Move(Tuning(state.worker, report_of(data)))
    return Move(Home(state.worker, state.report), notice=trouble(event.code, data))


def home_of(state: Tuning) -> State:
    """Give the Worker's card."""
    return Home(state.worker, state.report, state.operation)


def change_plan(state: Tuning, _argument: str, context: Context) -> Move:
    """Choose another plan."""
    worker = context.worker(state.worker)
    if worker is None or state.report is None or state.report.ceilings is None:
        return Move(state)
    return Move(PickPlan(worker.mode, Existing(worker.id, state.report.ceilings)))


def change_limit(state: Tuning, _argument: str, _context: Context) -> Move:
    """Choose which limit to change."""
    return Move(PickLimit(state.worker, state.report)) if state.report else Move(state)


def widen(state: Tuning, _argument: str, context: Context) -> Move:
    """Choose a plan beyond what was agreed to; it ends in a new agreement and the question for a token."""
    worker = context.worker(state.worker)
    return Move(PickPlan(worker.mode, Wider(worker.id, worker.account))) if worker else Move(state)


def limit_tapped(state: PickLimit, argument: str, _context: Context) -> Move:
    """The limit to change."""
    return Move(SetLimit(state.worker, state.report, argument)) if argument in SUMS else Move(state)


def limit_said(state: SetLimit, text: str, context: Context) -> Move:
    """Read a limit's new value and hand it to the Worker; one that was not agreed to may be none."""
    free = state.name in OPTIONAL and not (state.report.ceilings and getattr(state.report.ceilings, state.name))
    if free and is_none(text):
        lifted: dict[str, Json] = {state.name: None}
        return replace(ask(Home(state.worker), "set", state.worker, context, {"limits": lifted}), tidy=True)
    amount = read_money(text, Decimal(0), MOST_TYPED)
    if amount is None:
        return Move(state, notice=say("notice.limit_unreadable"), tidy=True)
    objection = _too_loose(state.name, amount, state.report.ceilings)
    if objection is not None:
        return Move(state, notice=objection, tidy=True)
    limits: dict[str, Json] = {name: value for name, value in _sums(state.report.limits).items() if value}
    limits[state.name] = amount
    return replace(ask(Home(state.worker), "set", state.worker, context, {"limits": limits}), tidy=True)


def _sums(limits: Limits | None) -> dict[str, str]:
    return {name: getattr(limits, name) for name in SUMS} if limits else {}


def _too_loose(name: str, amount: str, ceilings: Limits | None) -> Text | None:
    bound = dollars(getattr(ceilings, name)) if ceilings else None
    if bound is None:
        return None
    if name == AT_LEAST:
        return None if Decimal(amount) >= bound else say("notice.below_floor", least=Money(f"{bound:.2f}"))
    return None if Decimal(amount) <= bound else say("notice.beyond_limit", most=Money(f"{bound:.2f}"))


def before_confirming(state: ConfirmPlan) -> State:
    """Give the choice of a plan."""
    return PickPlan(Mode(state.mode), state.kept)


def plan_confirmed(state: ConfirmPlan, _argument: str, context: Context) -> Move:
    """Hand the Worker its new plan; a mix brings its budget along."""
    more: dict[str, Json] = {"plan": as_json(plan_json(state.plan))}
    if isinstance(state.plan, Mix | Trend):
        more["limits"] = {"budget": state.plan.budget}
    return ask(Home(state.kept.worker), "set", state.kept.worker, context, more)
