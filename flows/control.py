"""Looking after Workers that exist, and the commands that work from anywhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from flows import acts, forms, leaving, speaking, tuning
from flows.dealings import why
from flows.effects import CancelOperation, ForgetChat, Move, SendConsents, StartOperation, Tell
from flows.events import Context, Ended, Worker
from flows.footing import AT_HOME, BUSY, ask, beneath, rest
from flows.forming import FormOpen, FormOver, Opening, Preparing, Unready
from flows.inspected import ConfirmClear
from flows.kept import TokenCard
from flows.keys import onward, undo
from flows.plans import Mode
from flows.preferences import Preferences, Setting
from flows.speaking import PickLanguage
from flows.states import (
    AskToken,
    ConfirmCancel,
    ConfirmDestroy,
    ConfirmForget,
    Connected,
    Connecting,
    Destroying,
    Done,
    Gone,
    Home,
    Inspection,
    Keeping,
    Leaving,
    NewKeys,
    NewWorker,
    OwnToken,
    PickWorker,
    Reading,
    Removal,
    State,
    Stopped,
    Welcome,
    Widening,
    Working,
)
from flows.telling import ANSWERS, SENT, answer, report_of
from flows.tended import ConfirmAct, ConfirmArm, ConfirmClose, Toolbox
from flows.trouble import KNOWN_CODES, TOKEN_CODES, trouble
from flows.twin import Another
from flows.words import Slot, Text, say

DESTROY_PHRASE = "DESTROY"
Aside: TypeAlias = (
    "Reading | ConfirmCancel | ConfirmForget | ConfirmDestroy | PickWorker | ConfirmArm | ConfirmAct | ConfirmClose"
    " | Toolbox | Another | Setting | PickLanguage | ConfirmClear | TokenCard"
)
TOPICS = (
    "help", "plans", "budget", "trial", "modes", "security", "permissions", "token", "costs", "news", "independence",
    "privacy", "words",
)  # fmt: skip
TOLD_ASIDE = (
    "status", "pause", "resume", "arm", "set", "cancel_orders", "close", "lock", "unlock", "chart", "export", "wake",
)  # fmt: skip
ASKED = ("status", "pause", "resume", "rotate", "destroy", "plan", "chart", "lock", "unlock", "export", "verify")


def command(state: State, name: str, context: Context) -> Move:
    """Answer a slash command, in whatever state."""
    match name:
        case "start":
            return _start(state, context)
        case "help" | "security" | "privacy" | "settings" | "language":
            return Move(_over(state, name, context), resend=True)
        case "cancel":
            return replace(cancel(state), resend=True)
        case "forget" if not isinstance(beneath(state), BUSY):
            return Move(ConfirmForget(beneath(state)), resend=True)
        case _ if name in ASKED:
            return replace(_for_worker(state, name, context), resend=True)
        case "forget":
            return Move(state, notice=say("notice.busy"), resend=True)
        case _ if name.startswith("wake"):
            return replace(wake(state, name.partition("_")[2], context), resend=True)
        case _:
            return Move(state, notice=say("notice.unknown_command", name=name[:32]), resend=True)


def _over(state: State, name: str, context: Context) -> State:
    """Give the screen that a command lays over the present one."""
    match name:
        case "settings":
            return Preferences(context.notices, beneath(state))
        case "language":
            return speaking.opened(state, "", context).state
        case _:
            return Reading(name, beneath(state))


def _start(state: State, context: Context) -> Move:
    below = beneath(state)
    if isinstance(below, AT_HOME):
        home = rest(context, getattr(below, "worker", None))
        moved = ask(home, "status", home.worker, context) if isinstance(home, Home) else Move(home)
        return replace(moved, resend=True)
    return Move(below, notice=say("notice.resumed"), resend=True)


def _for_worker(state: State, name: str, context: Context) -> Move:
    below = beneath(state)
    if isinstance(below, BUSY):
        return Move(below, notice=say("notice.busy"))
    if not context.workers:
        return Move(below, notice=say("notice.no_worker"))
    chosen = context.worker(getattr(below, "worker", None)) if len(context.workers) > 1 else context.workers[0]
    if chosen is None or (len(context.workers) > 1 and not isinstance(below, Home | Done)):
        return Move(PickWorker(name, below))
    return act(below, name, chosen, context)


def wake(state: State, which: str, context: Context) -> Move:
    """Have a Worker wake itself: the one whose id begins so, as a notice names it, or the only one there is."""
    named = [worker for worker in context.workers if which and worker.id.startswith(which)]
    below = beneath(state)
    return ask(below, "wake", named[0].id, context) if named else _for_worker(state, "wake", context)


def act(state: State, name: str, worker: Worker, context: Context) -> Move:
    """Do to one Worker what a command or button says."""
    if name == "destroy":
        return Move(ConfirmDestroy(worker.id, worker.mode, state))
    if name == "rotate":
        return _rotate(state, worker, context)
    if name == "verify":
        return _verify(state, worker)
    if name == "token":
        return Move(TokenCard(worker.id, state))
    if name == "plan":
        return tuning.opened(state, worker.id, context)
    return acts.do(state, name, worker.id, context)


def _rotate(state: State, worker: Worker, context: Context) -> Move:
    if not isinstance(state, AT_HOME):
        return Move(state, notice=say("notice.finish_first"))
    first = isinstance(state, Home) and state.report is not None and state.report.keyless
    job = NewKeys(worker.id, worker.mode, worker.account, first)
    return onward(job, OwnToken(), (None, None), context) if worker.holds_token else Move(AskToken(job))


def _verify(state: State, worker: Worker) -> Move:
    """A Worker is never asked to vouch for itself, so this always takes a token of the user's."""
    if not isinstance(state, AT_HOME):
        return Move(state, notice=say("notice.finish_first"))
    return Move(AskToken(Inspection(worker.id, worker.mode, worker.account)))


