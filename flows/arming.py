"""Letting a Worker trade: a tap for practice money, a typed phrase for real money."""

from __future__ import annotations

from dataclasses import replace

from flows.choices import LIVE_PHRASE, phrase_said
from flows.effects import Move
from flows.events import Context
from flows.footing import ask, beneath, rest
from flows.plans import Mode
from flows.states import Done, Home
from flows.tended import ConfirmArm
from flows.words import say


def arm_tapped(state: Home | Done, _argument: str, context: Context) -> Move:
    """Start trading; real money asks for the phrase first."""
    worker = context.worker(state.worker)
    if worker is None:
        return Move(rest(context), notice=say("notice.no_worker"))
    if worker.mode is Mode.LIVE:
        return Move(ConfirmArm(worker.id, worker.mode, state))
    return ask(state, "arm", worker.id, context)


def arm_said(state: ConfirmArm, text: str, context: Context) -> Move:
    """Read the typed phrase."""
    if not phrase_said(text, LIVE_PHRASE):
        return Move(state, notice=say("notice.phrase_differs", phrase=LIVE_PHRASE), tidy=True)
    if context.worker(state.worker) is None:
        return Move(rest(context), notice=say("notice.no_worker"), tidy=True)
    return replace(ask(beneath(state), "arm", state.worker, context), tidy=True)
