"""The second half of the road: the pair of keys, then the work that needs it, for a new Worker or a change of keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias, assert_never

from flows.dealings import lines
from flows.effects import CancelOperation, Move, StartOperation
from flows.events import Context, Ended, Json, Kind, Pasted, as_json
from flows.inspected import AtWork
from flows.jobs import ceilings_of
from flows.kept import ChangingToken
from flows.plans import Mode, limits_json, plan_json
from flows.states import (
    Access,
    AskKeyId,
    AskSecret,
    AskToken,
    Complete,
    ConfirmLive,
    Connected,
    Destroying,
    Done,
    Held,
    Home,
    Inspection,
    Job,
    Keeping,
    KeepToken,
    KeyJob,
    Leaving,
    MakeKey,
    NewKeys,
    NewWorker,
    OwnToken,
    PickPlan,
    Removal,
    State,
    Stopped,
    Welcome,
    Widening,
    Working,
    WrongMode,
)
from flows.trouble import KEY_CODES, PLAN_CODES, TOKEN_CODES, trouble
from flows.words import Text, say

# Seconds a Cloudflare token must still be held: before a key is generated, while its Secret is awaited, at the start.
AHEAD_OF_KEY, AHEAD_OF_SECRET, AHEAD_OF_WORK = 20 * 60, 3 * 60, 60

# Why a Worker cannot change its own keys; a token of the user's can all the same.
FROM_OUTSIDE: Mapping[str, str] = {
    "token_dead": "rotation.token_dead",
    "worker_unreachable": "rotation.not_by_itself",
    "worker_refused": "rotation.not_by_itself",
    "worker_absent": "rotation.absent",
    "command_key_lost": "rotation.key_lost",
}

Given: TypeAlias = "tuple[Held | None, Held | None]"


def keys_made(state: MakeKey, _argument: str, context: Context) -> Move:
    """The pair is on the user's screen."""
    moved = onward(state.job, state.access, (state.key_id, state.secret), context)
    if isinstance(moved.state, MakeKey):
        return Move(AskKeyId(state.job, state.access, state.secret))
    return moved


def keys_pasted(state: MakeKey | AskKeyId | AskSecret, event: Pasted, context: Context) -> Move:
    """Take whatever of the pair has come."""
    key_id = event.get(Kind.KEY_ID) or _held(state, "key_id", context)
    secret = event.get(Kind.SECRET) or _held(state, "secret", context)
    asked = Kind.SECRET if isinstance(state, AskSecret) else Kind.KEY_ID
    if event.get(Kind.KEY_ID) is None and event.get(Kind.SECRET) is None:
        found = "token_instead" if event.get(Kind.TOKEN) else event.problem
        return Move(state, notice=say(f"paste.{found or f'no_{asked}_found'}"))
    moved = onward(state.job, state.access, (key_id, secret), context)
    return moved.noticing(_remark(event, asked, secret))


def pasted_instead(state: Stopped | WrongMode, event: Pasted, context: Context) -> Move:
    """Take keys pasted in place of those held, without a tap that says so."""
    if event.get(Kind.KEY_ID) is None and event.get(Kind.SECRET) is None:
        found = "token_instead" if event.get(Kind.TOKEN) else event.problem
        return Move(state, notice=say(f"paste.{found or 'no_key_id_found'}"))
    return keys_pasted(AskKeyId(state.job, state.access), event, context)


def _held(state: object, name: str, context: Context) -> Held | None:
    held = getattr(state, name, None)
    return held if isinstance(held, Held) and held.alive(context.now) else None


def _remark(event: Pasted, asked: Kind, secret: Held | None) -> Text | None:
    if asked is Kind.KEY_ID and event.get(Kind.KEY_ID) is None:
        return say("notice.secret_first")
    if asked is Kind.SECRET and event.get(Kind.SECRET) is None and secret is None:
        return say("notice.key_id_again")
    return None


def onward(job: Job, access: Access, given: Given, context: Context) -> Move:
    """Go to whatever is still missing; with everything there, to work."""
    key_id, secret = given
    if isinstance(access, Connected) and not lasts(access.token, _ahead(given, job), context):
        return Move(AskToken(job, key_id, secret), notice=token_expired(given))
    if isinstance(job, Removal):
        return remove(job, access, context)
    if isinstance(job, Widening):
        return widen(job, access, context) if isinstance(access, Connected) else Move(AskToken(job))
    if isinstance(job, Inspection):
        return inspect(job, access, context) if isinstance(access, Connected) else Move(AskToken(job))
    if isinstance(job, Keeping):
        return change_token(job, access, context)
    match key_id, secret:
        case None, None:
            return Move(MakeKey(job, access))
        case None, _:
            return Move(AskKeyId(job, access, secret))
        case Held(), None:
            return Move(AskSecret(job, access, key_id))
        case Held(), Held():
            return work(job, access, key_id, secret, context)
    raise AssertionError  # pragma: no cover


