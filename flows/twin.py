"""Another bot beside one that is up: with its plan in the other mode, or one from the beginning."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from flows.effects import Move, StartOperation
from flows.events import Context, Ended
from flows.plans import SUMS, Limits, Mix, Mode, Plan, Recurring, Trend, Watch, limits, symbols_of, tighter
from flows.states import Done, Home, NewWorker, Report, Review, Welcome
from flows.telling import ANSWERS, report_of
from flows.trouble import trouble
from flows.typed import LARGEST_BUDGET, WHOLE, read_amount, read_money, read_symbols
from flows.words import say

if TYPE_CHECKING:
    from flows.states import State

LARGEST_LIMIT: Final = Decimal("1000000.00")
WIDEST_BAND: Final = 50  # percentage points, as the bot itself reads it


@dataclass(frozen=True, slots=True)
class Another:
    """The same plan in the other mode, or a new bot from the beginning; its plan is asked for where it is not known."""

    worker: str
    back: State
    operation: str | None = None


def opened(state: Home | Done, _argument: str, context: Context) -> Move:
    """The button under a card; where there is no bot yet, begin."""
    worker = context.worker(state.worker)
    return Move(Another(worker.id, state)) if worker else Move(Welcome())


def same_tapped(state: Another, _argument: str, context: Context) -> Move:
    """The same plan in the other mode: ask the bot for it, unless its card shows it."""
    worker = context.worker(state.worker)
    if worker is None or state.operation is not None:
        return Move(state)
    taken = copied(told(state))
    if taken is not None:
        return _review(worker.mode.other, taken, context)
    start = StartOperation(context.fresh_id, "describe", {"worker": worker.id})
    return Move(replace(state, operation=context.fresh_id), (start,))


def described(state: Another, event: Ended, context: Context) -> Move:
    """Take the plan that the bot told; without one there is only a new bot."""
    data = dict(event.data)
    here = replace(state, operation=None)
    if event.code not in ANSWERS:
        return Move(here, notice=trouble(event.code, data))
    worker, taken = context.worker(state.worker), copied(report_of(data))
    if worker is None or taken is None:
        return Move(here, notice=say("another.unknown"))
    return _review(worker.mode.other, taken, context)


def _review(mode: Mode, taken: tuple[Plan, Limits], context: Context) -> Move:
    plan, within = taken
    return Move(Review(NewWorker(mode, plan, context.fresh_id, within)))


def told(state: Another) -> Report | None:
    """Give what the bot told last, as far as its card shows it."""
    return state.back.report if isinstance(state.back, Home) else None


def copied(report: Report | None) -> tuple[Plan, Limits] | None:
    """Give a bot's plan, and limits as tight as its own; None where it told none that anybody could have chosen."""
    if report is None or report.plan is None or report.limits is None or not _could_be_chosen(report.plan):
        return None
    within = tighter(limits(report.plan), report.limits)
    whole = within.per_order and within.per_day and within.budget
    return (report.plan, within) if whole and _could_be_set(report.limits) else None


def _could_be_set(bounds: Limits) -> bool:
    """Whether these are sums to the cent, as they are shown and agreed to; one passed over would be lost."""
    told = [each for name in SUMS if (each := getattr(bounds, name))]
    return all(read_money(each, Decimal(0), LARGEST_LIMIT) == each for each in told)


def _could_be_chosen(plan: Plan) -> bool:
    """Whether Soar itself would take such a plan: what a bot tells is not believed as it is."""
    match plan:
        case Watch():
            return True
        case Recurring(_, amount):
            return _symbols_fit(plan) and read_amount(amount) == amount
        case Mix(weights, budget, band) | Trend(weights, budget, band):
            parts = [weight.percent for weight in weights]
            whole = sum(parts) <= WHOLE and all(part > 0 for part in parts) and 0 < band <= WIDEST_BAND
            return _symbols_fit(plan) and whole and read_money(budget, Decimal(0), LARGEST_BUDGET) == budget


def _symbols_fit(plan: Plan) -> bool:
    return read_symbols(", ".join(symbols_of(plan))) == symbols_of(plan)
