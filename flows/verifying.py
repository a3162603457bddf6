"""Is what runs what is published? Newer code; and Workers that Soar has no record of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from flows import control
from flows.dealings import lines, why
from flows.effects import Move, StartOperation, Tell
from flows.events import Context, Ended, Json
from flows.footing import ask, rest
from flows.inspected import (
    AtWork,
    ConfirmClear,
    ConfirmOverwrite,
    Difference,
    Facts,
    Stray,
    Strays,
    Verdict,
)
from flows.keys import Given, inspect, into_account, onward, remove
from flows.plans import Mode
from flows.states import (
    AskToken,
    Connected,
    Done,
    Home,
    Inspection,
    Job,
    Keeping,
    NewKeys,
    NewWorker,
    Removal,
    State,
    Widening,
)
from flows.trouble import TOKEN_CODES, trouble
from flows.words import say

AHEAD = 60  # seconds the token must still be held when work begins
STALE = 600  # seconds after which a verdict is no longer trusted: the user may have changed something since
OVERWRITE_PHRASE = "REPLACE"
SHOWN_STRAYS = 4


def work_ended(state: AtWork, event: Ended, context: Context) -> Move:
    """See what came of it."""
    data = dict(event.data)
    match event.code:
        case "verified":
            return _verified(state, data, context)
        case "updated":
            words = "updated" if data.get("answering") else "updated_silent"
            return Move(Home(state.worker), notice=say(f"notice.{words}"))
        case "widened":
            words = "widened" if data.get("answering") else "widened_silent"
            return ask(Home(state.worker), "status", state.worker, context).noticing(say(f"notice.{words}"))
        case "adopted":
            moved = ask(Home(state.worker), "status", state.worker, context)
            return moved.noticing(say("notice.adopted", script=str(data.get("script", ""))))
        case "cleared":
            cleared = say("notice.cleared", script=str(data.get("script", "")))
            return _past(state.job, state.access, (state.key_id, state.secret), context).noticing(cleared)
        case code if code in TOKEN_CODES:
            return Move(AskToken(state.job, state.key_id, state.secret), notice=trouble(code, data))
        case code:
            again = AskToken(state.job, state.key_id, state.secret, tried=state.access.token)
            return Move(again, notice=trouble(code, data))


def _past(job: Job, access: Connected, given: Given, context: Context) -> Move:
    """Go on with what the token was given for, now that the Workers without a record are dealt with."""
    match job:
        case NewWorker():
            return into_account(job, access, given, context)
        case NewKeys() | Removal() | Keeping():
            return onward(job, access, given, context)
        case Inspection() | Widening():
            return Move(rest(context, job.worker))
    assert_never(job)


def _verified(state: AtWork, data: Mapping[str, Json], context: Context) -> Move:
    if not isinstance(state.job, Inspection):
        return Move(state)
    verdict = Verdict(
        job=state.job,
        access=state.access,
        at=context.now,
        code=str(data["verdict"]),
        differences=tuple(Difference(*pair) for pair in _rows(data.get("differences"), 2)),
        more=_number(data, "more"),
        facts=_facts(data),
        strays=strays(data),
    )
    return Move(verdict)


def _facts(data: Mapping[str, Json]) -> Facts:
    def texts(name: str) -> tuple[str, ...]:
        value = data.get(name)
        return tuple(str(each) for each in value) if isinstance(value, list) else ()

    return Facts(
        modules=_number(data, "modules"),
        size=_number(data, "bytes"),
        bindings=texts("bindings"),
        secrets=texts("secrets"),
        schedules=texts("schedules"),
        address=bool(data.get("address")),
        domains=texts("domains"),
        releases=_number(data, "releases"),
        last_release=str(data.get("last_release") or ""),
    )


def strays(data: Mapping[str, Json]) -> tuple[Stray, ...]:
    """Read which of Soar's Workers in the account nobody has a record of."""
    return tuple(
        Stray(script, Mode(mode), deployment)
        for script, mode, deployment in _rows(data.get("strays"), 3)
        if mode in tuple(Mode)
    )


def _rows(value: Json, width: int) -> list[list[str]]:
    rows = [each for each in value if isinstance(each, list)] if isinstance(value, list) else []
    return [[str(cell) for cell in row] for row in rows if len(row) == width]


def _number(data: Mapping[str, Json], name: str) -> int:
    value = data.get(name)
    return value if isinstance(value, int) else 0


# -- newer code -------------------------------------------------------------------------------------------------------


def update_tapped(state: Verdict, _argument: str, context: Context) -> Move:
    """Put the published code in place; a user's own code only after a phrase."""
    if not state.updatable:
        return Move(state)
    if context.now - state.at > STALE:
        return _again(state, context)
    if state.by_hand:
        return Move(ConfirmOverwrite(state))
    return _update(state, context)


