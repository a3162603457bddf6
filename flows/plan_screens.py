"""The screens on which a plan is chosen and agreed to, and plans in words."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import reduce

from flows.events import Context
from flows.jobs import ceilings_of
from flows.planning import offered, suggestions
from flows.plans import (
    AMOUNTS,
    BUDGETS,
    MIXES,
    OPTIONAL,
    SUGGESTED,
    Limits,
    Mix,
    Pace,
    Plan,
    Recurring,
    Trend,
    Watch,
    Weight,
    dollars,
    least_budget,
    limits,
    symbols_of,
)
from flows.screen import Button, Screen, Style, Tap
from flows.states import (
    Existing,
    Kept,
    PickAmount,
    PickBudget,
    PickMix,
    PickPace,
    PickPlan,
    PickSymbol,
    Review,
    Widening,
)
from flows.words import Money, Percent, Slot, Text, listing, say

WHOLE = 100
SHOWN = 3


def plan_words(plan: Plan) -> Text:
    """Say a plan in a few words."""
    match plan:
        case Watch():
            return say("plan.watch")
        case Recurring(symbols, amount, pace):
            return say(f"plan.recurring_{pace}", symbols=first_of(symbols), amount=Money(amount))
        case Mix(weights, budget):
            return say("plan.mix", parts=first_of(parts(weights)), budget=Money(budget))
        case Trend(weights, budget):
            return say("plan.trend", parts=first_of(parts(weights)), budget=Money(budget))


def plan_details(plan: Plan) -> Text:
    """Say how a plan works, with all of its symbols."""
    match plan:
        case Watch():
            return say("plan.more_watch")
        case Recurring(symbols):
            return say("plan.more_recurring", symbols=listing(*symbols))
        case Mix(weights, _, band):
            return say("plan.more_mix", parts=listing(*parts(weights)), band=band)
        case Trend(weights, _, band, months):
            mix = say("plan.more_mix", parts=listing(*parts(weights)), band=band)
            return say("plan.more_trend", mix=mix, months=months)


def parts(weights: tuple[Weight, ...]) -> tuple[Slot, ...]:
    """Give the parts of a mix: "60% VTI", "30% BND", "10% cash"."""
    rest = WHOLE - sum(weight.percent for weight in weights)
    listed = [say("plan.part", percent=Percent(weight.percent), symbol=weight.symbol) for weight in weights]
    return (*listed, *((say("plan.part_cash", percent=Percent(rest)),) if rest > 0 else ()))


def first_of(things: Sequence[Slot]) -> Slot:
    """Put things in a row; of many, the first ones and how many more there are."""
    if len(things) <= SHOWN:
        return listing(*things)
    return listing(*things[: SHOWN - 1], say("plan.others", count=len(things) - SHOWN + 1))


def limit_words(plan: Plan, bounds: Limits) -> Text:
    """Say what a plan may cost at most."""
    match plan:
        case Watch():
            return say("review.no_orders")
        case Recurring():
            sums = {name: Money(getattr(bounds, name)) for name in ("per_order", "per_day", "budget")}
            return say("review.limits", **sums)
        case Mix() | Trend():
            return say("review.limits_mix", budget=Money(bounds.budget))


def further_limits(plan: Plan, bounds: Limits) -> list[Text]:
    """Say the limits that `limit_words` leaves out, where the plan alone would not ask for them."""
    match plan:
        case Watch():
            names: tuple[str, ...] = ()
        case Recurring():
            names = OPTIONAL
        case Mix() | Trend():
            names = ("per_order", "per_day", *OPTIONAL)
    usual = limits(plan)
    set_here = {name: getattr(bounds, name) for name in names}
    return [
        say(f"review.{name}", amount=Money(most))
        for name, most in set_here.items()
        if most and most != getattr(usual, name)
    ]


def all_limits(plan: Plan, bounds: Limits) -> Text:
    """Say all limits, one under the other."""
    first, *others = limit_words(plan, bounds), *further_limits(plan, bounds)
    return reduce(lambda above, below: say("consent.lines", above=above, below=below), others, first)


def pick_plan(state: PickPlan, _context: Context) -> Screen:
    """What the Worker shall do; for one that is up, only what its symbols allow."""
    rows: list[tuple[Button, ...]] = [(Tap(say("button.watch"), "watch", style=Style.GOOD),)]
    if offered(SUGGESTED.symbols, state.kept):
        buy = say(f"button.buy_{SUGGESTED.pace}", amount=Money(SUGGESTED.amount), symbol=SUGGESTED.symbols[0])
        rows.append((Tap(buy, "suggested"),))
    mixes = tuple(
        Tap(say(f"button.mix_{name}"), "mix", name) for name, weights in MIXES.items() if _fits(weights, state.kept)
    )
    rows.append(mixes)
    if not isinstance(state.kept, Existing) or state.kept.ceilings.symbols:
        rows.append((Tap(say("button.own_buy"), "own"), Tap(say("button.own_mix"), "own_mix")))
    body = say("plan.body")
    if isinstance(state.kept, Existing):
        body = say("plan.body_existing", symbols=first_of(state.kept.ceilings.symbols))
    return Screen((say("plan.title"), body), tuple(row for row in rows if row))


def pick_symbol(state: PickSymbol, _context: Context) -> Screen:
    """What to buy."""
    taps = [Tap(say("button.plain", text=symbol), "symbol", str(i)) for i, symbol in enumerate(suggestions(state.kept))]
    rows = tuple(tuple(taps[index : index + 4]) for index in range(0, len(taps), 4))
    return Screen((say("symbol.title"), say("symbol.body")), rows)


def pick_amount(state: PickAmount, _context: Context) -> Screen:
    """For how much."""
    taps = tuple(Tap(say("button.dollars", amount=Money(amount)), "amount", amount) for amount in AMOUNTS)
    each = "amount.title" if len(state.symbols) == 1 else "amount.title_each"
    return Screen((say(each, symbols=listing(*state.symbols)), say("amount.body")), (taps,))


def pick_pace(state: PickPace, _context: Context) -> Screen:
    """How often."""
    taps = tuple(Tap(say(f"button.every_{pace}"), "pace", str(pace)) for pace in (Pace.WEEK, Pace.DAY))
    return Screen((say("pace.title", symbols=listing(*state.symbols), amount=Money(state.amount)),), (taps,))


def pick_mix(_state: PickMix, _context: Context) -> Screen:
    """A mix of one's own."""
    return Screen((say("mix.title"), say("mix.body")))


