"""The bot as a process of its own, as its users run it; ended by its own pid only."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from sandbox.time.timeline import Timeline

HOUSE = Path(__file__).resolve().parent.parent
BOT = (sys.executable, "-m", "bot", "run")
RUNNING = "soar is running"


class BotProcess:
    """`python -m bot run` with the given environment; what it logs goes to a file."""

    def __init__(
        self,
        environment: Mapping[str, str],
        log: Path,
        timeline: Timeline | None = None,
        *,
        command: Sequence[str] = BOT,
        running: str = RUNNING,
    ) -> None:
        """Nothing is started yet; with a `timeline` it lives by that time.

        `running` is what another `command` says when it runs.
        """
        follows = ["-m", "sandbox.time.follow", str(timeline.file.resolve())] if timeline is not None else ["-m"]
        self._command = [*command] if command is not BOT else [sys.executable, *follows, "bot", "run"]
        self._running = running.encode()
        self._environment = dict(environment)
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process's id. Raises RuntimeError when it is not running."""
        if self._process is None:
            raise RuntimeError("the bot is not running")
        return self._process.pid

    def start(self) -> Self:
        """Start it; returns at once."""
        with self.log.open("ab") as sink:
            self._process = subprocess.Popen(  # noqa: S603  (our own modules)
                self._command,
                cwd=HOUSE,
                env=self._environment,
                stdout=sink,
                stderr=sink,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        return self

    def ready(self, seconds: float = 20.0) -> Self:
        """Wait until it says that it is running. Raises RuntimeError with the end of its log."""
        deadline = time.monotonic() + seconds
        while self._running not in self.log.read_bytes():
            if self.ended() or time.monotonic() > deadline:
                raise RuntimeError(self.log.read_text(errors="replace")[-2000:] or "the bot said nothing")
            time.sleep(0.02)
        return self

    def ended(self) -> bool:
        """Tell whether it has ended by itself."""
        return self._process is None or self._process.poll() is not None

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self, seconds: float = 30.0) -> int:
        """Ask it to stop and wait; returns its exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self._process = None
        return code

    def __enter__(self) -> Self:
        """Start it and wait until it runs."""
        return self.start().ready()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()
