"""The first half of the road: Alpaca account, mode, consent; the plan is chosen in `flows.planning`."""

from __future__ import annotations

from dataclasses import replace

from flows.advice import Advice, AskTried
from flows.effects import Effect, KeepConsent, Move
from flows.events import Context
from flows.jobs import ceilings_of
from flows.keys import Given, onward
from flows.plan_screens import all_limits, plan_details, plan_words
from flows.plans import Mode
from flows.states import (
    AskToken,
    Complete,
    ConfirmLive,
    Connected,
    OpenAlpaca,
    PickMode,
    PickPlan,
    PlanJob,
    Review,
    Welcome,
)
from flows.words import Text, say

LIVE_PHRASE = "TRADE LIVE"


def open_alpaca(_state: Welcome, _argument: str, _context: Context) -> Move:
    """Begin."""
    return Move(OpenAlpaca())


def pick_mode(state: OpenAlpaca, _argument: str, _context: Context) -> Move:
    """Signed in."""
    return Move(PickMode(state.kept))


def advise(state: PickMode, _argument: str, _context: Context) -> Move:
    """Ask two questions before saying which mode to pick."""
    return Move(AskTried(state.kept))


def mode_picked(state: PickMode | Advice, argument: str, _context: Context) -> Move:
    """Paper or live."""
    return Move(PickPlan(Mode(argument), state.kept))


def agreed(state: Review, _argument: str, context: Context) -> Move:
    """Consent given; real money wants a typed phrase as well."""
    consent: tuple[Effect, ...] = (KeepConsent(agreement(state.job)),)
    access, given = _had(state)
    if state.job.mode is Mode.LIVE:
        return Move(ConfirmLive(state.job, access, *given), consent)
    moved = _after_consent(state.job, access, given, context)
    return replace(moved, effects=(*consent, *moved.effects))


def _had(state: Review) -> tuple[Connected | None, Given]:
    match state.kept:
        case Complete(access, key_id, secret):
            return access, (key_id, secret)
        case Connected() as access:
            return access, (None, None)
        case _:
            return None, (None, None)


def agreement(job: PlanJob) -> Text:
    """Give all that is agreed to: the account's mode, the plan, its limits, the affirmations."""
    mode = str(job.mode)
    return say(
        "consent.agreed",
        mode=say(f"review.mode_{mode}"),
        plan=say("review.plan", plan=plan_words(job.plan)),
        more=plan_details(job.plan),
        limits=all_limits(job.plan, ceilings_of(job)),
        text=say("consent.text", mode=mode),
    )


def phrase_said(text: str, phrase: str) -> bool:
    """Tell whether somebody typed the phrase, however it is spaced, quoted or cased."""
    return " ".join(text.split()).strip("\"'“”.!").upper() == phrase


def live_said(state: ConfirmLive, text: str, context: Context) -> Move:
    """Read the typed phrase."""
    if not phrase_said(text, LIVE_PHRASE):
        return Move(state, notice=say("notice.phrase_differs", phrase=LIVE_PHRASE), tidy=True)
    moved = _after_consent(state.job, state.access, (state.key_id, state.secret), context)
    # What was agreed to before was for practice money.
    anew: tuple[Effect, ...] = (KeepConsent(agreement(state.job)),) if state.flipped else ()
    return replace(moved, effects=(*anew, *moved.effects), tidy=True)


def _after_consent(job: PlanJob, kept: Connected | None, given: Given, context: Context) -> Move:
    if kept is not None and any(given):
        return onward(job, kept, given, context)
    return Move(AskToken(job, *given, kept=kept))