def token_expired(given: Given) -> Text:
    """Say that a Cloudflare token is needed anew, and what that means for the keys."""
    return say("notice.token_expired_keys_kept" if any(given) else "notice.token_expired")


def lasts(token: Held, ahead: int, context: Context) -> bool:
    """Tell whether a token will still be held in so many seconds."""
    return token.alive(context.now) and token.until >= context.now + ahead


def _ahead(given: Given, job: Job) -> int:
    if isinstance(job, Removal | Inspection | Widening | Keeping) or all(given):
        return AHEAD_OF_WORK
    return AHEAD_OF_SECRET if any(given) else AHEAD_OF_KEY


def work(job: KeyJob, access: Access, key_id: Held, secret: Held, context: Context) -> Move:
    """Check the keys, then deploy or change them: one operation, no question in between."""
    arguments: dict[str, Json] = {
        "mode": str(job.mode),
        "worker": job.worker,
        "key_id": key_id.ticket,
        "secret": secret.ticket,
        **access_arguments(access),
    }
    match job:
        case NewWorker():
            kind = "deploy"
            arguments["plan"] = as_json(plan_json(job.plan))
            arguments["limits"] = as_json(limits_json(ceilings_of(job)))
        case NewKeys():
            kind = "rotate"
            arguments["first"] = job.first
        case _:
            assert_never(job)
    state = Working(job, access, key_id, secret, context.fresh_id)
    return Move(state, (StartOperation(context.fresh_id, kind, arguments),))


def into_account(job: NewWorker, access: Connected, given: Given, context: Context) -> Move:
    """Ask whether the Worker keeps the token; one that ends within the hour is of no use to it."""
    return onward(job, access, given, context) if access.token.granted else Move(KeepToken(job, access, *given))


def widen(job: Widening, access: Connected, context: Context) -> Move:
    """Put a plan into a Worker that goes beyond what was agreed to before."""
    arguments: dict[str, Json] = {
        "worker": job.worker,
        "token": access.token.ticket,
        "plan": as_json(plan_json(job.plan)),
        "limits": as_json(limits_json(ceilings_of(job))),
    }
    work = AtWork("widen", job, access, context.fresh_id, job.worker, job.mode)
    return Move(work, (StartOperation(context.fresh_id, "widen", arguments),))


def inspect(job: Inspection, access: Connected, context: Context) -> Move:
    """Read a Worker back and compare it with what is published."""
    arguments: dict[str, Json] = {"worker": job.worker, "token": access.token.ticket}
    work = AtWork("verify", job, access, context.fresh_id, job.worker, job.mode)
    return Move(work, (StartOperation(context.fresh_id, "verify", arguments),))


def change_token(job: Keeping, access: Access, context: Context) -> Move:
    """Give a Worker a token to keep, one that lasts; or end the one it keeps, by itself or with one just given."""
    given = access.token if isinstance(access, Connected) else None
    if job.keep and (given is None or given.granted):
        return Move(AskToken(job), notice=trouble("token_lent") if given else None)
    arguments: dict[str, Json] = {"worker": job.worker, "token": given.ticket if given else None}
    start = StartOperation(context.fresh_id, "give_token" if job.keep else "take_token", arguments)
    return Move(ChangingToken(job, access, context.fresh_id), (start,))


def remove(job: Removal, access: Access, context: Context) -> Move:
    """Wait a moment, in which one may think better of it, before a Worker is taken away."""
    start = StartOperation(context.fresh_id, "grace", {"worker": job.worker})
    return Move(Leaving(job, access, context.fresh_id), (start,))


def take_away(job: Removal, access: Access, context: Context) -> Move:
    """Take the Worker away."""
    arguments: dict[str, Json] = {"worker": job.worker, **access_arguments(access)}
    state = Destroying(job.worker, job.mode, context.fresh_id, access)
    return Move(state, (StartOperation(context.fresh_id, "destroy", arguments),))


def access_arguments(access: Access) -> dict[str, Json]:
    """Give what an operation is told of the access: a ticket's id, never a token."""
    match access:
        case OwnToken():
            return {"token": None}
        case Connected(token, account, subdomain, keep):
            return {"token": token.ticket, "account": account.id, "subdomain": subdomain, "keep": keep}
    assert_never(access)


