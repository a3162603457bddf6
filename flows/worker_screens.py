"""The screens of a Worker that is up: its card, arming, plan and limits, orders and shares."""

from __future__ import annotations

from flows.choices import LIVE_PHRASE
from flows.dealings import Line, in_its_words, why
from flows.events import Context
from flows.plan_screens import first_of, limit_words, plan_details, plan_words
from flows.plans import OPTIONAL, SUMS, Limits, Mode, Watch, dollars
from flows.screen import BACK, Button, Link, Place, Screen, Style, Tap
from flows.screens import elapsed
from flows.states import Done, Home, Report
from flows.tended import ConfirmAct, ConfirmArm, ConfirmClose, ConfirmPlan, PickLimit, SetLimit, Toolbox, Tuning
from flows.twin import Another, copied, told
from flows.words import Money, Slot, Span, Text, say

MOST_LINES, MOST_ORDERS = 5, 2
START = Tap(say("button.arm"), "arm", style=Style.MAIN)
NO_MONEY = say("card.no_money")
OPEN_LIVE: tuple[Button, ...] = (Link(say("button.alpaca_live"), Place.ALPACA_LIVE),)
WIDEN = Tap(say("button.widen"), "widen")


def done(state: Done, context: Context) -> Screen:
    """A Worker is up; what it would order now."""
    worker = context.worker(state.worker)
    script = worker.script if worker else ""
    reason = (say("done.first_look", reason=why(state.code, state.outcome, state.reason)),) if state.reason else ()
    alarm = (say("done.alarm"),) if state.schedule == "alarm" else ()
    title = say("done.title_coming") if state.coming else say("done.title")
    lines = (title, say("done.body", script=script))
    more = (*reason, *alarm)
    if state.coming:
        return Screen((*lines, say("done.coming")), hands(paused=False), more)
    if state.armed:
        return Screen((*lines, say("done.next")), hands(paused=False), more)
    meant = listed("card.meant", state.orders, MOST_ORDERS) or [say("done.no_orders")]
    if state.moneyless:
        meant = [NO_MONEY]
    others = (say("card.meant", line=order) for order in state.orders[MOST_ORDERS:])
    trial = (say("done.trial"), *meant, say("done.arm"))
    rows = (*((OPEN_LIVE,) if state.moneyless else ()), *hands(paused=False, armed=False))
    return Screen((*lines, *trial), rows, (*others, *more))


def listed(line: str, entries: tuple[Line, ...], most: int = MOST_LINES) -> list[Text]:
    """Show the first entries as lines of this kind, and say how many more there are."""
    more = "close.more" if line == "card.sale" else "card.more"
    rest = [say(more, more=len(entries) - most)] if len(entries) > most else []
    return [*(say(line, line=entry) for entry in entries[:most]), *rest]


def hands(
    *, paused: bool, armed: bool = True, locked: bool = False, keyless: bool = False
) -> tuple[tuple[Button, ...], ...]:
    """Give the buttons under a Worker's card; in a locked account there is nothing to resume."""
    if keyless:
        return (
            (Tap(say("button.private_form"), "form", style=Style.MAIN),),
            (Tap(say("button.status"), "do", "status"), Tap(say("button.paste_here"), "do", "rotate")),
            (Tap(say("button.destroy"), "do", "destroy", Style.GRAVE), Tap(say("button.tools"), "tools")),
            (Tap(say("button.another"), "another"), Tap(say("button.help"), "help")),
        )
    name = "unlock" if locked else "resume" if paused else "pause"
    flip = Tap(say(f"button.{name}"), "do", name)
    return (
        *(() if armed else ((START,),)),
        (Tap(say("button.status"), "do", "status"), flip),
        (Tap(say("button.chart"), "chart"), Tap(say("button.tune"), "tune")),
        (Tap(say("button.rotate"), "do", "rotate"), Tap(say("button.destroy"), "do", "destroy", Style.GRAVE)),
        (Tap(say("button.tools"), "tools"), Tap(say("button.another"), "another"), Tap(say("button.help"), "help")),
    )


def home(state: Home, context: Context) -> Screen:
    """A Worker's card."""
    worker = context.worker(state.worker)
    if worker is None:
        return Screen((say("home.none"),), ((Tap(say("button.begin"), "another"),), (Tap(say("button.help"), "help"),)))
    report = state.report
    moneyless = report is not None and worker.mode is Mode.LIVE and _nothing_to_buy_with(report)
    lines = [say("home.title", script=worker.script), *(card(report) if report else ())]
    if moneyless:
        lines.append(NO_MONEY)
    if state.operation is not None:
        lines += [say("home.asking"), *elapsed(context)]
    paused = worker.paused if report is None else not report.running
    others = tuple(
        (Tap(say("button.show", script=other.script), "show", other.id),)
        for other in context.workers
        if other != worker
    )
    armed, locked = report is None or report.armed, report is not None and report.locked
    keyless = report is not None and report.keyless
    bring = (OPEN_LIVE,) if moneyless else ()
    rows = (*bring, *hands(paused=paused, armed=armed, locked=locked, keyless=keyless), *others)
    return Screen(tuple(lines), rows, tuple(details(report)) if report is not None and not keyless else ())


