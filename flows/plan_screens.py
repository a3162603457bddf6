"""The screens on which a plan is chosen and agreed to, and plans in words."""

from __future__ import annotations

from decimal import Decimal

from flows.events import Context
from flows.planning import offered, suggestions
from flows.plans import (
    AMOUNTS,
    BUDGETS,
    MIXES,
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
from flows.words import Text, say

WHOLE = 100


def plan_words(plan: Plan) -> Text:
    """Say a plan in a few words."""
    match plan:
        case Watch():
            return say("plan.watch")
        case Recurring(symbols, amount, pace):
            return say(f"plan.recurring_{pace}", symbols=", ".join(symbols), amount=amount)
        case Mix(weights, budget, band):
            return say("plan.mix", parts=parts(weights), budget=budget, band=band)
        case Trend(weights, budget, band, months):
            return say("plan.trend", parts=parts(weights), budget=budget, band=band, months=months)


def parts(weights: tuple[Weight, ...]) -> str:
    """List a mix: "60% VTI, 30% BND, 10% cash"."""
    rest = WHOLE - sum(weight.percent for weight in weights)
    listed = [f"{weight.percent}% {weight.symbol}" for weight in weights]
    return ", ".join([*listed, f"{rest}% cash"] if rest > 0 else listed)


def limit_words(plan: Plan, bounds: Limits) -> Text:
    """Say what a plan may cost at most."""
    match plan:
        case Watch():
            return say("review.no_orders")
        case Recurring():
            return say("review.limits", per_order=bounds.per_order, per_day=bounds.per_day, budget=bounds.budget)
        case Mix() | Trend():
            return say("review.limits_mix", budget=bounds.budget, symbols=", ".join(bounds.symbols))


def pick_plan(state: PickPlan, _context: Context) -> Screen:
    """What the Worker shall do; for one that is up, only what its symbols allow."""
    rows: list[tuple[Button, ...]] = [(Tap(say("button.watch"), "watch", style=Style.GOOD),)]
    if offered(SUGGESTED.symbols, state.kept):
        buy = say(f"button.buy_{SUGGESTED.pace}", amount=SUGGESTED.amount, symbol=SUGGESTED.symbols[0])
        rows.append((Tap(buy, "suggested"),))
    mixes = tuple(
        Tap(say(f"button.mix_{name}"), "mix", name) for name, weights in MIXES.items() if _fits(weights, state.kept)
    )
    rows.append(mixes)
    if not isinstance(state.kept, Existing) or state.kept.ceilings.symbols:
        rows.append((Tap(say("button.own_buy"), "own"), Tap(say("button.own_mix"), "own_mix")))
    body = say("plan.body")
    if isinstance(state.kept, Existing):
        body = say("plan.body_existing", symbols=", ".join(state.kept.ceilings.symbols) or "–")
    return Screen((say("plan.title"), body), tuple(row for row in rows if row))


def pick_symbol(state: PickSymbol, _context: Context) -> Screen:
    """What to buy."""
    taps = [Tap(say("button.plain", text=symbol), "symbol", str(i)) for i, symbol in enumerate(suggestions(state.kept))]
    rows = tuple(tuple(taps[index : index + 4]) for index in range(0, len(taps), 4))
    return Screen((say("symbol.title"), say("symbol.body")), rows)


def pick_amount(state: PickAmount, _context: Context) -> Screen:
    """For how much."""
    taps = tuple(Tap(say("button.dollars", amount=amount), "amount", amount) for amount in AMOUNTS)
    each = "amount.title" if len(state.symbols) == 1 else "amount.title_each"
    return Screen((say(each, symbols=", ".join(state.symbols)), say("amount.body")), (taps,))


def pick_pace(state: PickPace, _context: Context) -> Screen:
    """How often."""
    taps = tuple(Tap(say(f"button.every_{pace}"), "pace", str(pace)) for pace in (Pace.WEEK, Pace.DAY))
    return Screen((say("pace.title", symbols=", ".join(state.symbols), amount=state.amount),), (taps,))


def pick_mix(_state: PickMix, _context: Context) -> Screen:
    """A mix of one's own."""
    return Screen((say("mix.title"), say("mix.body")))


def pick_budget(state: PickBudget, _context: Context) -> Screen:
    """How much a mix may use, with or without the trend filter."""
    trend = isinstance(state.plan, Trend)
    flip = Tap(say("button.trend_off" if trend else "button.trend_on"), "trend")
    taps = tuple(Tap(say("button.budget", amount=f"{int(dollars(each) or 0):,}"), "budget", each)
                 for each in _budgets(state))  # fmt: skip
    lines = (
        say("budget.title", parts=parts(state.plan.weights)),
        say("budget.body_trend" if trend else "budget.body"),
        say("budget.question", least=f"{least_budget(state.plan.weights):.0f}"),
    )
    return Screen(lines, (taps, (flip,)) if taps else ((flip,),))


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
    trial = () if isinstance(plan, Watch) else (say("review.trial"),)
    if isinstance(state.job, Widening):
        trial = (say("review.widening"), *trial)
    lines = (
        say("review.title"),
        say(f"review.mode_{mode}"),
        say("review.plan", plan=plan_words(plan)),
        limit_words(plan, limits(plan)),
        *trial,
        say("consent.text", mode=mode),
    )
    return Screen(lines, ((Tap(say("button.agree"), "agree", style=Style.MAIN),),))
