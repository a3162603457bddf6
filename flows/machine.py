"""One step of the conversation: `advance`; its screen: `view`; and what must be told to those around it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, assert_never

from flows import control, forms, verifying
from flows.advice import Advice, AskRisk, AskTried
from flows.codec import Dialog
from flows.effects import Move, ShowPicture
from flows.events import Asked, Away, Command, Context, Elapsed, Ended, Event, Kind, Pasted, Said, Tapped
from flows.footing import ASIDE, beneath
from flows.forming import FormOpen, FormOver, Opening, Preparing, Unready
from flows.inspected import AtWork
from flows.kept import ChangingToken
from flows.keys import AHEAD_OF_KEY, token_expired
from flows.pictures import picture_of, showing
from flows.screen import BACK, CANCEL, HELP, Button, Screen
from flows.screens import numbered
from flows.states import (
    AskKeyId,
    AskSecret,
    AskToken,
    Complete,
    Connected,
    Connecting,
    Destroying,
    Held,
    Home,
    KeepToken,
    Kept,
    Leaving,
    MakeKey,
    OpenAlpaca,
    PickAccount,
    PickAmount,
    PickBudget,
    PickMix,
    PickMode,
    PickName,
    PickPace,
    PickPlan,
    PickSymbol,
    Reading,
    Review,
    State,
    Stopped,
    Welcome,
    Working,
    WrongMode,
    holdings,
)
from flows.table import row_of
from flows.tended import Tuning
from flows.twin import Another
from flows.words import Text, say

FRESH = Dialog(Welcome())
AT_WORK = (Working, Preparing, Destroying, AtWork, ChangingToken)  # nothing to choose meanwhile, but much to read


def advance(state: State, event: Event, context: Context) -> Move:
    """Take one step. Never raises on a user's input: what makes no sense leaves the state and says so."""
    # Keys are taken by the question they answer, even if the token has expired meanwhile: a Secret is shown only once.
    fresh = Move(state) if isinstance(event, Pasted) and Kind.SECRET in asks(state) else freshen(state, context.now)
    moved = _step(fresh.state, event, context).noticing(fresh.notice)
    after = freshen(moved.state, context.now)
    return replace(moved, state=after.state).noticing(after.notice)


def _step(state: State, event: Event, context: Context) -> Move:
    match event:
        case Command(name):
            return control.command(state, name, context)
        case Tapped(action, argument):
            return _tapped(state, action, argument, context)
        case Said(text):
            below = state.back if isinstance(state, Reading) else state
            said = row_of(below).said
            return said(below, text, context) if said else Move(state, notice=say("notice.use_buttons"), resend=True)
        case Asked(topic):
            return replace(control.read(state, topic, context), resend=True)
        case Pasted():
            below = beneath(state)
            pasted = row_of(below).pasted
            return pasted(below, event, context) if pasted else Move(state, notice=_unwanted(event))
        case Ended():
            return _ended(state, event, context)
        case Elapsed():
            return Move(state)
        case Away():
            return Move(state, notice=say("notice.away"), resend=True) if strict(state) else Move(state)
    assert_never(event)


def _tapped(state: State, action: str, argument: str, context: Context) -> Move:
    row = row_of(state)
    match action:
        case "back" if row.back is not None:
            return Move(row.back(state))
        case "cancel":
            return control.cancel(state)
        case "help" | "security":
            return control.read(state, action, context)
        case "picture" if (name := picture_of(state, argument)) is not None:
            return Move(state, (ShowPicture(name),))
    handler = row.taps.get(action)
    if handler is None:
        return Move(state, toast=say("toast.moved_on"))
    try:
        return handler(state, argument, context)
    except (ValueError, IndexError):
        return Move(state, toast=say("toast.moved_on"))


def _unwanted(event: Pasted) -> Text:
    return say("paste.file_unwanted") if event.problem == "file" else say("paste.not_now")


def _ended(state: State, event: Ended, context: Context) -> Move:
    """Give the end of an operation to the state that waits for it, even under a help screen."""
    if event.kind == "arrive":
        return verifying.arrived(state, event, context)
    if event.kind == "keys":
        return forms.keys_ended(state, event, context)
    own = getattr(state, "operation", None) == event.operation
    below = state if own else beneath(state)
    if getattr(below, "operation", None) == event.operation:
        ended: Any = row_of(below).ended
        moved = Move(below) if ended is None else ended(below, event, context)
        return moved if own or not isinstance(below, Home) else replace(moved, state=over(state, moved.state))
    return control.ended_aside(state, event, context)


def over(state: State, below: State) -> State:
    """Put what lies over a Worker's card over its newer one: an answer closes no question that came after."""
    return replace(state, back=over(state.back, below)) if isinstance(state, ASIDE) else below


def freshen(state: State, now: int) -> Move:
    """Let go of what has expired, and ask again for it rather than fail later."""
    below = beneath(state)
    moved = _fresh(below, now)
    if moved.state == below:
        return Move(state)
    return moved