def _nothing_to_buy_with(report: Report) -> bool:
    """Tell whether it is to buy, has bought nothing yet, and its account holds less than an order's dollar."""
    buys = report.plan is not None and not isinstance(report.plan, Watch)
    cash = dollars(report.cash)
    return buys and cash is not None and cash < 1 and not dollars(report.invested)


def card(report: Report) -> list[Text]:
    """Say in a few lines how a Worker does: state, plan, money, its last look and the next."""
    if report.keyless:
        plan = (say("card.plan", plan=plan_words(report.plan)),) if report.plan is not None else ()
        return [say("card.keyless"), *plan, say("card.keyless_next")]
    lines = [say("card.running") if report.running else say("card.paused", why=report.why_paused)]
    if not report.armed:
        lines.append(say("card.trial"))
    elif report.running and report.plan is not None and not isinstance(report.plan, Watch):
        lines.append(say("card.armed"))
    if report.plan is not None:
        lines.append(say("card.plan", plan=plan_words(report.plan)))
    return [*lines, *_money(report), *_looks(report), *([say("card.outdated")] if report.outdated else ())]


def details(report: Report) -> list[Text]:
    """Say the rest: how its plan works, what it holds and did, its account and its health."""
    reason = why(report.last_code, report.last_tick, report.last_reason)
    lines = [say("card.last_reason", reason=reason)] if report.last_at else []
    if report.plan is not None:
        lines.append(say("card.more_plan", words=plan_details(report.plan)))
    lines += [*listed("card.position", report.positions), *_orders(report)]
    if report.equity:
        equity, cash = (Money(amount, report.currency) for amount in (report.equity, report.cash))
        lines.append(say("card.money", equity=equity, cash=cash))
    return [*lines, *_health(report)]


def _money(report: Report) -> list[Text]:
    lines = []
    budget = report.limits.budget if report.limits else ""
    if report.invested and dollars(budget):
        lines.append(say("card.budget", invested=Money(report.invested), budget=Money(budget)))
        if report.value and dollars(report.value):
            lines.append(say("card.value", value=Money(report.value), profit=profit_words(report.profit)))
    return lines


def profit_words(profit: str) -> Slot:
    """Give a gain or a loss; reports stored by earlier versions hold it in words."""
    return profit if "$" in profit else Money(profit, signed=True)


def _looks(report: Report) -> list[Text]:
    lines = [say("card.no_tick")]
    if report.last_at:
        lines = [say("card.last_tick", ago=Span(report.at - report.last_at, "past"))]
    if report.next_at > report.at:
        lines.append(say("card.next_tick", ahead=Span(report.next_at - report.at, "ahead")))
    return lines


def _orders(report: Report) -> list[Text]:
    return listed("card.order" if report.armed else "card.meant", report.orders)


def _health(report: Report) -> list[Text]:
    if not report.key_ending:
        return []
    clock = say(f"clock.{report.schedule}")
    return [say("card.health", clock=clock, ending=report.key_ending, version=report.template)]


def another(state: Another, context: Context) -> Screen:
    """A second bot: like this one in the other mode, or from the beginning."""
    worker, taken = context.worker(state.worker), copied(told(state))
    anew: tuple[tuple[Button, ...], ...] = ((Tap(say("button.anew"), "anew"),), (BACK,))
    if worker is None:
        return Screen((say("another.title"),), anew)
    if state.operation is not None:
        return Screen((say("another.title"), say("another.body"), say("home.asking"), *elapsed(context)), anew)
    mode = worker.mode.other
    plan = (say("card.plan", plan=plan_words(taken[0])),) if taken else ()
    needs = (say("another.live"),) if mode is Mode.LIVE else ()
    present = [each.script for each in context.workers if each.mode is mode]
    there = (say("another.there", mode=say(f"mode.{mode}"), scripts=first_of(present)),) if present else ()
    same: tuple[Button, ...] = (Tap(say(f"button.same_{mode}"), "same", style=Style.MAIN),)
    lines = (say("another.title"), *plan, say("another.body"), *needs, *there)
    return Screen(lines, (same, *((OPEN_LIVE,) if needs else ()), *anew))


def confirm_arm(_state: ConfirmArm, _context: Context) -> Screen:
    """A typed phrase before a Worker trades real money."""
    return Screen((say("arm.title"), say("arm.body", phrase=LIVE_PHRASE)), (_safe("button.not_yet"),))


