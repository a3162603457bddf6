"""The screen of each state: a pure function of the state and what surrounds it."""

from __future__ import annotations

from flows.access import PAGE
from flows.choices import LIVE_PHRASE
from flows.control import DESTROY_PHRASE, TOPICS
from flows.events import Context
from flows.plans import Mode
from flows.screen import BACK, Button, Link, Place, Screen, Style, Tap
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
    Existing,
    Gone,
    Keeping,
    KeepToken,
    MakeKey,
    NewKeys,
    NewWorker,
    OpenAlpaca,
    PickAccount,
    PickMode,
    PickName,
    PickWorker,
    Reading,
    Removal,
    Stopped,
    Welcome,
    Wider,
    Working,
    WrongMode,
)
from flows.words import Text, say


def welcome(_state: Welcome, _context: Context) -> Screen:
    """What will happen."""
    begin = Tap(say("button.begin"), "begin", style=Style.MAIN)
    last = (Tap(say("button.how_safe"), "security"), Tap(say("button.languages"), "languages"))
    return Screen((say("welcome.title"), say("welcome.body")), ((begin,), last))


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
    """Step 2 at Alpaca: paper or live, with a hint for the first bot."""
    paper = Tap(say("button.paper"), "mode", "paper", Style.GOOD)
    live = Tap(say("button.live"), "mode", "live")
    advise = Tap(say("button.advise"), "advise")
    look = Link(say("button.alpaca_open"), Place.ALPACA_PAPER)
    return Screen((say("mode.title"), say("mode.body")), ((look,), (paper,), (live,), (advise,)))


def confirm_live(_state: ConfirmLive, _context: Context) -> Screen:
    """A typed phrase before real money."""
    return Screen((say("live.title"), say("live.body", phrase=LIVE_PHRASE)))


FORM = Tap(say("button.private_form"), "form", style=Style.MAIN)


def ask_token(state: AskToken, context: Context) -> Screen:
    """Make a Cloudflare token and paste it."""
    if isinstance(state.job, Keeping) and state.job.keep:
        return _ask_for_keeps(state, context)
    about = "" if isinstance(state.job, NewWorker) else "_again"
    rows: tuple[tuple[Button, ...], ...] = (
        (Link(say("button.token"), Place.CLOUDFLARE_TOKEN),),
        (Link(say("button.cloudflare_sign_up"), Place.CLOUDFLARE_SIGN_UP),),
    )
    how, paste = f"token.body{about}", "token.paste"
    if context.connects:
        rows = ((Link(say("button.connect"), Place.CLOUDFLARE_CONNECT),), *rows)
        how, paste = "token.body_connect", "token.paste_too"
    if state.tried is not None:
        rows = ((Tap(say("button.try_again"), "again", style=Style.MAIN),), *rows)
    elif isinstance(state.job, NewKeys) and not (state.key_id or state.secret):
        rows = ((FORM,), *rows)
        return Screen((say("token.title_again"), say("token.form_instead"), say("token.body_again")), rows)
    elif state.kept is not None:
        rows = ((Tap(say("button.keep_connection", account=state.kept.account.name), "keep", style=Style.MAIN),), *rows)
    return Screen((say(f"token.title{about}"), say(how), say(paste)), rows)


def _ask_for_keeps(state: AskToken, context: Context) -> Screen:
    """Only a pasted token can stay with a Worker."""
    rows: tuple[tuple[Button, ...], ...] = ((Link(say("button.token"), Place.CLOUDFLARE_TOKEN),),)
    if state.tried is not None:
        rows = ((Tap(say("button.try_again"), "again", style=Style.MAIN),), *rows)
    why = say("token.only_pasted" if context.connects else "token.why_keep")
    return Screen((say("token.title_keep"), why, say("token.steps_keep"), say("token.paste")), rows)


def connecting(_state: Connecting, context: Context) -> Screen:
    """The token is being tried."""
    return Screen((say("connecting.title"), say("connecting.body"), *elapsed(context)))