def work_ended(state: Working, event: Ended, context: Context) -> Move:
    """See how the work went."""
    data = dict(event.data)
    if event.kind == "undo":
        script = str(data.get("script", ""))
        notice = say("notice.cancelled") if event.code == "undone" else say("notice.not_undone", detail=script)
        return Move(_start(state.job), notice=notice)
    if state.stopping or event.code == "cancelled":
        return undo(state, "", context)
    match event.code:
        case "deployed":
            return _deployed(state.job.worker, data, context)
        case "connected" | "rotated":
            return _changed(state.job, event.code, data)
        case "other_mode":
            return Move(WrongMode(state.job, state.access, state.key_id, state.secret))
        case code if code in PLAN_CODES and isinstance(state.job, NewWorker) and isinstance(state.access, Connected):
            kept = Complete(state.access, state.key_id, state.secret, state.job.worker)
            return Move(PickPlan(state.job.mode, kept), notice=trouble(code, data))
        case code if code in KEY_CODES:
            return Move(AskKeyId(state.job, state.access), notice=trouble(code, data))
        case code if code in TOKEN_CODES or (code in FROM_OUTSIDE and isinstance(state.access, OwnToken)):
            notice = trouble(code, data) if code in TOKEN_CODES else say(FROM_OUTSIDE[code])
            return Move(AskToken(state.job, state.key_id, state.secret), notice=notice)
        case code:
            stopped = Stopped(state.job, state.access, state.key_id, state.secret, code, str(data.get("detail", "")))
            return Move(stopped, notice=trouble(code, data))


def _changed(job: Job, code: str, data: Mapping[str, Json]) -> Move:
    """The Worker has new keys, or its first ones."""
    if code == "rotated":
        return Move(Home(job.worker), notice=say("notice.rotated", ending=str(data.get("key_ending", ""))))
    account, mode = str(data.get("account_ending", "")), say(f"mode.{job.mode}")
    return Move(done_of(job.worker, data), notice=say("form.pasted", account=account, mode=mode))


def done_of(worker: str, data: Mapping[str, Json]) -> Done:
    """Read from an operation's end how a Worker that is up begins."""
    meant = lines(data.get("orders"))
    outcome, reason, code = (str(data.get(name, "")) for name in ("outcome", "reason", "last_code"))
    coming, schedule = data.get("answering") is False, str(data.get("schedule") or "cron")
    armed = coming or data.get("armed") is not False
    told = Done(worker, outcome, reason, meant, armed=armed, coming=coming, schedule=schedule, code=code)
    return replace(told, moneyless=data.get("moneyless") is True)


def _deployed(worker: str, data: dict[str, Json], context: Context) -> Move:
    """The Worker is in place; where its new address does not answer yet, go on without waiting for it."""
    done = done_of(worker, data)
    if not done.coming:
        return Move(done)
    return Move(done, (StartOperation(context.fresh_id, "arrive", {"worker": worker, "schedule": done.schedule}),))


def _start(job: Job) -> State:
    return Welcome() if isinstance(job, NewWorker) else Home(job.worker)


def try_again(state: Stopped | WrongMode, _argument: str, context: Context) -> Move:
    """Do the same work once more with what is held."""
    return onward(state.job, state.access, (state.key_id, state.secret), context)


def other_keys(state: Stopped | WrongMode, _argument: str, _context: Context) -> Move:
    """Forget these keys and ask for others."""
    return Move(AskKeyId(state.job, state.access))


def switch_mode(state: WrongMode, _argument: str, context: Context) -> Move:
    """Take the mode the keys belong to; live still wants its phrase."""
    if not isinstance(state.job, NewWorker) or not isinstance(state.access, Connected):
        return Move(state)
    job = replace(state.job, mode=state.job.mode.other)
    if job.mode is Mode.LIVE:
        return Move(ConfirmLive(job, state.access, state.key_id, state.secret, flipped=True))
    return onward(job, state.access, (state.key_id, state.secret), context)


def stop_working(state: Working, _argument: str, _context: Context) -> Move:
    """Stop the work and take back what it did."""
    return Move(replace(state, stopping=True), (CancelOperation(state.operation),))


def undo(state: Stopped | Working, _argument: str, context: Context) -> Move:
    """Give up; what may be half deployed is removed with the token still held."""
    if not isinstance(state.job, NewWorker) or not isinstance(state.access, Connected):
        return Move(_start(state.job), notice=say("notice.cancelled"))
    arguments: dict[str, Json] = {
        "worker": state.job.worker,
        "mode": str(state.job.mode),
        **access_arguments(state.access),
    }
    working = Working(state.job, state.access, state.key_id, state.secret, context.fresh_id, stopping=True)
    return Move(working, (StartOperation(context.fresh_id, "undo", arguments),))
