"""The Cloudflare token that a Worker keeps: given to it, or taken away again."""

from __future__ import annotations

from typing import Final

from flows.effects import Move
from flows.events import Context, Ended, Worker
from flows.footing import AT_HOME, beneath, rest
from flows.kept import ChangingToken, TokenCard
from flows.keys import onward
from flows.states import AskToken, Connected, Home, Keeping, OwnToken, Reading, State
from flows.tended import ConfirmAct
from flows.trouble import KNOWN_CODES, TOKEN_CODES, trouble
from flows.words import Text, say

TAKE: Final = "take_token"  # the act that is asked about first
GONE: Final = frozenset({"script_absent", "foreign_script"})  # no token helps; on the card it can be tidied up
UNCERTAIN: Final = frozenset({"stuck", "timeout"})  # it may be done; asked once more, it is no harm


def give_tapped(state: TokenCard, _argument: str, context: Context) -> Move:
    """Ask for the token that the Worker shall keep, in place of one it may have."""
    worker = context.worker(state.worker)
    if worker is None:
        return Move(state)
    return _begun_at_home(state) or Move(AskToken(_job(worker, keep=True)))


def take_tapped(state: TokenCard, _argument: str, context: Context) -> Move:
    """Ask before the token is taken away."""
    worker = context.worker(state.worker)
    if worker is None or not worker.holds_token:
        return Move(state)
    return _begun_at_home(state) or Move(ConfirmAct(worker.id, worker.mode, TAKE, state))


def confirmed(state: ConfirmAct, context: Context) -> Move:
    """Have the Worker give its token up."""
    worker = context.worker(state.worker)
    if worker is None:
        return Move(rest(context), notice=say("notice.no_worker"))
    return _begun_at_home(state) or onward(_job(worker, keep=False), OwnToken(), (None, None), context)


def _begun_at_home(state: State) -> Move | None:
    """Begin nothing in the middle of something else."""
    return None if isinstance(beneath(state), AT_HOME) else Move(state, notice=say("notice.finish_first"))


def _job(worker: Worker, *, keep: bool) -> Keeping:
    return Keeping(worker.id, worker.mode, worker.account, keep)


def more_tapped(state: TokenCard, _argument: str, _context: Context) -> Move:
    """What a token is kept for."""
    return Move(Reading("token", state))


def ended(state: ChangingToken, event: Ended, context: Context) -> Move:
    """See what came of it; what the Worker could not do itself is done with a token of the user's."""
    data, job = dict(event.data), state.job
    if event.code in {"token_given", "token_taken"}:
        return Move(_card(job, taken=not job.keep), notice=_changed(job, told=data.get("answering") is True))
    if context.worker(job.worker) is None:
        return Move(rest(context), notice=trouble(event.code, data))
    if event.code in GONE:
        return Move(Home(job.worker), notice=trouble(event.code, data))
    if isinstance(state.access, Connected):
        tried = None if event.code in TOKEN_CODES else state.access.token
        return Move(AskToken(job, tried=tried), notice=trouble(event.code, data))
    if event.code in UNCERTAIN or event.code not in KNOWN_CODES:
        return Move(_card(job), notice=trouble(event.code, data))
    return Move(
        AskToken(job), notice=say("taking.token_dead" if event.code == "token_dead" else "taking.not_by_itself")
    )


def _card(job: Keeping, *, taken: bool = False) -> TokenCard:
    return TokenCard(job.worker, Home(job.worker), taken)


def _changed(job: Keeping, *, told: bool) -> Text | None:
    if not told:
        return say("notice.token_unseen")
    return say("notice.token_given") if job.keep else None
