"""Where a conversation stands under what lies over it, and asking a Worker something from there."""

from __future__ import annotations

from collections.abc import Mapping

from flows.effects import Move, StartOperation
from flows.events import Context, Json
from flows.forming import Opening, Preparing
from flows.inspected import AtWork
from flows.kept import ChangingToken, TokenCard
from flows.preferences import PickQuiet, PickSummary, PickZone, Preferences
from flows.speaking import PickLanguage
from flows.states import (
    ConfirmCancel,
    ConfirmDestroy,
    ConfirmForget,
    Destroying,
    Done,
    Existing,
    Gone,
    Home,
    Leaving,
    PickWorker,
    Reading,
    State,
    Welcome,
    Wider,
    Working,
)
from flows.tended import ConfirmAct, ConfirmArm, ConfirmClose, PickLimit, SetLimit, Toolbox, Tuning
from flows.twin import Another
from flows.words import say

ASIDE = (
    Reading,
    ConfirmCancel,
    ConfirmForget,
    ConfirmDestroy,
    PickWorker,
    ConfirmArm,
    ConfirmAct,
    ConfirmClose,
    Toolbox,
    Another,
    Preferences,
    PickSummary,
    PickQuiet,
    PickZone,
    PickLanguage,
    TokenCard,
)
AT_HOME = (Welcome, Home, Done, Gone)
BUSY = (Working, Preparing, Opening, Leaving, Destroying, AtWork, ChangingToken)


def beneath(state: State) -> State:
    """Look under help, confirmations and the choices for a Worker that is up, at where the conversation really is."""
    while isinstance(state, ASIDE):
        state = state.back
    match state:
        case Tuning(worker, report, operation):
            return Home(worker, report, operation)
        case PickLimit(worker, report) | SetLimit(worker, report):
            return Home(worker, report)
    kept = getattr(state, "kept", None)
    return Home(kept.worker) if isinstance(kept, Existing | Wider) else state


def rest(context: Context, worker: str | None = None) -> State:
    """Give the screen to be at when nothing is under way."""
    if context.worker(worker):
        return Home(worker)
    return Home(context.workers[0].id) if context.workers else Welcome()


def ask(state: State, name: str, worker: str | None, context: Context, more: Mapping[str, Json] | None = None) -> Move:
    """Send the Worker a command; its answer comes as the operation's end. `more` goes with the command."""
    start = StartOperation(context.fresh_id, name, {"worker": worker, **(more or {})})
    if not isinstance(state, AT_HOME):
        return Move(state, (start,), toast=say("toast.asking"))
    report = state.report if isinstance(state, Home) and state.worker == worker else None
    return Move(Home(worker, report, context.fresh_id), (start,))
