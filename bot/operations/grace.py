"""The wait before a removal: it ends by itself, or is cancelled by who thinks better of it."""

from __future__ import annotations

from bot.operations.workshop import Workshop, done
from bot.runner.port import Operation, Outcome, Report

GRACE = ("grace",)


class Grace:
    """Waits so many seconds. After a crash the wait begins anew: better too long than none."""

    def __init__(self, seconds: float) -> None:
        """Take the length of the wait."""
        self._seconds = seconds

    async def wait(self, shop: Workshop, _operation: Operation, report: Report) -> Outcome:
        """Let the time pass."""
        await report("grace")
        await shop.cloudflare.clock.sleep(self._seconds)
        return done("over")