def _safe(label: str) -> tuple[Button, ...]:
    return (Tap(say(label), "back", style=Style.GOOD),)


def tuning(state: Tuning, context: Context) -> Screen:
    """A Worker's plan and limits."""
    report = state.report
    lines = [say("tune.title")]
    rows: list[tuple[Button, ...]] = []
    if report is not None and report.plan is not None and report.limits is not None:
        lines += [say("review.plan", plan=plan_words(report.plan)), limit_words(report.plan, report.limits)]
        set_here = ((name, getattr(report.limits, name)) for name in OPTIONAL)
        lines += [say(f"review.{name}", amount=Money(amount)) for name, amount in set_here if amount]
    if state.operation is not None:
        lines += [say("home.asking"), *elapsed(context)]
    elif report is not None and report.ceilings is not None and report.ceilings.symbols:
        lines.append(say("tune.body", budget=Money(report.ceilings.budget), symbols=first_of(report.ceilings.symbols)))
        rows = [(Tap(say("button.change_plan"), "plan"), Tap(say("button.change_limit"), "limit")), (WIDEN,)]
    else:
        lines.append(say("tune.watch_only"))
        rows = [(WIDEN,)]
    return Screen(tuple(lines), (*rows, (Tap(say("button.back"), "back"),)))


def pick_limit(state: PickLimit, _context: Context) -> Screen:
    """Which limit to change."""
    taps = [Tap(say(f"button.limit_{name}", now=_now(state.report.limits, name)), "limit", name) for name in SUMS]
    rows: list[tuple[Button, ...]] = [(tap,) for tap in taps]
    return Screen((say("limit.title"), say("limit.body")), (*rows, (Tap(say("button.back"), "back"),)))


def _now(limits: Limits | None, name: str) -> Text:
    value = getattr(limits, name) if limits else ""
    return say("limit.now", amount=Money(value)) if value else say("limit.none")


def set_limit(state: SetLimit, _context: Context) -> Screen:
    """A limit's new value."""
    bound = getattr(state.report.ceilings, state.name) if state.report.ceilings else ""
    lines = [say(f"limit.about_{state.name}")]
    if bound:
        lines.append(say("limit.floor" if state.name == "cash_kept" else "limit.most", bound=Money(bound)))
    asked = say("limit.type") if bound else say("limit.type_or_none")
    return Screen((*lines, asked), ((Tap(say("button.back"), "back"),),))


def confirm_plan(state: ConfirmPlan, _context: Context) -> Screen:
    """Another plan, and what that means."""
    lines = (say("newplan.title"), say("review.plan", plan=plan_words(state.plan)))
    body = say("newplan.watch") if isinstance(state.plan, Watch) else say("newplan.body")
    return Screen((*lines, body), (_safe("button.other_plan"), (Tap(say("button.set_plan"), "yes"),)))


def toolbox(_state: Toolbox, _context: Context) -> Screen:
    """What is rarely needed."""
    rows: tuple[tuple[Button, ...], ...] = (
        (Tap(say("button.export"), "tool", "export"), Tap(say("button.verify"), "verify")),
        (Tap(say("button.cancel_orders"), "tool", "cancel_orders"),),
        (Tap(say("button.close"), "tool", "close"),),
        (Tap(say("button.lock"), "tool", "lock"), Tap(say("button.unlock"), "tool", "unlock")),
        (Tap(say("button.back"), "back"),),
    )
    return Screen((say("tools.title"), say("tools.body")), rows)


def confirm_act(state: ConfirmAct, _context: Context) -> Screen:
    """What it means, and the safe way first."""
    grave = Style.GRAVE if state.act == "lock" else Style.PLAIN
    rows = (_safe("button.leave_it"), (Tap(say(f"button.do_{state.act}"), "yes", style=grave),))
    return Screen((say(f"act.{state.act}_title"), say(f"act.{state.act}_body")), rows)


def confirm_close(state: ConfirmClose, _context: Context) -> Screen:
    """What would be sold."""
    if state.operation is not None:
        return Screen((say("close.title"), say("close.asking")), (_safe("button.leave_it"),))
    lines = [say("close.title"), *listed("card.sale", state.orders, MOST_ORDERS)]
    others = tuple(say("card.sale", line=order) for order in state.orders[MOST_ORDERS:])
    total = say("close.total", total=Money(state.total.replace(",", ""))) if state.total else say("close.no_total")
    lines += [total, say(f"close.body_{state.mode}")]
    if state.remark:  # nobody trades now
        return Screen(
            (*lines, say("close.remark", remark=in_its_words(state.remark))), (_safe("button.keep_shares"),), others
        )
    rows = (_safe("button.keep_shares"), (Tap(say("button.do_close"), "yes", style=Style.GRAVE),))
    return Screen(tuple(lines), rows, others)