def pick_budget(state: PickBudget, _context: Context) -> Screen:
    """How much a mix may use, with or without the trend filter."""
    trend = isinstance(state.plan, Trend)
    flip = Tap(say("button.trend_off" if trend else "button.trend_on"), "trend")
    taps = tuple(Tap(say("button.budget", amount=Money(each, whole=True)), "budget", each) for each in _budgets(state))
    lines = (
        say("budget.title", parts=first_of(parts(state.plan.weights))),
        say("budget.body_trend" if trend else "budget.body"),
        say("budget.question", least=Money(f"{least_budget(state.plan.weights):.0f}", whole=True)),
    )
    whole = (say("review.more"), plan_details(state.plan)) if len(state.plan.weights) > SHOWN else ()
    return Screen(lines, (taps, (flip,)) if taps else ((flip,),), whole)


def _most_budget(kept: Kept) -> Decimal | None:
    """Give the largest mix that keeps within what was agreed to: its first day may buy all of it in one order."""
    if not isinstance(kept, Existing):
        return None
    bounds = kept.ceilings.per_order, kept.ceilings.per_day, kept.ceilings.budget
    return min(dollars(bound) or Decimal(0) for bound in bounds)


def _fits(weights: tuple[Weight, ...], kept: Kept) -> bool:
    most = _most_budget(kept)
    return offered(symbols_of(Mix(weights)), kept) and (most is None or least_budget(weights) <= most)


def _budgets(state: PickBudget) -> tuple[str, ...]:
    most = _most_budget(state.kept)
    least = least_budget(state.plan.weights)
    fitting = [each for each in BUDGETS if (amount := dollars(each)) and amount >= least]
    return tuple(each for each in fitting if most is None or (dollars(each) or most) <= most)


def review(state: Review, _context: Context) -> Screen:
    """Everything chosen, and consent."""
    plan, mode = state.job.plan, str(state.job.mode)
    lines = (
        say("review.title"),
        say("review.plan", plan=plan_words(plan)),
        limit_words(plan, ceilings_of(state.job)),
        *((say("review.widening"),) if isinstance(state.job, Widening) else ()),
        say("consent.text", mode=mode),
    )
    keeps = (say("review.keeps"),) if isinstance(state.job, Widening) else ()
    trial = () if isinstance(plan, Watch) else (say("review.trial"),)
    tight = further_limits(plan, ceilings_of(state.job))
    folded = (say("review.more"), plan_details(plan), *tight, *keeps, *trial)
    return Screen(lines, ((Tap(say("button.agree"), "agree", style=Style.MAIN),),), folded)
