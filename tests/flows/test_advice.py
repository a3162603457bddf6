"""Two questions lead to a mode; whatever is advised, the choice stays hers."""

from __future__ import annotations

import pytest

from flows.advice import Advice, AskRisk, AskTried
from flows.codec import Dialog
from flows.events import Context, Tapped
from flows.machine import advance, view
from flows.plans import Mode
from flows.screen import Style, Tap
from flows.states import PickMode, PickPlan, State

NOW = Context(1_800_000_000, "00")


def taps(state: State, action: str, argument: str = "") -> State:
    return advance(state, Tapped(action, argument), NOW).state


@pytest.mark.parametrize(
    ("tried", "may_lose", "mode", "reason"),
    [
        ("no", "no", Mode.PAPER, "advice.first"),
        ("no", "yes", Mode.PAPER, "advice.first"),
        ("yes", "no", Mode.PAPER, "advice.money"),
        ("yes", "yes", Mode.LIVE, "advice.live"),
    ],
)
def test_the_answers_decide(tried: str, may_lose: str, mode: Mode, reason: str) -> None:
    state = taps(PickMode(), "advise")
    assert state == AskTried()
    state = taps(taps(state, "answer", tried), "answer", may_lose)
    assert isinstance(state, Advice)
    assert state.mode is mode
    screen = view(Dialog(state), NOW)
    assert reason in {line.id for line in screen.lines}
    first, second = screen.rows[0][0], screen.rows[1][0]
    assert isinstance(first, Tap)
    assert isinstance(second, Tap)
    assert (first.argument, first.style) == (str(mode), Style.GOOD)
    assert (second.argument, second.style) == (str(mode.other), Style.PLAIN)
    assert taps(state, "mode", str(mode.other)) == PickPlan(mode.other)


def test_there_is_a_way_back_from_each_question() -> None:
    assert taps(AskTried(), "back") == PickMode()
    assert taps(AskRisk(tried=True), "back") == AskTried()
    assert taps(Advice(tried=True, may_lose=False), "back") == AskRisk(tried=True)


def test_an_answer_nobody_gave_changes_nothing() -> None:
    assert taps(AskTried(), "answer", "perhaps") == AskTried()
