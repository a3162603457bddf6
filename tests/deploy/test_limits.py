from __future__ import annotations

import pytest

from deploy.limits import Pace
from deploy.secret import Secret
from tests.deploy.scripted import FakeClock

ONE, TWO = Secret("one-" + "x" * 40), Secret("two-" + "x" * 40)


class ManyAtOnce(FakeClock):
    """A clock for callers that wait side by side: one's sleep is not the other's."""

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.mark.asyncio
async def test_no_window_of_five_minutes_holds_more_than_1200_of_one_token() -> None:
    clock, times = FakeClock(), []
    pace = Pace(clock)
    while clock.time < 1_800_000_000.0 + 700:
        refused = await pace.turn(ONE)
        if refused is None:
            times.append(clock.time)
        else:
            assert refused.retry_after
            clock.time += refused.retry_after
    windows = [sum(1 for t in times[i:] if t < start + 300) for i, start in enumerate(times) if i % 50 == 0]
    assert 1100 < max(windows) <= 1200


@pytest.mark.asyncio
async def test_no_second_holds_more_than_200_of_the_whole_process() -> None:
    clock = FakeClock()
    pace, times = Pace(clock), []
    for n in range(600):
        assert await pace.turn(Secret(f"{n:040}")) is None
        times.append(clock.time)
    assert max(sum(1 for t in times[i:] if t < start + 1) for i, start in enumerate(times)) <= 200
    assert clock.time > 1_800_000_000.0 + 4


@pytest.mark.asyncio
async def test_one_tokens_flood_leaves_others_alone() -> None:
    clock = ManyAtOnce()
    pace = Pace(clock)
    turns = 0
    while await pace.turn(ONE) is None:
        turns += 1
        clock.time += 0.02
        assert turns < 1000
    assert turns > 600
    slept = len(clock.slept)
    assert await pace.turn(TWO) is None
    assert len(clock.slept) == slept


@pytest.mark.asyncio
async def test_it_keeps_no_token_and_forgets_who_is_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.limits.MOST_BUCKETS", 3)
    clock = FakeClock()
    pace = Pace(clock)
    for n in range(10):
        await pace.turn(Secret(f"token-{n}-" + "x" * 40))
        clock.time += 60
    assert len(pace._tokens) <= 3
    assert "token-" not in repr(pace) + repr(pace._tokens)
