"""Choosing a plan: on the way to a new Worker, after a symbol that will not do, and for a Worker that is up."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from flows.effects import Move
from flows.events import Context
from flows.plans import (
    MIXES,
    MOST_SYMBOLS,
    SUGGESTED,
    SYMBOLS,
    Limits,
    Mix,
    Pace,
    Plan,
    Recurring,
    Trend,
    Watch,
    dollars,
    limits,
    symbols_of,
    with_trend,
)
from flows.states import (
    Complete,
    Existing,
    Kept,
    NewWorker,
    PickAmount,
    PickBudget,
    PickMix,
    PickMode,
    PickPace,
    PickPlan,
    PickSymbol,
    Review,
    State,
    Tuning,
    Widening,
    Wider,
)
from flows.tended import ConfirmPlan
from flows.typed import read_amount, read_budget, read_symbols, read_weights
from flows.words import Money, Text, listing, say

Choosing = PickPlan | PickPace | PickBudget


def offered(symbols: tuple[str, ...], kept: Kept) -> bool:
    """Tell whether these may be chosen: for a Worker that is up, only those it was deployed with."""
    return not isinstance(kept, Existing) or set(symbols) <= set(kept.ceilings.symbols)


def suggestions(kept: Kept) -> tuple[str, ...]:
    """List the symbols worth a button."""
    return kept.ceilings.symbols[:MOST_SYMBOLS] if isinstance(kept, Existing) else SYMBOLS


def before_plan(state: PickPlan) -> State:
    """Give the screen before the choice of a plan."""
    return Tuning(state.kept.worker) if isinstance(state.kept, Existing | Wider) else PickMode(state.kept)


def suggested(state: PickPlan, _argument: str, context: Context) -> Move:
    """Take the suggested buy."""
    return _chosen(state, SUGGESTED, context)


def watch(state: PickPlan, _argument: str, context: Context) -> Move:
    """Watch only."""
    return _chosen(state, Watch(), context)


def mix(state: PickPlan, argument: str, _context: Context) -> Move:
    """Take one of the suggested mixes."""
    if argument not in MIXES:
        raise ValueError(argument)
    return Move(PickBudget(state.mode, Mix(MIXES[argument]), state.kept))


def own_buy(state: PickPlan, _argument: str, _context: Context) -> Move:
    """Put a regular buy of one's own together."""
    return Move(PickSymbol(state.mode, state.kept))


def own_mix(state: PickPlan, _argument: str, _context: Context) -> Move:
    """Put a mix of one's own together."""
    return Move(PickMix(state.mode, state.kept))


def symbol_tapped(state: PickSymbol, argument: str, _context: Context) -> Move:
    """Take a symbol from the list."""
    return Move(PickAmount(state.mode, (suggestions(state.kept)[int(argument)],), state.kept))


def symbols_said(state: PickSymbol, text: str, _context: Context) -> Move:
    """Read typed symbols."""
    symbols = read_symbols(text)
    if isinstance(symbols, Text):
        return Move(state, notice=symbols, tidy=True)
    if not offered(symbols, state.kept):
        return Move(state, notice=_unagreed(symbols, state.kept), tidy=True)
    return Move(PickAmount(state.mode, symbols, state.kept), tidy=True)


def amount_tapped(state: PickAmount, argument: str, _context: Context) -> Move:
    """Take an amount from the list."""
    return _amount(state, argument, tidy=False)


def amount_said(state: PickAmount, text: str, _context: Context) -> Move:
    """Read a typed amount."""
    return _amount(state, text, tidy=True)


def _amount(state: PickAmount, text: str, *, tidy: bool) -> Move:
    amount = read_amount(text)
    if amount is None:
        return Move(state, notice=say("notice.amount_unreadable"), tidy=tidy)
    return Move(PickPace(state.mode, state.symbols, amount, state.kept), tidy=tidy)


def pace_tapped(state: PickPace, argument: str, context: Context) -> Move:
    """Every day or every week."""
    return _chosen(state, Recurring(state.symbols, state.amount, Pace(argument)), context)


def mix_said(state: PickMix, text: str, _context: Context) -> Move:
    """Read a typed mix."""
    weights = read_weights(text)
    if isinstance(weights, Text):
        return Move(state, notice=weights, tidy=True)
    symbols = tuple(weight.symbol for weight in weights)
    if not offered(symbols, state.kept):
        return Move(state, notice=_unagreed(symbols, state.kept), tidy=True)
    return Move(PickBudget(state.mode, Mix(weights), state.kept), tidy=True)


def before_budget(state: PickBudget) -> State:
    """Give the screen before the question for a budget."""
    own = state.plan.weights not in MIXES.values()
    return PickMix(state.mode, state.kept) if own else PickPlan(state.mode, state.kept)


def trend_tapped(state: PickBudget, _argument: str, _context: Context) -> Move:
    """Put the trend filter on the mix, or take it off."""
    return Move(replace(state, plan=with_trend(state.plan)))


def budget_tapped(state: PickBudget, argument: str, context: Context) -> Move:
    """Take a budget from the list."""
    return _budget(state, argument, context)


def budget_said(state: PickBudget, text: str, context: Context) -> Move:
    """Read a typed budget."""
    return replace(_budget(state, text, context), tidy=True)


def _budget(state: PickBudget, text: str, context: Context) -> Move:
    budget = read_budget(text, state.plan.weights)
    if isinstance(budget, Text):
        return Move(state, notice=budget)
    return _chosen(state, replace(state.plan, budget=budget), context)


def _chosen(state: Choosing, plan: Plan, context: Context) -> Move:
    match state.kept:
        case Existing(_, ceilings) as existing:
            objection = beyond(plan, ceilings)
            return Move(state, notice=objection) if objection else Move(ConfirmPlan(state.mode, plan, existing))
        case Complete(worker=worker):
            return Move(Review(NewWorker(state.mode, plan, worker), state.kept))
        case Wider(worker, account):
            return Move(Review(Widening(state.mode, plan, worker, account), state.kept))
        case _:
            return Move(Review(NewWorker(state.mode, plan, context.fresh_id), state.kept))


def beyond(plan: Plan, ceilings: Limits) -> Text | None:
    """Say in what a plan goes beyond the ceilings a Worker was deployed with; None when it does not."""
    if not set(symbols_of(plan)) <= set(ceilings.symbols):
        return _unagreed(symbols_of(plan), Existing("", ceilings))
    wanted = limits(plan)
    sums = ("budget", "per_order", "per_day") if isinstance(plan, Mix | Trend) else ("per_order", "per_day")
    for name in sums:
        most = dollars(getattr(ceilings, name)) or Decimal(0)
        if Decimal(getattr(wanted, name)) > most:
            return say(f"notice.beyond_{name}", most=Money(f"{most:.2f}"))
    return None


def _unagreed(symbols: tuple[str, ...], kept: Kept) -> Text:
    agreed = kept.ceilings.symbols if isinstance(kept, Existing) else ()
    strange = next(symbol for symbol in symbols if symbol not in agreed)
    return say("notice.beyond_symbols", symbol=strange, agreed=listing(*agreed))
