"""The keys by the private form: put the bot in place without them, open its form, wait, and what comes in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flows.effects import CancelOperation, Effect, Move, StartOperation, Tell
from flows.events import Context, Ended, Json, Kind, Pasted, as_json
from flows.footing import beneath, rest
from flows.forming import FormOpen, FormOver, Opening, Preparing, Unready
from flows.jobs import ceilings_of
from flows.keys import (
    AHEAD_OF_WORK,
    Given,
    access_arguments,
    done_of,
    keys_pasted,
    lasts,
    onward,
    take_away,
    work,
)
from flows.plans import limits_json, plan_json
from flows.states import (
    AskKeyId,
    AskToken,
    Connected,
    Done,
    Held,
    Home,
    MakeKey,
    NewKeys,
    NewWorker,
    OwnToken,
    Removal,
    State,
    Welcome,
)
from flows.trouble import TOKEN_CODES, trouble
from flows.words import Text, say

OVER = frozenset({"form_expired", "form_locked", "form_closed"})
QUIET = frozenset({"cancelled", "worker_forgotten"})


# -- the way in -------------------------------------------------------------------------------------------------------


def chosen(state: MakeKey | AskToken, _argument: str, context: Context) -> Move:
    """The private form rather than the chat."""
    job = state.job
    if isinstance(job, NewKeys):
        return opened_anew(job, context)
    access = getattr(state, "access", None)
    if not isinstance(job, NewWorker) or not isinstance(access, Connected):
        return Move(state)
    return _prepare(job, access, context)


def from_card(state: Home | Done, _argument: str, context: Context) -> Move:
    """The button of a bot that has no keys yet."""
    worker = context.worker(state.worker)
    if worker is None:
        return Move(rest(context), notice=say("notice.no_worker"))
    return opened_anew(NewKeys(worker.id, worker.mode, worker.account, first=True), context)


def opened_anew(job: NewKeys, context: Context) -> Move:
    """Ask a bot that is up for a new form."""
    start = StartOperation(context.fresh_id, "form", {"worker": job.worker})
    return Move(Opening(job, context.fresh_id), (start,))


def _prepare(job: NewWorker, access: Connected, context: Context) -> Move:
    if not lasts(access.token, AHEAD_OF_WORK, context):
        return Move(AskToken(job), notice=say("notice.token_expired"))
    arguments: dict[str, Json] = {
        "mode": str(job.mode),
        "worker": job.worker,
        "plan": as_json(plan_json(job.plan)),
        "limits": as_json(limits_json(ceilings_of(job))),
        **access_arguments(access),
    }
    start = StartOperation(context.fresh_id, "prepare", arguments)
    return Move(Preparing(job, access, context.fresh_id), (start,))


# -- putting the bot in place -----------------------------------------------------------------------------------------


def prepared(state: Preparing, event: Ended, context: Context) -> Move:
    """The bot is there and its form is open, or what to do instead."""
    data = dict(event.data)
    if event.kind == "undo":
        script = str(data.get("script", ""))
        undone = event.code == "undone"
        return Move(Welcome(), notice=say("notice.cancelled") if undone else say("notice.not_undone", detail=script))
    if state.stopping or event.code == "cancelled":
        return undo(state, "", context)
    match event.code:
        case "prepared":
            job = NewKeys(state.job.worker, state.job.mode, state.access.account.id, first=True)
            return _open(job, data, (state.key_id, state.secret), context)
        case code if code in TOKEN_CODES:
            return Move(AskToken(state.job, state.key_id, state.secret), notice=trouble(code, data))
        case code:
            return Move(Unready(state.job, state.access, state.key_id, state.secret), notice=trouble(code, data))


def again(state: Unready, _argument: str, context: Context) -> Move:
    """Try once more to put the bot in place."""
    return _prepare(state.job, state.access, context)


def stop(state: Preparing, _argument: str = "", _context: Context | None = None) -> Move:
    """Stop, and take back what was put in place."""
    return Move(replace(state, stopping=True), (CancelOperation(state.operation),))


def undo(state: Preparing | Unready, _argument: str, context: Context) -> Move:
    """Remove the bot without keys with the token that is still held."""
    arguments: dict[str, Json] = {
        "worker": state.job.worker,
        "mode": str(state.job.mode),
        **access_arguments(state.access),
    }
    after = Preparing(state.job, state.access, context.fresh_id, stopping=True)
    return Move(after, (StartOperation(context.fresh_id, "undo", arguments),))


def paste_instead(state: Unready, _argument: str, context: Context) -> Move:
    """Paste the keys here after all."""
    return onward(state.job, state.access, (state.key_id, state.secret), context)


def pasted_early(state: Preparing | Unready, event: Pasted, context: Context) -> Move:
    """Keys pasted while the bot is put in place: with both of them it is put in place with its keys."""
    key_id, secret = _pair(state, event, context)
    if event.get(Kind.KEY_ID) is None and event.get(Kind.SECRET) is None:
        return Move(state, notice=_nothing(event))
    if state.stopping if isinstance(state, Preparing) else False:
        return Move(state, notice=say("notice.stopping"))
    if key_id is None or secret is None:
        missing = "key_id" if key_id is None else "secret"
        return Move(replace(state, key_id=key_id, secret=secret), notice=say(f"form.now_{missing}"))
    moved = work(state.job, state.access, key_id, secret, context)
    stopping: tuple[Effect, ...] = (CancelOperation(state.operation),) if isinstance(state, Preparing) else ()
    return replace(moved, effects=(*stopping, *moved.effects))


def _pair(state: object, event: Pasted, context: Context) -> tuple[Held | None, Held | None]:
    def held(name: str) -> Held | None:
        value = getattr(state, name, None)
        return value if isinstance(value, Held) and value.alive(context.now) else None

    return event.get(Kind.KEY_ID) or held("key_id"), event.get(Kind.SECRET) or held("secret")


def _nothing(event: Pasted) -> Text:
    found = "token_instead" if event.get(Kind.TOKEN) else event.problem
    return say(f"paste.{found or 'no_key_id_found'}")


# -- an open form -----------------------------------------------------------------------------------------------------


def opening_ended(state: Opening, event: Ended, context: Context) -> Move:
    """The form is open; or the bot is too old to have one, or cannot be asked."""
    data = dict(event.data)
    match event.code:
        case "form_open":
            return _open(state.job, data, (None, None), context)
        case "cancelled":
            return Move(Home(state.job.worker), notice=say("notice.unchanged"))
        case "worker_outdated":
            return _to_paste(state.job, (None, None), context).noticing(say("form.outdated"))
        case code:
            return Move(FormOver(state.job, "form_unopened"), notice=trouble(code, data))


def _open(job: NewKeys, data: Mapping[str, Json], given: Given, context: Context) -> Move:
    form, expires = str(data.get("form", "")), _number(data.get("expires"))
    state = FormOpen(job, form, expires, context.fresh_id, False, *given)
    return Move(state, (_waiting(state, context),))


def _waiting(state: FormOpen, context: Context) -> StartOperation:
    arguments: dict[str, Json] = {"worker": state.job.worker, "expires": state.expires, "first": state.job.first}
    return StartOperation(context.fresh_id, "keys", arguments)


def look_now(state: FormOpen, _argument: str, context: Context) -> Move:
    """The person says that it is done: look at once rather than at the next turn."""
    after = replace(state, operation=context.fresh_id)
    effects = (CancelOperation(state.operation), _waiting(state, context))
    return Move(after, effects, toast=say("toast.looking"))


def plainly(state: FormOpen, argument: str, _context: Context) -> Move:
    """Show a plain link with a code, or the Mini App again."""
    return Move(replace(state, plain=argument == "yes"))


def new_form(state: FormOpen | FormOver, _argument: str, context: Context) -> Move:
    """Another ticket; the one before is worth nothing then."""
    moved = opened_anew(state.job, context)
    return replace(moved, effects=(*_no_more(state), *moved.effects))


def paste_here(state: FormOpen | FormOver, _argument: str, context: Context) -> Move:
    """Paste the keys into the chat after all."""
    moved = _to_paste(state.job, (state.key_id, state.secret), context)
    return replace(moved, effects=(*_no_more(state), *moved.effects))


def pasted_after(state: FormOpen | FormOver, event: Pasted, context: Context) -> Move:
    """Keys pasted though the form is there: take them; the form ends when they are in place."""
    if event.get(Kind.KEY_ID) is None and event.get(Kind.SECRET) is None:
        return Move(state, notice=_nothing(event))
    given = _pair(state, event, context)
    worker = context.worker(state.job.worker)
    if worker is not None and worker.holds_token:
        moved = keys_pasted(AskKeyId(state.job, OwnToken(), state.secret), event, context)
    else:
        moved = Move(AskToken(state.job, *given), notice=say("form.token_for_paste"))
    return replace(moved, effects=(*_no_more(state), *moved.effects))


def _to_paste(job: NewKeys, given: Given, context: Context) -> Move:
    worker = context.worker(job.worker)
    if worker is not None and worker.holds_token:
        moved = onward(job, OwnToken(), given, context)
        return Move(AskKeyId(job, OwnToken())) if isinstance(moved.state, MakeKey) else moved
    return Move(AskToken(job, *given), notice=say("form.token_for_paste"))


def _no_more(state: FormOpen | FormOver) -> tuple[Effect, ...]:
    return (CancelOperation(state.operation),) if isinstance(state, FormOpen) else ()


def _number(value: Json) -> int:
    return value if isinstance(value, int) else 0


# -- how it ends ------------------------------------------------------------------------------------------------------


def keys_ended(state: State, event: Ended, context: Context) -> Move:
    """The form was used, or is over: tell it, wherever the conversation is by now."""
    data = dict(event.data)
    below = state if isinstance(state, FormOpen) else beneath(state)
    mine = isinstance(below, FormOpen) and below.operation == event.operation
    if event.code in QUIET and not mine:
        return Move(state)
    if isinstance(below, FormOpen) and mine:
        return _settled(below, event.code, data, context)
    worker = context.worker(str(data.get("worker", "")))
    if worker is None or event.code != "connected":
        return Move(state)
    account = str(data.get("account_ending", ""))
    told = Tell(say("tell.connected", script=worker.script, mode=say(f"mode.{worker.mode}"), account=account))
    return Move(state, (told,))


def _settled(state: FormOpen, code: str, data: Mapping[str, Json], context: Context) -> Move:
    given = (state.key_id, state.secret)
    if code == "connected":
        account, mode = str(data.get("account_ending", "")), say(f"mode.{state.job.mode}")
        notice = say("form.connected", account=account, mode=mode)
        return Move(done_of(state.job.worker, data) if state.job.first else Home(state.job.worker), notice=notice)
    if code in OVER:
        return Move(FormOver(state.job, code, *given))
    if context.worker(state.job.worker) is None:
        return Move(rest(context), notice=say("notice.no_worker"))
    return Move(FormOver(state.job, "form_unseen", *given), notice=trouble(code, dict(data)))


def given_up(state: Opening | FormOpen | FormOver, context: Context) -> Move:
    """Cancelled: the form is closed; a bot that never had keys goes again, any other stays as it was."""
    stopped: tuple[Effect, ...] = () if isinstance(state, FormOver) else (CancelOperation(state.operation),)
    job, worker = state.job, context.worker(state.job.worker)
    shut = StartOperation(context.fresh_id, "close_form", {"worker": job.worker})
    if not job.first or worker is None:
        return Move(rest(context, job.worker), (*stopped, shut), notice=say("notice.cancelled"))
    removal = Removal(worker.id, worker.mode, worker.account)
    if not worker.holds_token:
        return Move(AskToken(removal), (*stopped, shut), notice=say("form.token_to_undo"))
    moved = take_away(removal, OwnToken(), context)
    return replace(moved, effects=(*stopped, *moved.effects))
