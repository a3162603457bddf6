"""How near Soar comes to what Telegram lets through: everybody at once and without pauses, the limiter on."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.figures import quantile
from bench.processes import Running

RATE: Final = 30.0  # calls a second, https://core.telegram.org/bots/faq#broadcasting-to-users
REST: Final = 5.0  # seconds, in which the bot introduces itself


@dataclass(frozen=True, slots=True)
class Limited:
    """Calls to Telegram for each set-up, set-ups an hour as measured and as the rate allows, calls a second."""

    calls: float
    an_hour: float
    most: float
    a_second: float
    delete_p99: float  # milliseconds

    @property
    def share(self) -> float:
        """How much of the possible was reached, in percent."""
        return 100 * self.an_hour / self.most


def limited(people: int, at_once: int) -> Limited:
    """Let so many people set a bot up, so many side by side."""
    with (
        tempfile.TemporaryDirectory(prefix="soar-bench-") as folder,
        Running(people, Path(folder), SOAR_TELEGRAM_RATE=f"{RATE:g}") as world,
    ):
        time.sleep(REST)
        result = world.load({"do": "wave", "papers": world.papers, "at_once": at_once})
    calls, seconds = result["calls"] / people, result["seconds"]
    return Limited(
        calls=calls,
        an_hour=3600 * people / seconds,
        most=3600 * RATE / calls,
        a_second=result["calls"] / seconds,
        delete_p99=1000 * quantile(result["delete"], 0.99),
    )
