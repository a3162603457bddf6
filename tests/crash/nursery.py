"""The other side of the launcher: asks for bots, and watches, stops or kills the ones it was given."""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.crash.points import Point

HOUSE = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Bot:
    """One running bot; the handle names this very process, whatever becomes of its number."""

    pid: int
    handle: int

    def ended(self) -> bool:
        """Tell whether it is no more."""
        return bool(select.select([self.handle], [], [], 0)[0])

    async def end(self) -> None:
        """Wait until it is no more."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self.handle, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self.handle)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._send(signal.SIGKILL)

    async def stop(self) -> None:
        """Ask it to stop and wait. Raises TimeoutError."""
        self._send(signal.SIGTERM)
        try:
            async with asyncio.timeout(PATIENCE):
                await self.end()
        finally:
            self.kill()

    def _send(self, number: int) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, number)


class Nursery:
    """Owns a launcher; a context manager."""

    def __enter__(self) -> Self:
        """Start it; it is ready when its first bot is."""
        command = [sys.executable, "-m", "tests.crash.launcher"]
        alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # a fork keeps only the thread that asked for it
        self._launcher = subprocess.Popen(  # noqa: S603
            command, cwd=HOUSE, env=alone, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, and whatever of its bots is left with it."""
        self._launcher.kill()
        self._launcher.communicate()

    def bot(
        self,
        environment: Mapping[str, str],
        log: Path,
        *,
        record: Path | None = None,
        stop: Point | None = None,
        clock: Path | None = None,
        sabotage: str = "",
    ) -> Bot:
        """Start a bot; with `record` it writes its points there and ends at `stop`, with `clock` it follows that.

        `sabotage` names what is to be broken in it.
        """
        order = {
            "environment": dict(environment),
            "log": str(log),
            "record": str(record) if record else None,
            "stop": [stop.name, stop.turn, stop.when] if stop else None,
            "clock": str(clock) if clock else None,
            "sabotage": sabotage,
        }
        if self._launcher.stdin is None or self._launcher.stdout is None:
            raise RuntimeError("the launcher has no pipes")
        self._launcher.stdin.write(json.dumps(order) + "\n")
        self._launcher.stdin.flush()
        pid = int(self._launcher.stdout.readline())
        return Bot(pid, os.pidfd_open(pid))
