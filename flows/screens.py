"""The screen of each state: a pure function of the state and what surrounds it."""

from __future__ import annotations

from flows.access import PAGE
from flows.choices import LIVE_PHRASE
from flows.control import DESTROY_PHRASE, TOPICS
from flows.events import Context
from flows.plans import AMOUNTS, SUGGESTED, SYMBOLS, Mode, Pace, Plan, Recurring, Watch, limits
from flows.screen import Button, Link, Place, Screen, Style, Tap
from flows.states import (
    AskKeyId,
    AskSecret,
    AskToken,
    ConfirmCancel,
    ConfirmDestroy,
    ConfirmForget,
    ConfirmLive,
    Connected,
    Connecting,
    Destroying,
    Done,
    Gone,
    Home,
    KeepToken,
    MakeKey,
    NewKeys,
    NewWorker,
    OpenAlpaca,
    PickAccount,
    PickAmount,
    PickMode,
    PickName,
    PickPace,
    PickPlan,
    PickSymbol,
    PickWorker,
    Reading,
    Removal,
    Review,
    Stopped,
    Welcome,
    Working,
    WrongMode,
)
from flows.words import Text, say


def welcome(_state: Welcome, _context: Context) -> Screen:
    """What will happen."""
    begin = Tap(say("button.begin"), "begin", style=Style.MAIN)
    return Screen((say("welcome.title"), say("welcome.body")), ((begin,), (Tap(say("button.how_safe"), "security"),)))


def open_alpaca(_state: OpenAlpaca, _context: Context) -> Screen:
    """Step 1 at Alpaca: sign in."""
    rows: tuple[tuple[Button, ...], ...] = (
        (
            Link(say("button.alpaca_sign_up"), Place.ALPACA_SIGN_UP),
            Link(say("button.alpaca_open"), Place.ALPACA_SIGN_IN),
        ),
        (Tap(say("button.signed_in"), "next", style=Style.MAIN),),
    )
    return Screen((say("alpaca.title"), say("alpaca.body")), rows)


def pick_mode(_state: PickMode, _context: Context) -> Screen:
    """Step 2 at Alpaca: paper or live, with advice."""
    paper = Tap(say("button.paper"), "mode", "paper", Style.GOOD)
    live = Tap(say("button.live"), "mode", "live")
    advise = Tap(say("button.advise"), "advise")
    return Screen((say("mode.title"), say("mode.body")), ((paper,), (live,), (advise,)))


def plan_words(plan: Plan) -> Text:
    """Say a plan in a few words."""
    match plan:
        case Watch():
            return say("plan.watch")
        case Recurring(symbol, amount, pace):
            return say(f"plan.recurring_{pace}", symbol=symbol, amount=amount)


def pick_plan(_state: PickPlan, _context: Context) -> Screen:
    """What the Worker shall do."""
    suggested = tuple(
        (Tap(say(f"button.buy_{plan.pace}", amount=plan.amount, symbol=plan.symbol), "suggested", str(index)),)
        for index, plan in enumerate(SUGGESTED)
    )
    rows = ((Tap(say("button.watch"), "watch", style=Style.GOOD),), *suggested, (Tap(say("button.own_plan"), "own"),))
    return Screen((say("plan.title"), say("plan.body")), rows)


def pick_symbol(_state: PickSymbol, _context: Context) -> Screen:
    """What to buy."""
    taps = tuple(Tap(say("button.plain", text=symbol), "symbol", str(i)) for i, symbol in enumerate(SYMBOLS))
    return Screen((say("symbol.title"), say("symbol.body")), (taps,))


def pick_amount(state: PickAmount, _context: Context) -> Screen:
    """For how much."""
    taps = tuple(Tap(say("button.dollars", amount=amount), "amount", amount) for amount in AMOUNTS)
    return Screen((say("amount.title", symbol=state.symbol), say("amount.body")), (taps,))


