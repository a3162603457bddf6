"""Choosing a language, from wherever the conversation is and back to there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flows.effects import KeepLanguage, Move
from flows.events import Context
from flows.languages import Language
from flows.screen import Button, Screen, Style, Tap
from flows.states import State
from flows.tended import ConfirmClose
from flows.twin import Another
from flows.words import say

TELEGRAMS: Final = "telegram"  # the choice to follow Telegram


@dataclass(frozen=True, slots=True)
class PickLanguage:
    """Which language to speak; `chosen` is None while it is Telegram's, which is `telegrams`."""

    chosen: Language | None
    telegrams: Language
    back: State


def opened(state: State, _argument: str, context: Context) -> Move:
    """Ask which language, above whatever is shown; asked again, it is asked once."""
    below = state.back if isinstance(state, PickLanguage) else state
    if isinstance(below, ConfirmClose | Another) and below.operation is not None:
        below = below.back  # what is asked for goes to the screen that is shown
    return Move(PickLanguage(context.language, context.telegrams, below))


def language_tapped(state: PickLanguage, argument: str, _context: Context) -> Move:
    """Keep the choice and go back to where one was. Raises ValueError for a language there is not."""
    chosen = None if argument == TELEGRAMS else Language(argument)
    return Move(state.back, (KeepLanguage(chosen),))


def pick_language(state: PickLanguage, _context: Context) -> Screen:
    """All languages, each in its own name; the chosen one has a mark."""
    taps: list[Button] = [
        Tap(say(f"button.{'picked' if each is state.chosen else 'plain'}", text=each.own_name), "language", each.value)
        for each in Language
    ]
    like = "button.picked_telegrams" if state.chosen is None else "button.telegrams"
    rows = tuple(tuple(taps[first : first + 2]) for first in range(0, len(taps), 2))
    follow = Tap(say(like, language=state.telegrams.own_name), "language", TELEGRAMS)
    back = Tap(say("button.back_to"), "back", style=Style.MAIN)
    return Screen((say("language.title"), say("language.body")), (*rows, (follow,), (back,)))