def overwrite_said(state: ConfirmOverwrite, text: str, context: Context) -> Move:
    """Read the typed phrase."""
    if text.strip().strip("\"'“”.!").upper() != OVERWRITE_PHRASE:
        return Move(state, notice=say("notice.phrase_differs", phrase=OVERWRITE_PHRASE), tidy=True)
    verdict = state.verdict
    if context.now - verdict.at > STALE:
        return replace(_again(verdict, context), tidy=True)
    return replace(_update(verdict, context), tidy=True)


def _again(state: Verdict, context: Context) -> Move:
    return check_again(state, "", context).noticing(say("notice.verdict_old"))


def check_again(state: Verdict, _argument: str, context: Context) -> Move:
    """Read everything once more."""
    if not _lasts(state.access, context):
        return _expired(state.job)
    return inspect(state.job, state.access, context)


def _update(state: Verdict, context: Context) -> Move:
    if not _lasts(state.access, context):
        return _expired(state.job)
    arguments: dict[str, Json] = {
        "worker": state.job.worker,
        "token": state.access.token.ticket,
        "bindings": list(state.facts.bindings),
    }
    work = AtWork("update", state.job, state.access, context.fresh_id, state.job.worker, state.job.mode)
    return Move(work, (StartOperation(context.fresh_id, "update", arguments),))


def tidy_tapped(state: Verdict, _argument: str, context: Context) -> Move:
    """Forget a Worker that was deleted elsewhere; the token proves once more that it is gone."""
    if state.code != "absent":
        return Move(state)
    if not _lasts(state.access, context):
        return _expired(state.job)
    return remove(Removal(state.job.worker, state.job.mode, state.job.account), state.access, context)


def strays_tapped(state: Verdict, _argument: str, _context: Context) -> Move:
    """Look at the Workers nobody has a record of."""
    return Move(Strays(state.job, state.access, state.strays)) if state.strays else Move(state)


def _lasts(access: Connected, context: Context) -> bool:
    return access.token.alive(context.now) and access.token.until >= context.now + AHEAD


def _expired(job: Inspection | NewWorker) -> Move:
    return Move(AskToken(job), notice=say("notice.token_expired"))


# -- Workers without a record -----------------------------------------------------------------------------------------


def adopt_tapped(state: Strays, argument: str, context: Context) -> Move:
    """Take one over."""
    return _begin("adopt", state, _picked(state, argument), context)


def clear_tapped(state: Strays, argument: str, _context: Context) -> Move:
    """Ask before one is taken away."""
    return Move(ConfirmClear(_picked(state, argument), state))


def clear_said(state: ConfirmClear, text: str, context: Context) -> Move:
    """Read the typed phrase."""
    if text.strip().strip("\"'“”.!").upper() != control.DESTROY_PHRASE:
        return Move(state, notice=say("notice.phrase_differs", phrase=control.DESTROY_PHRASE), tidy=True)
    return replace(_begin("clear", state.back, state.stray, context), tidy=True)


def leave_tapped(state: Strays, _argument: str, context: Context) -> Move:
    """Go on without them."""
    return _past(state.job, state.access, (state.key_id, state.secret), context)


def _picked(state: Strays, argument: str) -> Stray:
    index = int(argument)
    if not 0 <= index < len(state.strays):
        raise IndexError
    return state.strays[index]


def _begin(what: str, state: Strays, stray: Stray, context: Context) -> Move:
    if not _lasts(state.access, context):
        return Move(AskToken(state.job, state.key_id, state.secret), notice=say("notice.token_expired"))
    # The deployment's own id comes first in a Worker's, as in every other's.
    worker = stray.deployment + context.fresh_id[: 16 - len(stray.deployment)]
    arguments: dict[str, Json] = {
        "worker": worker,
        "script": stray.script,
        "mode": str(stray.mode),
        "token": state.access.token.ticket,
        "account": state.access.account.id,
        "subdomain": state.access.subdomain,
    }
    given = (state.key_id, state.secret)
    work = AtWork(what, state.job, state.access, context.fresh_id, worker, stray.mode, *given)
    return Move(work, (StartOperation(context.fresh_id, what, arguments),))


# -- a new address ----------------------------------------------------------------------------------------------------


def arrived(state: State, event: Ended, context: Context) -> Move:
    """A Worker's new address answers, or did not come up: tell it, wherever the conversation is by now."""
    data = dict(event.data)
    known = context.worker(str(data.get("worker", "")))
    if known is None:
        return Move(state)
    if event.code != "arrived":
        words = say("tell.not_arrived", script=known.script, mode=say(f"mode.{known.mode}"))
        return Move(state, (Tell(words),))
    reason, outcome, code = (str(data.get(name, "")) for name in ("reason", "outcome", "last_code"))
    sentence = why(code, outcome, reason)
    told = Tell(say("tell.arrived", script=known.script, mode=say(f"mode.{known.mode}"), reason=sentence))
    if isinstance(state, Done) and state.worker == known.id:
        meant, armed = lines(data.get("orders")), data.get("armed") is not False
        state = replace(state, coming=False, outcome=outcome, reason=reason, orders=meant, armed=armed, code=code)
    return Move(state, (told,))
