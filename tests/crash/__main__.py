"""`make crash`: kills the bot at every point of the whole road that can be found, and prints what became of each.

python -m tests.crash [--every N] [--only WORDS] [--jobs N] [--private]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
import tempfile
import time
from pathlib import Path

from tests.crash.nursery import Nursery
from tests.crash.points import KINDS, Point
from tests.crash.road import Outcome, live

FEWEST_POINTS = 60


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)  # noqa: T201  (a command speaks)


async def crash(folder: Path, *, every: int = 1, only: str = "", jobs: int = 2, private: bool = False) -> list[Outcome]:
    """Find the points, then kill one bot at each (or each `every`-th) of them whose name has `only` in it."""
    with Nursery() as nursery:
        unharmed = await live(nursery, folder / "unharmed", None, private=private)
        if unharmed.faults or unharmed.again:
            return [unharmed]
        points = [point for point in unharmed.passed if only in str(point) and not repeats(point)][::every]
        say(f"{len(unharmed.passed)} points on the road, {len(points)} bots to be killed")
        slots = asyncio.Semaphore(jobs)

        async def one(number: int, point: Point) -> Outcome:
            async with slots:
                place = folder / f"{number}"
                outcome = await live(nursery, place, point, usual_sends=unharmed.sends, private=private)
            say(f"{number:>4}  {line_of(outcome)}")
            return outcome

        return await asyncio.gather(*(one(number, point) for number, point in enumerate(points, 1)))


def repeats(point: Point) -> bool:
    """Whether it is an introduction in one more language: what it leaves behind is what the first one does."""
    return (
        point.turn > 1
        and re.search(r" (get|set)(MyCommands|MyDescription|MyShortDescription)$", point.name) is not None
    )


def line_of(outcome: Outcome) -> str:
    """Say how one life went."""
    said = ["ended well" if not outcome.faults else "; ".join(outcome.faults)]
    if not outcome.killed and outcome.point:
        said.append("not reached this time")
    if outcome.sends > 1:
        said.append(f"{outcome.sends} messages sent")
    said += [f"she did it again: {act}" for act in outcome.again]
    return f"{outcome.point or 'nothing killed'!s:<64} {' · '.join(said)}"


def summary(outcomes: list[Outcome]) -> list[str]:
    """Count what was seen, by kind."""
    lines = [" " * 24 + "".join(f"{name:>10}" for name in ("killed", "repeated", "again", "wrong"))]
    for kind in KINDS:
        for when in ("before", "after"):
            found = [each for each in outcomes if each.point and (each.point.kind, each.point.when) == (kind, when)]
            counts = (
                sum(each.killed for each in found),
                sum(each.sends > 1 for each in found),
                sum(bool(each.again) for each in found),
                sum(bool(each.faults) for each in found),
            )
            lines.append(f"{when + ' ' + kind:24}" + "".join(f"{count:>10}" for count in counts))
    return lines


def main() -> None:
    """Run, print, and exit with 0 only if nothing went wrong."""
    options = argparse.ArgumentParser(description="Kill the bot at every point and see what is left.")
    options.add_argument("--every", type=int, default=1, help="only each so-many-th point")
    options.add_argument("--only", default="", help="only points with this in their name")
    options.add_argument("--private", action="store_true", help="the keys go through the bot's own form")
    options.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="bots at a time")
    chosen = options.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soar-crash-") as folder:
        outcomes = asyncio.run(
            crash(Path(folder), every=chosen.every, only=chosen.only, jobs=chosen.jobs, private=chosen.private)
        )
    say("\n" + "\n".join(summary(outcomes)))
    killed, wrong = sum(each.killed for each in outcomes), [each for each in outcomes if each.faults]
    say(f"\n{killed} bots killed in {time.monotonic() - began:.0f} s, {len(wrong)} went wrong")
    whole = chosen.every == 1 and not chosen.only
    sys.exit(1 if wrong or (whole and killed < FEWEST_POINTS) else 0)


if __name__ == "__main__":
    main()