def pick_pace(state: PickPace, _context: Context) -> Screen:
    """How often."""
    taps = tuple(Tap(say(f"button.every_{pace}"), "pace", str(pace)) for pace in (Pace.WEEK, Pace.DAY))
    return Screen((say("pace.title", symbol=state.symbol, amount=state.amount),), (taps,))


def review(state: Review, _context: Context) -> Screen:
    """Everything chosen, and consent."""
    ceilings = limits(state.job.plan)
    bounds = (
        say("review.no_orders")
        if isinstance(state.job.plan, Watch)
        else say("review.limits", per_order=ceilings.per_order, per_day=ceilings.per_day, budget=ceilings.budget)
    )
    mode = str(state.job.mode)
    lines = (
        say("review.title"),
        say(f"review.mode_{mode}"),
        say("review.plan", plan=plan_words(state.job.plan)),
        bounds,
    )
    return Screen((*lines, say("consent.text", mode=mode)), ((Tap(say("button.agree"), "agree", style=Style.MAIN),),))


def confirm_live(_state: ConfirmLive, _context: Context) -> Screen:
    """A typed phrase before real money."""
    return Screen((say("live.title"), say("live.body", phrase=LIVE_PHRASE)))


def ask_token(state: AskToken, _context: Context) -> Screen:
    """Make a Cloudflare token and paste it."""
    about = "" if isinstance(state.job, NewWorker) else "_again"
    rows: tuple[tuple[Button, ...], ...] = (
        (Link(say("button.token"), Place.CLOUDFLARE_TOKEN),),
        (Link(say("button.cloudflare_sign_up"), Place.CLOUDFLARE_SIGN_UP),),
    )
    if state.tried is not None:
        rows = ((Tap(say("button.try_again"), "again", style=Style.MAIN),), *rows)
    elif state.kept is not None:
        rows = ((Tap(say("button.keep_connection", account=state.kept.account.name), "keep", style=Style.MAIN),), *rows)
    return Screen((say(f"token.title{about}"), say(f"token.body{about}"), say("token.paste")), rows)


def connecting(_state: Connecting, _context: Context) -> Screen:
    """The token is being tried."""
    return Screen((say("connecting.title"), say("connecting.body")))


def pick_account(state: PickAccount, _context: Context) -> Screen:
    """One of several accounts, a page at a time."""
    first = state.page * PAGE
    shown = state.accounts[first : first + PAGE]
    rows: tuple[tuple[Button, ...], ...] = tuple(
        (Tap(say("button.plain", text=account.name), "account", str(first + index)),)
        for index, account in enumerate(shown)
    )
    turns = []
    if state.page:
        turns.append(Tap(say("button.earlier"), "page", str(state.page - 1)))
    if first + PAGE < len(state.accounts):
        turns.append(Tap(say("button.more"), "page", str(state.page + 1)))
    return Screen((say("account.title"), say("account.body")), (*rows, tuple(turns)) if turns else rows)


def pick_name(state: PickName, _context: Context) -> Screen:
    """A workers.dev name."""
    tap = Tap(say("button.use_name", name=state.suggestion), "name", style=Style.MAIN)
    return Screen((say("name.title"), say("name.body", suggestion=state.suggestion)), ((tap,),))


def keep_token(state: KeepToken, _context: Context) -> Screen:
    """May the Worker keep the token."""
    yes = Tap(say("button.keep_yes"), "keep", "yes", Style.GOOD)
    no = Tap(say("button.keep_no"), "keep", "no")
    return Screen((say("keep.title", account=state.access.account.name), say("keep.body")), ((yes,), (no,)))


def _alpaca(mode: Mode) -> Link:
    return Link(say(f"button.alpaca_{mode}"), Place.ALPACA_PAPER if mode is Mode.PAPER else Place.ALPACA_LIVE)


def make_key(state: MakeKey, _context: Context) -> Screen:
    """Steps 3 to 5 at Alpaca: find the box, generate, copy both."""
    mode = state.job.mode
    lines = [say("make.title"), say("make.body", mode=say(f"mode.{mode}"))]
    if isinstance(state.job, NewKeys):
        lines.append(say("make.old_pair"))
    return Screen(tuple(lines), ((_alpaca(mode),), (Tap(say("button.have_keys"), "next", style=Style.MAIN),)))


