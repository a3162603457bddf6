"""A sample of `make crash`: one point of each kind. The killed bot is the real one, and so is the Worker."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.crash.nursery import Nursery
from tests.crash.points import KINDS, Point
from tests.crash.road import Outcome, live

# Of each kind the one that matters most; should it be called otherwise one day, the one in the middle.
PREFERRED: Final = {
    "commit": "commit dialogs+operations+tickets+updates",
    "telegram": "telegram deleteMessages",
    "cloudflare": "cloudflare PUT /accounts/…/workers/scripts/…",
    "worker": "worker /v1/rotate",
    "alpaca": "alpaca GET /v2/account",
}
FEWEST_POINTS: Final = 60


@dataclass(frozen=True, slots=True)
class Ground:
    """A launcher, and a road that was gone without harm."""

    nursery: Nursery
    unharmed: Outcome


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with Nursery() as nursery:
        yield Ground(nursery, asyncio.run(live(nursery, tmp_path_factory.mktemp("unharmed"), None)))


def chosen(points: tuple[Point, ...], kind: str, when: str) -> Point:
    found = [point for point in points if (point.kind, point.when) == (kind, when)]
    return next((point for point in found if point.name == PREFERRED[kind]), found[len(found) // 2])


def test_the_road_has_many_points_of_every_kind(ground: Ground) -> None:
    assert ground.unharmed.faults == ground.unharmed.again == ()
    assert ground.unharmed.sends == 1
    assert len(ground.unharmed.passed) >= FEWEST_POINTS
    assert {point.kind for point in ground.unharmed.passed} == set(KINDS)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.asyncio
async def test_a_killed_bot_goes_on(ground: Ground, tmp_path: Path, kind: str, when: str) -> None:
    point = chosen(ground.unharmed.passed, kind, when)
    outcome = await live(ground.nursery, tmp_path, point, usual_sends=ground.unharmed.sends)
    assert outcome.killed, f"it never came to {point}"
    assert outcome.faults == ()
    assert outcome.again == ()


@pytest.mark.asyncio
async def test_a_bot_that_deletes_nothing_is_found_out(ground: Ground, tmp_path: Path) -> None:
    outcome = await live(ground.nursery, tmp_path, None, sabotage="delete nothing")
    assert "a secret message stayed in the chat" in outcome.faults


@pytest.mark.asyncio
async def test_a_bot_that_acknowledges_early_is_found_out(ground: Ground, tmp_path: Path) -> None:
    point = chosen(ground.unharmed.passed, "telegram", "before")
    outcome = await live(ground.nursery, tmp_path, point, sabotage="acknowledge early")
    assert outcome.killed
    assert "a secret message stayed in the chat" in outcome.faults
