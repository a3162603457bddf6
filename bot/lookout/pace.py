"""How often Workers are looked at, and how long something must have been wrong before its owner hears of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """All times in seconds.

    A Worker runs each quarter of an hour. The first missed run is told of within half an hour: two missed ones make it
    `silent`, and the next look comes at most `every` later. One that was deleted is told of within 20 minutes.
    """

    every: float = 720.0  # between two looks at a Worker: 120 requests a day
    again: float = 240.0  # after a look that found nobody
    silent: float = 1920.0  # without a run
    absent: float = 480.0  # nobody there, or nobody who obeys
    unreachable: float = 1500.0  # no answer, which may pass
    rest: float = 21_600.0  # at most, between looks at one that has been gone for long
    patience: float = 10.0  # for an answer
    per_second: float = 50.0  # looks begun, over all Workers
    at_once: int = 32

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """The usual pace, unless `SOAR_HURRY` names another: the tests' way not to wait, and no setting for users.

        It is `<every> <silent>`, in seconds. Raises ValueError for anything else.
        """
        if HURRY not in environment:
            return cls()
        every, silent = map(float, environment[HURRY].split())
        return cls(
            every=every, again=every / 3, silent=silent, absent=every * 2 / 3, unreachable=every * 2, rest=every * 30
        )


HURRY = "SOAR_HURRY"
LEAST_FAILURES = 3  # looks in a row; one may always go wrong
EAGER = 1.0  # seconds until the next look at a Worker that has more to tell than one answer holds
RECENT = 3600.0  # what is older than this at the very first look is history, not news