def verify_tapped(state: Toolbox, _argument: str, context: Context) -> Move:
    """The check, from the toolbox."""
    worker = context.worker(state.worker)
    return _verify(beneath(state), worker) if worker else Move(state, notice=say("notice.no_worker"))


def home_tapped(state: Home | Done, argument: str, context: Context) -> Move:
    """One of the buttons under a Worker's card."""
    worker = context.worker(state.worker)
    if worker is None:
        return Move(rest(context), notice=say("notice.no_worker"))
    return act(state, argument, worker, context)


def worker_tapped(state: PickWorker, argument: str, context: Context) -> Move:
    """The Worker a command was meant for."""
    worker = context.worker(argument)
    return Move(state) if worker is None else act(state.back, state.command, worker, context)


def show_worker(state: Home, argument: str, context: Context) -> Move:
    """Another Worker's card."""
    return ask(state, "status", argument, context) if context.worker(argument) else Move(state)


def set_up(_state: State, _argument: str, _context: Context) -> Move:
    """Start the road again, for another Worker."""
    return Move(Welcome())


def home_ended(state: Home, event: Ended, _context: Context) -> Move:
    """Show what the Worker answered; below what was sent meanwhile."""
    data = dict(event.data)
    if event.code in ANSWERS:
        return Move(Home(state.worker, report_of(data)), notice=answer(event.code, data))
    if event.code in SENT:
        return Move(Home(state.worker, state.report), notice=answer(event.code, data), resend=True)
    return Move(Home(state.worker, state.report), notice=trouble(event.code, data))


def ended_aside(state: State, event: Ended, context: Context) -> Move:
    """An operation ended while the conversation was somewhere else: tell it in a message of its own."""
    data = dict(event.data)
    if event.kind not in TOLD_ASIDE:
        return Move(state)
    worker = context.worker(str(data.get("worker", "")))
    mode: Slot = say(f"mode.{worker.mode}") if worker else ""
    if event.code in SENT:
        return Move(state, resend=True)
    if event.code in {"status", "paused", "resumed", "woken"}:
        reason = why(*(str(data.get(name, "")) for name in ("last_code", "last_tick", "last_reason")))
        return Move(state, (Tell(say(f"tell.{event.code}", mode=mode, reason=reason)),))
    done = answer(event.code, data)
    return Move(state, (Tell(say("tell.answer", mode=mode, answer=done) if done else trouble(event.code, data)),))


def destroy_said(state: ConfirmDestroy, text: str, context: Context) -> Move:
    """Read the typed phrase."""
    if text.strip().strip("\"'“”.!").upper() != DESTROY_PHRASE:
        return Move(state, notice=say("notice.phrase_differs", phrase=DESTROY_PHRASE), tidy=True)
    worker = context.worker(state.worker)
    if worker is None:
        return Move(rest(context), notice=say("notice.no_worker"), tidy=True)
    job = Removal(worker.id, worker.mode, worker.account)
    moved = onward(job, OwnToken(), (None, None), context) if worker.holds_token else Move(AskToken(job))
    return replace(moved, tidy=True)


def destroy_ended(state: Destroying, event: Ended, context: Context) -> Move:
    """The Worker is gone, or a token is needed to make it so."""
    data = dict(event.data)
    script = str(data.get("script", ""))
    if event.code in {"destroyed", "unsure"}:
        notice = say("notice.orders_open") if data.get("open_orders") else None
        return Move(Gone(state.mode, script, event.code == "destroyed"), notice=notice)
    known = context.worker(state.worker)
    job = Removal(state.worker, state.mode, known.account if known else str(data.get("account", "")))
    if isinstance(state.access, Connected):
        tried = None if event.code in TOKEN_CODES else state.access.token
        return Move(AskToken(job, tried=tried), notice=trouble(event.code, data))
    if event.code in {"stuck", "timeout"} or event.code not in KNOWN_CODES:
        return Move(Home(state.worker), notice=trouble(event.code, data))  # it may be gone, or go when asked once more
    return Move(AskToken(job), notice=_not_by_itself(event.code))