def _fresh(state: State, now: int) -> Move:
    match state:
        case (
            OpenAlpaca() | PickMode() | AskTried() | AskRisk() | Advice() | PickPlan() | PickSymbol() | PickAmount()
            | PickPace() | PickMix() | PickBudget() | Review()
        ):  # fmt: skip
            kept = _kept(state.kept, now)
            lost = isinstance(state.kept, Complete) and not isinstance(kept, Complete)
            return Move(replace(state, kept=kept), notice=say("notice.keys_expired_here") if lost else None)
        case PickAccount(job, token) | PickName(job, token) if _alive(token, now) is None:
            given = _alive(state.key_id, now), _alive(state.secret, now)
            return Move(AskToken(job, *given), notice=token_expired(given))
        case KeepToken() | MakeKey() | AskKeyId() | AskSecret() | WrongMode() | Stopped():
            return _fresh_keys(state, now)
        case Preparing() | Unready() | FormOpen() | FormOver():
            return _fresh_form(state, now)
        case AskToken(key_id=key_id, secret=secret, kept=kept, tried=tried):
            key_id, secret, tried = _alive(key_id, now), _alive(secret, now), _alive(tried, now)
            return Move(replace(state, key_id=key_id, secret=secret, kept=_open(kept, now), tried=tried))
        case _:
            return Move(state)


def _fresh_keys(state: KeepToken | MakeKey | AskKeyId | AskSecret | WrongMode | Stopped, now: int) -> Move:
    before = (getattr(state, "key_id", None), getattr(state, "secret", None))
    key_id, secret = (_alive(held, now) for held in before)
    ahead = AHEAD_OF_KEY if isinstance(state, MakeKey) and not any(before) else 0
    if isinstance(state.access, Connected) and not (_open(state.access, now) and _open(state.access, now + ahead)):
        return Move(AskToken(state.job, key_id, secret), notice=token_expired((key_id, secret)))
    if (key_id, secret) == before:
        return Move(state)
    if isinstance(state, KeepToken | MakeKey):
        return Move(replace(state, key_id=key_id, secret=secret), notice=say("notice.keys_expired"))
    if key_id is not None:
        return Move(AskSecret(state.job, state.access, key_id), notice=say("notice.secret_expired"))
    return Move(AskKeyId(state.job, state.access, secret), notice=say("notice.keys_expired"))


def _fresh_form(state: Preparing | Unready | FormOpen | FormOver, now: int) -> Move:
    key_id, secret = _alive(state.key_id, now), _alive(state.secret, now)
    if isinstance(state, Unready) and not _open(state.access, now):
        return Move(AskToken(state.job, key_id, secret), notice=token_expired((key_id, secret)))
    if (key_id, secret) == (state.key_id, state.secret):
        return Move(state)
    return Move(replace(state, key_id=key_id, secret=secret), notice=say("notice.keys_expired"))


def _alive(held: Held | None, now: int) -> Held | None:
    return held if held is not None and held.alive(now) else None


def _open(kept: Connected | None, now: int) -> Connected | None:
    return kept if kept is not None and _alive(kept.token, now) else None


def _kept(kept: Kept, now: int) -> Kept:
    match kept:
        case Complete(access, key_id, secret):
            whole = key_id.alive(now) and secret.alive(now) and _open(access, now)
            return kept if whole else _open(access, now)
        case Connected():
            return _open(kept, now)
        case _:
            return kept


def view(dialog: Dialog, context: Context) -> Screen:
    """Draw the screen of a dialog: badge, step, notice, the state's own lines and buttons, and the way out."""
    row = row_of(dialog.state)
    screen: Screen = row.screen(dialog.state, context)
    head: list[Text] = []
    mode = control.mode_of(dialog.state, context)
    step = numbered(dialog.state, row.step)
    if step is not None:
        number = {"step": step[0], "steps": step[1]}
        head.append(say("frame.step_in", **number, badge=say(f"badge.{mode}")) if mode else say("frame.step", **number))
    elif mode is not None:
        head.append(say(f"badge.{mode}"))
    if dialog.notice is not None:
        head.append(say("frame.notice", notice=dialog.notice))
    rows = (*screen.rows, *showing(dialog.state), *_way_out(dialog.state))
    return Screen((*head, *screen.lines), rows, screen.folded)


def _way_out(state: State) -> tuple[tuple[Button, ...], ...]:
    row = row_of(state)
    if not row.cancel:
        return ((HELP,),) if isinstance(state, AT_WORK) else ()
    way = (BACK, CANCEL, HELP) if row.back is not None else (CANCEL, HELP)
    return (way,)


def asks(state: State) -> frozenset[Kind]:
    """Tell which secrets the conversation waits for, also under a help screen."""
    return row_of(beneath(state)).asks


def strict(state: State) -> bool:
    """Tell whether everything but plain talk is to be deleted unread; not where a phrase is to be typed."""
    return row_of(beneath(state)).strict and row_of(state).said is None


def takes_words(state: State) -> bool:
    """Tell whether plain text answers the screen, also under a help screen."""
    return row_of(state.back if isinstance(state, Reading) else state).said is not None


def tickets(state: State) -> frozenset[str]:
    """List the tickets a state carries; those in one state and not in the next are to be shredded."""
    return frozenset(held.ticket for held in holdings(state))


def operation_of(state: State) -> str | None:
    """Tell which operation the conversation waits for."""
    operation = getattr(state, "operation", None) or getattr(beneath(state), "operation", None)
    return operation if isinstance(operation, str) else None


def is_waiting(state: State) -> bool:
    """Tell whether the screen shows running work, or waits for a Worker's answer."""
    if isinstance(state, Home | Tuning | Another):
        return state.operation is not None
    return isinstance(state, Working | Preparing | Opening | Connecting | Leaving | Destroying | AtWork | ChangingToken)
