"""The first half of the road: Alpaca account, mode, plan, consent."""

from __future__ import annotations

from dataclasses import replace

from flows.advice import Advice, AskTried
from flows.effects import Effect, KeepConsent, Move
from flows.events import Context
from flows.keys import Given, onward
from flows.plans import (
    SUGGESTED,
    SYMBOLS,
    Mode,
    Pace,
    Recurring,
    Watch,
    read_amount,
    read_symbol,
)
from flows.states import (
    AskToken,
    ConfirmLive,
    Connected,
    NewWorker,
    OpenAlpaca,
    PickAmount,
    PickMode,
    PickPace,
    PickPlan,
    PickSymbol,
    Review,
    Welcome,
)
from flows.words import say

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


def plan_suggested(state: PickPlan, argument: str, context: Context) -> Move:
    """Take one of the suggested buys."""
    return _review(state.mode, SUGGESTED[int(argument)], state.kept, context)


def plan_watch(state: PickPlan, _argument: str, context: Context) -> Move:
    """Watch only."""
    return _review(state.mode, Watch(), state.kept, context)


def plan_own(state: PickPlan, _argument: str, _context: Context) -> Move:
    """Put a buy of one's own together."""
    return Move(PickSymbol(state.mode, state.kept))


def symbol_tapped(state: PickSymbol, argument: str, _context: Context) -> Move:
    """Take a symbol from the list."""
    return Move(PickAmount(state.mode, SYMBOLS[int(argument)], state.kept))


def symbol_said(state: PickSymbol, text: str, _context: Context) -> Move:
    """Read a typed symbol."""
    symbol = read_symbol(text)
    if symbol is None:
        return Move(state, notice=say("notice.symbol_unreadable"), tidy=True)
    return Move(PickAmount(state.mode, symbol, state.kept), tidy=True)


def amount_tapped(state: PickAmount, argument: str, _context: Context) -> Move:
    """Take an amount from the list."""
    return _amount(state, argument, tidy=False)


def amount_said(state: PickAmount, text: str, _context: Context) -> Move:
    """Read a typed amount."""
    return _amount(state, text, tidy=True)


def _amount(state: PickAmount, text: str, *, tidy: bool) -> Move:
    amount = read_amount(text)
    if amount is None:
        return Move(state, notice=say("notice.amount_unreadable"), tidy=tidy)
    return Move(PickPace(state.mode, state.symbol, amount, state.kept), tidy=tidy)


def pace_tapped(state: PickPace, argument: str, context: Context) -> Move:
    """Every day or every week."""
    return _review(state.mode, Recurring(state.symbol, state.amount, Pace(argument)), state.kept, context)


def _review(mode: Mode, plan: Watch | Recurring, kept: Connected | None, context: Context) -> Move:
    return Move(Review(NewWorker(mode, plan, context.fresh_id), kept))


def agreed(state: Review, _argument: str, context: Context) -> Move:
    """Consent given; real money wants a typed phrase as well."""
    consent: tuple[Effect, ...] = (KeepConsent(say("consent.text", mode=str(state.job.mode))),)
    if state.job.mode is Mode.LIVE:
        return Move(ConfirmLive(state.job, state.kept), consent)
    return replace(_after_consent(state.job, state.kept, (None, None), context), effects=consent)


def live_said(state: ConfirmLive, text: str, context: Context) -> Move:
    """Read the typed phrase."""
    if " ".join(text.split()).strip("\"'“”.!").upper() != LIVE_PHRASE:
        return Move(state, notice=say("notice.phrase_differs", phrase=LIVE_PHRASE), tidy=True)
    moved = _after_consent(state.job, state.access, (state.key_id, state.secret), context)
    return replace(moved, tidy=True)


def flipped(job: NewWorker) -> NewWorker:
    """Give the same work for the other mode."""
    return replace(job, mode=job.mode.other)


def _after_consent(job: NewWorker, kept: Connected | None, given: Given, context: Context) -> Move:
    if kept is not None and any(given):
        return onward(job, kept, given, context)
    return Move(AskToken(job, *given, kept=kept))