def ask_key_id(state: AskKeyId, _context: Context) -> Screen:
    """Paste the Key ID."""
    held = (say("keyid.secret_held"),) if state.secret else ()
    return Screen((say("keyid.title"), *held, say("keyid.body")), ((_alpaca(state.job.mode),),))


def ask_secret(state: AskSecret, _context: Context) -> Screen:
    """Paste the Secret."""
    lines = (say("secret.title"), say("secret.key_id_held", ending=state.key_id.ending), say("secret.body"))
    return Screen(lines, ((_alpaca(state.job.mode),),))


def working(state: Working, context: Context) -> Screen:
    """The work, step by step."""
    kind = "rotate" if isinstance(state.job, NewKeys) else "deploy"
    title = say("working.stopping") if state.stopping else say(f"working.{kind}")
    lines = [title]
    if context.progress is not None:
        lines += [say(f"mark.{mark}", step=say(f"step.{step}")) for step, mark in context.progress.steps]
        lines.append(say("working.elapsed", seconds=context.progress.seconds))
    stop = Tap(say("button.stop"), "stop")
    return Screen(tuple(lines), () if state.stopping or kind == "rotate" else ((stop,),))


def wrong_mode(state: WrongMode, _context: Context) -> Screen:
    """The pair belongs to the other mode."""
    mode, other = state.job.mode, state.job.mode.other
    lines = (say("wrongmode.title", other=say(f"mode.{other}"), mode=say(f"mode.{mode}")),)
    paste = Tap(say("button.paste_other", mode=say(f"mode.{mode}")), "other_keys")
    if isinstance(state.job, NewKeys) or not isinstance(state.access, Connected):
        return Screen((*lines, say("wrongmode.fixed")), ((paste,),))
    switch = Tap(say("button.switch", mode=say(f"mode.{other}")), "switch")
    body = say("wrongmode.to_live") if other is Mode.LIVE else say("wrongmode.to_paper")
    return Screen((*lines, body), ((switch,), (paste,)) if other is Mode.PAPER else ((paste,), (switch,)))


def stopped(_state: Stopped, _context: Context) -> Screen:
    """The work can be tried again."""
    rows = ((Tap(say("button.try_again"), "again", style=Style.MAIN),), (Tap(say("button.other_keys"), "other_keys"),))
    return Screen((say("stopped.title"), say("stopped.body")), rows)


def done(state: Done, context: Context) -> Screen:
    """A Worker is up."""
    worker = context.worker(state.worker)
    script = worker.script if worker else ""
    reason = (say("done.first_look", reason=state.reason),) if state.reason else ()
    return Screen((say("done.title"), say("done.body", script=script), *reason, say("done.next")), _hands(paused=False))


def _hands(*, paused: bool) -> tuple[tuple[Button, ...], ...]:
    flip = Tap(say("button.resume"), "do", "resume") if paused else Tap(say("button.pause"), "do", "pause")
    return (
        (Tap(say("button.status"), "do", "status"), flip),
        (Tap(say("button.rotate"), "do", "rotate"), Tap(say("button.destroy"), "do", "destroy", Style.GRAVE)),
        (Tap(say("button.another"), "another"), Tap(say("button.help"), "help")),
    )


def home(state: Home, context: Context) -> Screen:
    """A Worker's card."""
    worker = context.worker(state.worker)
    if worker is None:
        return Screen((say("home.none"),), ((Tap(say("button.begin"), "another"),), (Tap(say("button.help"), "help"),)))
    lines = [say("home.title", script=worker.script)]
    if state.report is not None:
        lines += _card(state)
    if state.operation is not None:
        lines.append(say("home.asking"))
    paused = worker.paused if state.report is None else not state.report.running
    others = tuple(
        (Tap(say("button.show", script=other.script), "show", other.id),)
        for other in context.workers
        if other != worker
    )
    return Screen(tuple(lines), (*_hands(paused=paused), *others))