def elapsed(context: Context) -> tuple[Text, ...]:
    """Say how long the work under way has taken."""
    return (say("working.elapsed", seconds=context.progress.seconds),) if context.progress else ()


def progress(context: Context) -> tuple[Text, ...]:
    """Say how far the work under way is, step by step."""
    steps = context.progress.steps if context.progress else ()
    return (*(say(f"mark.{mark}", step=say(f"step.{step}")) for step, mark in steps), *elapsed(context))


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
        lines.append(say("make.old_pair" if not state.job.first else "make.first_pair"))
    lines.append(say("make.choice"))
    return Screen(tuple(lines), ((_alpaca(mode),), (FORM,), (Tap(say("button.have_keys"), "next"),)))


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
    stop = Tap(say("button.stop"), "stop")
    return Screen((title, *progress(context)), () if state.stopping or kind == "rotate" else ((stop,),))


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


def confirm_destroy(state: ConfirmDestroy, context: Context) -> Screen:
    """A typed phrase before a Worker goes."""
    worker = context.worker(state.worker)
    keep = Tap(say("button.keep_worker"), "back", style=Style.GOOD)
    body = say("destroy.body", phrase=DESTROY_PHRASE)
    return Screen((say("destroy.title", script=worker.script if worker else ""), body), ((keep,),))


def destroying(_state: Destroying, context: Context) -> Screen:
    """The Worker is being taken away."""
    return Screen((say("destroying.title"), say("destroying.body"), *elapsed(context)))


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
    return Screen((say("which.title"),), (*rows, (BACK,)))


def confirm_cancel(_state: ConfirmCancel, _context: Context) -> Screen:
    """Stop the set-up or go on."""
    rows = ((Tap(say("button.keep_going"), "back", style=Style.GOOD),), (Tap(say("button.stop_now"), "yes"),))
    return Screen((say("cancel.title"), say("cancel.body")), rows)


def confirm_forget(state: ConfirmForget, context: Context) -> Screen:
    """Delete everything about this chat; a Worker is not left without a hand unasked."""
    keep: tuple[Button, ...] = (Tap(say("button.keep_all"), "back", style=Style.GOOD),)
    forget = Tap(say("button.forget"), "yes", style=Style.GRAVE)
    if not context.workers:
        return Screen((say("forget.title"), say("forget.body")), (keep, (forget,)))
    if state.operation is not None:
        return Screen((say("forget.title"), say("home.asking")), (keep,))
    pause = Tap(say("button.pause_first"), "pause")
    running = any(not worker.paused for worker in context.workers)
    rows = (keep, (Tap(say("button.destroy_first"), "destroy"),), *(((pause,),) if running else ()), (forget,))
    return Screen((say("forget.title"), say("forget.with_worker")), rows)


def reading(state: Reading, _context: Context) -> Screen:
    """A help topic, and the way to the others."""
    others = [Tap(say(f"topic.{topic}"), "topic", topic) for topic in TOPICS if topic != state.topic]
    rows: tuple[tuple[Button, ...], ...] = tuple(tuple(others[index : index + 2]) for index in range(0, len(others), 2))
    if state.topic == "token":
        rows = ((Link(say("button.workers"), Place.CLOUDFLARE_WORKERS),), *rows)
    if state.topic == "privacy":
        rows = ((Tap(say("button.agreements"), "agreements"),), *rows)
    return Screen((say(f"help.{state.topic}"),), (*rows, (Tap(say("button.back_to"), "back", style=Style.MAIN),)))


def numbered(state: object, step: int) -> tuple[int, int] | None:
    """Give "step n of m" for a state of the road; a change of keys has a shorter road."""
    job = getattr(state, "job", None)
    if not step or isinstance(job, Removal) or isinstance(getattr(state, "kept", None), Existing | Wider):
        return None
    if isinstance(job, NewKeys) and not job.first:
        return (max(1, step - 5), 3) if step > 5 else None  # noqa: PLR2004  (steps 6, 7, 8 of the whole road)
    return (step, 8) if job is None or isinstance(job, NewWorker | NewKeys) else None
