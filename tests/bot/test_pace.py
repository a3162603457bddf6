"""Telegram's limits are kept, the urgent go first, and nothing waits for ever. Time is a number here."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.pace import MOST_CHATS, Call, Limits, Pace, Urgency

LIMITS = Limits(overall=10.0, per_chat=1.0, burst=3.0)
BURST = int(LIMITS.overall_burst)
SLACK = 1e-6


def always(_urgency: Urgency) -> bool:
    return True


@dataclass
class Run:
    """Plays calls against a pace: each asks at its time, and is let go as soon as it may."""

    pace: Pace
    now: float = 0.0
    gone: list[tuple[float, Call]] = field(default_factory=list)

    def asks(self, urgency: Urgency, chat: int | None = None) -> Call:
        call = Call(urgency, chat)
        self.pace.wants(call, self.now)
        self._let_go()
        return call

    def passes(self, seconds: float) -> None:
        """Let time pass, stopping whenever the pace wants to be asked again."""
        end = self.now + seconds
        while (at := self.pace.wake_at(self.now)) is not None and at <= end:
            assert at > self.now, "it must say when, or it would be asked for ever"
            self.now = at
            self._let_go()
        self.now = end
        self._let_go()

    def _let_go(self) -> None:
        while (call := self.pace.next(self.now, always)) is not None:
            self.gone.append((self.now, call))

    def times(self, *, chat: int | None = None, deletes: bool = False) -> list[float]:
        """When calls went."""
        return [
            at
            for at, call in self.gone
            if (chat is None or call.chat == chat) and (deletes or call.urgency is not Urgency.DELETE)
        ]


CHATS = st.integers(1, 4)
URGENCIES = st.sampled_from(list(Urgency))
ASKING = st.lists(st.tuples(st.floats(0, 2), URGENCIES, CHATS, st.booleans()), max_size=60)
REFUSING = st.dictionaries(st.integers(0, 59), st.floats(0.1, 5), max_size=3)


def at_most(times: list[float], rate: float, burst: float) -> None:
    """Check that no stretch of time holds more than `burst` and what comes in at `rate`."""
    for first in range(len(times)):
        for last in range(first, len(times)):
            assert last - first + 1 <= burst + (times[last] - times[first]) * rate + SLACK


@given(ASKING, REFUSING)
def test_limits_are_kept_and_everybody_comes_through(
    asking: list[tuple[float, Urgency, int, bool]], refusing: dict[int, float]
) -> None:
    run = Run(Pace(LIMITS))
    asked: list[Call] = []
    for number, (pause, urgency, chat, leaves) in enumerate(asking):
        run.passes(pause)
        call = run.asks(urgency, None if urgency is Urgency.ANSWER else chat)
        if leaves and call not in [each for _, each in run.gone]:
            call.gone = True
        else:
            asked.append(call)
        if number in refusing:
            run.pace.refused(Call(urgency, chat), refusing[number], run.now)
    run.passes(200)
    assert sorted(map(id, asked)) == sorted(id(call) for _, call in run.gone), "each goes once, and nobody who left"
    at_most(run.times(), LIMITS.overall, BURST)
    for chat in range(1, 5):
        paced = [at for at, call in run.gone if call.chat == chat and call.urgency >= Urgency.EDIT]
        at_most(paced, LIMITS.per_chat, LIMITS.burst)


@given(st.permutations([*Urgency] * 3))
def test_of_those_that_wait_the_most_urgent_goes_first(coming: list[Urgency]) -> None:
    run = Run(Pace(LIMITS))
    for _ in range(BURST):
        run.asks(Urgency.ANSWER)
    run.pace.refused(Call(Urgency.DELETE, None), 5, run.now)
    for number, urgency in enumerate(coming):
        run.asks(urgency, None if urgency is Urgency.ANSWER else number)
    run.passes(30)
    order = [call.urgency for _, call in run.gone[BURST:]]
    assert order == sorted(coming)
    assert all(at >= 5 for at, _ in run.gone[BURST:])


@given(st.lists(CHATS, min_size=1, max_size=200))
def test_a_delete_waits_for_no_guess(chats: list[int]) -> None:
    run = Run(Pace(LIMITS))
    for chat in range(40):
        run.asks(Urgency.SEND, chat)
    for chat in chats:
        run.asks(Urgency.DELETE, chat)
        assert run.gone[-1][1].urgency is Urgency.DELETE
    before = run.now
    run.asks(Urgency.SEND, 99)
    run.passes(10)
    assert len(run.gone) == 41 + len(chats)
    assert run.gone[-1][0] - before < 1 + (40 - BURST + 1) / LIMITS.overall + 0.2, (
        "a burst of deletes costs the others a second"
    )


def test_what_telegram_names_is_kept_for_its_chat_only() -> None:
    run = Run(Pace(LIMITS))
    run.pace.refused(Call(Urgency.EDIT, 7), 4, run.now)
    assert run.pace.held(Call(Urgency.EDIT, 7), run.now) == 4
    run.asks(Urgency.EDIT, 7)
    run.asks(Urgency.EDIT, 8)
    run.asks(Urgency.ANSWER)
    run.asks(Urgency.DELETE, 7)
    assert [call.chat for _, call in run.gone] == [8, None, 7], "an edit that was put off puts off no delete"
    run.pace.refused(Call(Urgency.DELETE, 7), 2, run.now)
    run.asks(Urgency.DELETE, 7)
    run.passes(3)
    assert run.gone[-1] == (2.0, run.gone[-1][1])
    run.passes(3)
    assert run.gone[-1][0] == 4.0


def test_several_chats_refused_at_once_mean_the_bot() -> None:
    run = Run(Pace(LIMITS))
    for chat in (1, 2, 2):
        run.pace.refused(Call(Urgency.EDIT, chat), 5, run.now)
    run.asks(Urgency.EDIT, 9)
    assert len(run.gone) == 1, "two chats may each have been too quick"
    run.pace.refused(Call(Urgency.EDIT, 3), 5, run.now)
    run.asks(Urgency.EDIT, 10)
    run.asks(Urgency.ANSWER)
    assert len(run.gone) == 1
    run.asks(Urgency.DELETE, 11)
    assert len(run.gone) == 2
    run.passes(6)
    assert run.times()[-2:] == [5.0, 5.0]


def test_refusals_far_apart_are_each_their_own_chats() -> None:
    run = Run(Pace(LIMITS))
    for chat in (1, 2, 3):
        run.pace.refused(Call(Urgency.EDIT, chat), 30, run.now)
        run.passes(1.5)
    run.asks(Urgency.EDIT, 9)
    assert len(run.gone) == 1


def test_without_limits_only_what_telegram_names_is_kept() -> None:
    run = Run(Pace(None))
    for number in range(500):
        run.asks(Urgency.EDIT, number % 2)
    assert len(run.gone) == 500
    run.pace.refused(Call(Urgency.EDIT, 1), 2, run.now)
    run.asks(Urgency.EDIT, 1)
    assert len(run.gone) == 500
    run.passes(2)
    assert len(run.gone) == 501


def test_who_leaves_gives_its_turn_back() -> None:
    run = Run(Pace(Limits(overall=1.0, per_chat=1.0, burst=1.0)))
    run.asks(Urgency.SEND, 1)
    leaving = run.asks(Urgency.SEND, 2)  # its chat is free, the bot is not
    leaving.gone = True
    run.asks(Urgency.SEND, 2)
    run.passes(5)
    counts: dict[int | None, int] = defaultdict(int)
    for _, call in run.gone:
        counts[call.chat] += 1
    assert counts == {1: 1, 2: 1}


def test_chats_that_rest_are_forgotten() -> None:
    run = Run(Pace(Limits(overall=1e6, per_chat=1.0, burst=3.0)))
    for chat in range(MOST_CHATS):
        run.asks(Urgency.SEND, chat)
    run.pace.refused(Call(Urgency.SEND, 5), 100, run.now)
    run.passes(10)
    run.asks(Urgency.SEND, -1)
    assert set(run.pace._chats) == {5, -1}