def _not_by_itself(code: str) -> Text:
    """Say why a Worker has not removed itself, and what a token is good for."""
    match code:
        case "no_token" | "command_key_lost":
            return trouble(code)
        case "worker_absent":
            return say("removal.absent")
        case "still_there":
            return say("removal.still_there")
        case _:
            return say("removal.not_by_itself")


def cancel(state: State) -> Move:
    """Offer to stop what is under way."""
    below = beneath(state)
    if isinstance(below, Working):
        if below.stopping:
            return Move(below, notice=say("notice.stopping"))
        if isinstance(below.job, NewWorker):
            return Move(replace(below, stopping=True), (CancelOperation(below.operation),))
    if isinstance(below, Preparing):
        return Move(below, notice=say("notice.stopping")) if below.stopping else forms.stop(below)
    if isinstance(below, Leaving):
        return leaving.undo(below)
    if isinstance(below, BUSY):
        return Move(below, notice=say("notice.busy"))
    if isinstance(below, AT_HOME):
        return Move(below, notice=say("notice.nothing_to_cancel" if below == state else "notice.unchanged"))
    return Move(ConfirmCancel(below))


def cancel_confirmed(state: ConfirmCancel, _argument: str, context: Context) -> Move:
    """Stop the set-up; what was given for it is forgotten."""
    below = beneath(state)
    if isinstance(below, Stopped):
        return undo(below, "", context)
    if isinstance(below, Unready):
        return forms.undo(below, "", context)
    if isinstance(below, Opening | FormOpen | FormOver):
        return forms.given_up(below, context)
    stop = (CancelOperation(below.operation),) if isinstance(below, Connecting) else ()
    job = getattr(below, "job", None)
    worker = job.worker if isinstance(job, NewKeys | Removal | Inspection | Widening | Keeping) else None
    return Move(rest(context, worker), stop, notice=say("notice.cancelled"))


def plan_asked(state: State, _argument: str, context: Context) -> Move:
    """Plan and limits, from the settings."""
    return _for_worker(state, "plan", context)


def token_asked(state: Preferences, _argument: str, context: Context) -> Move:
    """The token that a Worker keeps, above the settings, which tell of each Worker."""
    below = beneath(state)
    if isinstance(below, BUSY):
        return Move(below, notice=say("notice.busy"))
    if len(context.workers) > 1:
        return Move(PickWorker("token", state))
    return act(state, "token", context.workers[0], context) if context.workers else Move(state)


def pause_first(state: ConfirmForget, _argument: str, context: Context) -> Move:
    """Hold a Worker before its command key is forgotten; the question stays."""
    running = [worker for worker in context.workers if not worker.paused]
    if not running or state.operation is not None:
        return Move(state)
    start = StartOperation(context.fresh_id, "pause", {"worker": running[0].id})
    return Move(replace(state, operation=context.fresh_id), (start,))


def forget_told(state: ConfirmForget, event: Ended, _context: Context) -> Move:
    """Ask again, now that it holds or has not answered."""
    data = dict(event.data)
    return Move(replace(state, operation=None), notice=answer(event.code, data) or trouble(event.code, data))


def forget_confirmed(state: ConfirmForget, _argument: str, _context: Context) -> Move:
    """Delete all that is stored about the chat; not while a Worker is asked to hold, for that would go, too."""
    if state.operation is not None:
        return Move(state)
    return Move(Welcome(), (ForgetChat(),), notice=say("notice.forgotten"))


def destroy_first(state: ConfirmForget, _argument: str, context: Context) -> Move:
    """Take the Worker away before forgetting it."""
    return _for_worker(state.back, "destroy", context)


def go_back(state: Aside) -> State:
    """Give the screen beneath."""
    return state.back


def read(state: State, argument: str, _context: Context) -> Move:
    """Open a help topic."""
    topic = argument if argument in TOPICS else "help"
    return Move(Reading(topic, beneath(state)))


def send_consents(state: Reading, _argument: str, _context: Context) -> Move:
    """Send a copy of what was agreed to."""
    return Move(state, (SendConsents(),), toast=say("toast.copy_follows"))


def mode_of(state: State, context: Context) -> Mode | None:
    """Tell which mode a screen is about, for its badge."""
    job = getattr(state, "job", None)
    if job is not None:
        return Mode(job.mode)
    worker = context.worker(getattr(state, "worker", None))
    mode = getattr(state, "mode", None)
    return Mode(mode) if mode else worker.mode if worker else None
