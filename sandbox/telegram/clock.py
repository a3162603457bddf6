"""The stand-in's clock: real time plus a shift that tests and the demo can set."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Tells the stand-in's time."""

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        """Take the two real clocks, so that a test can bring its own."""
        self._wall = wall
        self.steady = steady
        self.shift = 0.0

    def now(self) -> float:
        """Give Unix time in seconds, shifted."""
        return self._wall() + self.shift
