"""Which mode to pick: two questions, and what follows from the answers. The choice stays the user's."""

from __future__ import annotations

from dataclasses import dataclass

from flows.effects import Move
from flows.events import Context
from flows.plans import Mode
from flows.screen import Screen, Style, Tap
from flows.states import Kept
from flows.words import Text, say

ANSWERS = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class AskTried:
    """Has a bot been watched at work before."""

    kept: Kept = None


@dataclass(frozen=True, slots=True)
class AskRisk:
    """Is there money that may be lost."""

    tried: bool
    kept: Kept = None


@dataclass(frozen=True, slots=True)
class Advice:
    """What follows from both answers."""

    tried: bool
    may_lose: bool
    kept: Kept = None

    @property
    def mode(self) -> Mode:
        """Real money only for who has seen a bot at work and can bear a loss."""
        return Mode.LIVE if self.tried and self.may_lose else Mode.PAPER


def tried_said(state: AskTried, argument: str, _context: Context) -> Move:
    """The first answer. Raises ValueError for anything else."""
    return Move(AskRisk(_read(argument), state.kept))


def risk_said(state: AskRisk, argument: str, _context: Context) -> Move:
    """The second answer. Raises ValueError for anything else."""
    return Move(Advice(state.tried, _read(argument), state.kept))


def _read(argument: str) -> bool:
    if argument not in ANSWERS:
        raise ValueError(argument)
    return ANSWERS[argument]


def ask_tried(_state: AskTried, _context: Context) -> Screen:
    """The first question."""
    return _question("tried")


def ask_risk(_state: AskRisk, _context: Context) -> Screen:
    """The second question."""
    return _question("risk")


def _question(about: str) -> Screen:
    answers = tuple((Tap(say(f"button.{about}_{answer}"), "answer", answer),) for answer in ANSWERS)
    return Screen((say("advice.title"), say(f"advice.{about}")), answers)


def _later(mode: Mode) -> Text:
    """Say how the other mode is added later, in the words of its buttons."""
    return say("advice.later", another=say("button.another"), same=say(f"button.same_{mode}"))


def advice(state: Advice, _context: Context) -> Screen:
    """The mode that fits the answers first, why it does, and what real money changes."""
    reason = "live" if state.mode is Mode.LIVE else "first" if not state.tried else "money"
    picks = {mode: Tap(say(f"button.{mode}"), "mode", str(mode)) for mode in Mode}
    advised = Tap(say(f"button.{state.mode}"), "mode", str(state.mode), Style.GOOD)
    lines = (say(f"advice.{reason}"), say("advice.differs"), _later(state.mode.other))
    return Screen(lines, ((advised,), (picks[state.mode.other],)))