def _card(state: Home) -> list[Text]:
    report = state.report
    if report is None:
        return []
    lines = [say("card.running") if report.running else say("card.paused", why=report.why_paused)]
    if report.equity:
        lines.append(say("card.money", equity=report.equity, cash=report.cash, currency=report.currency))
    if report.last_at:
        lines.append(say("card.last_tick", minutes=max(0, report.at - report.last_at) // 60, reason=report.last_reason))
    else:
        lines.append(say("card.no_tick"))
    lines += [say("card.position", line=line) for line in report.positions[:5]]
    lines += [say("card.order", line=line) for line in report.orders[:5]]
    return lines


def confirm_destroy(state: ConfirmDestroy, context: Context) -> Screen:
    """A typed phrase before a Worker goes."""
    worker = context.worker(state.worker)
    keep = Tap(say("button.keep_worker"), "back", style=Style.GOOD)
    body = say("destroy.body", phrase=DESTROY_PHRASE)
    return Screen((say("destroy.title", script=worker.script if worker else ""), body), ((keep,),))


def destroying(_state: Destroying, _context: Context) -> Screen:
    """The Worker is being taken away."""
    return Screen((say("destroying.title"), say("destroying.body")))


def gone(state: Gone, _context: Context) -> Screen:
    """What is left to do by hand."""
    first = say("gone.sure", script=state.script) if state.sure else say("gone.unsure", script=state.script)
    links: tuple[Button, ...] = (_alpaca(state.mode), Link(say("button.tokens"), Place.CLOUDFLARE_TOKENS))
    rows: tuple[tuple[Button, ...], ...] = (links, (Tap(say("button.again_from_start"), "another"),))
    if not state.sure:
        rows = ((Link(say("button.workers"), Place.CLOUDFLARE_WORKERS),), *rows)
    return Screen((first, say("gone.by_hand")), rows)


def pick_worker(_state: PickWorker, context: Context) -> Screen:
    """Which Worker is meant."""
    rows = tuple((Tap(say("button.plain", text=worker.script), "worker", worker.id),) for worker in context.workers)
    return Screen((say("which.title"),), rows)


def confirm_cancel(_state: ConfirmCancel, _context: Context) -> Screen:
    """Stop the set-up or go on."""
    rows = ((Tap(say("button.keep_going"), "back", style=Style.GOOD),), (Tap(say("button.stop_now"), "yes"),))
    return Screen((say("cancel.title"), say("cancel.body")), rows)


def confirm_forget(_state: ConfirmForget, context: Context) -> Screen:
    """Delete everything about this chat."""
    rows: tuple[tuple[Button, ...], ...] = ((Tap(say("button.keep_all"), "back", style=Style.GOOD),),)
    if context.workers:
        rows += ((Tap(say("button.destroy_first"), "destroy"),),)
    lines = (say("forget.title"), say("forget.with_worker") if context.workers else say("forget.body"))
    return Screen(lines, (*rows, (Tap(say("button.forget"), "yes", style=Style.GRAVE),)))


def reading(state: Reading, _context: Context) -> Screen:
    """A help topic, and the way to the others."""
    others = [Tap(say(f"topic.{topic}"), "topic", topic) for topic in TOPICS if topic != state.topic]
    rows = tuple(tuple(others[index : index + 2]) for index in range(0, len(others), 2))
    return Screen((say(f"help.{state.topic}"),), (*rows, (Tap(say("button.back_to"), "back", style=Style.MAIN),)))


def numbered(state: object, step: int) -> tuple[int, int] | None:
    """Give "step n of m" for a state of the road; a change of keys has a shorter road."""
    job = getattr(state, "job", None)
    if not step or isinstance(job, Removal):
        return None
    if isinstance(job, NewKeys):
        return (max(1, step - 5), 3) if step > 5 else None  # noqa: PLR2004  (steps 6, 7, 8 of the whole road)
    return (step, 8) if job is None or isinstance(job, NewWorker) else None
