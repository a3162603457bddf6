"""One run of one operation's handler: bounded retries, a time limit, a heartbeat, and an outcome whatever happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from bot.runner.failure import LOG, Incidents, describe
from bot.runner.port import INTERNAL, TIMED_OUT, Clock, Handler, Operation, Outcome, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long and how often; all times in seconds."""

    at_once: int = 256  # operations, over all chats: nobody is to wait for another's deploy
    starts: int = 25  # of one operation, over all processes: one that kills its process must not do so for ever
    timeout: float = 180.0
    timeouts: Mapping[str, float] = field(default_factory=dict)  # by kind, where the usual one does not fit
    heartbeat: float = 10.0
    settle: float = 5.0  # for a handler that was told to stop
    retry_delays: tuple[float, ...] = (1.0, 3.0, 8.0)
    longest_wait: float = 30.0  # a longer one asked for by the other side is better shown than sat out
    end_delays: tuple[float, ...] = (0.2, 1.0, 2.0, 5.0, 10.0, 30.0)  # for what must be kept; the last one repeats

    def timeout_for(self, kind: str) -> float:
        """The time limit of an operation of that kind, its retries included."""
        return self.timeouts.get(kind, self.timeout)


class Execution:
    """Runs a handler once, from the operation's start."""

    def __init__(
        self,
        operation: Operation,
        handler: Handler,
        report: Report,
        *,
        beat: Callable[[], Awaitable[None]],
        limits: Limits,
        incidents: Incidents,
        clock: Clock,
    ) -> None:
        """Prepare; `beat` is awaited at every heartbeat and must not raise."""
        self._operation = operation
        self._handler = handler
        self._report = report
        self._beat = beat
        self._limits = limits
        self._incidents = incidents
        self._clock = clock
        self._stop: Literal["cancel", "timeout"] | None = None
        self._task: asyncio.Task[Outcome] | None = None

    def cancel(self) -> None:
        """Tell the handler to stop because the user no longer wants it."""
        self._stop = self._stop or "cancel"
        if self._task is not None:
            self._task.cancel()

    async def run(self) -> Outcome:
        """Carry the handler through and say how it ended; raises only CancelledError, after stopping the handler."""
        task = self._task = asyncio.get_running_loop().create_task(self._attempt())
        task.add_done_callback(_look_at_error)
        if self._stop:
            task.cancel()
        try:
            await self._watch(task)
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task}, timeout=self._limits.settle)
        return self._judge(task)

    async def _watch(self, task: asyncio.Task[Outcome]) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._limits.timeout_for(self._operation.kind)
        while True:
            left = deadline - loop.time()
            if left <= 0:
                self._stop = self._stop or "timeout"
                return
            await asyncio.wait({task}, timeout=min(left, self._limits.heartbeat))
            if task.done():
                return
            await self._beat()

    async def _attempt(self) -> Outcome:
        for delay in self._limits.retry_delays:
            try:
                return await self._handler(self._operation, self._report)
            except Exception as error:
                failure = describe(error)
                wait = max(delay, failure.retry_after or 0.0)
                if not failure.retryable or wait > self._limits.longest_wait:
                    raise
                LOG.warning(
                    "operation_retried",
                    operation=self._operation.id,
                    kind=self._operation.kind,
                    error=failure.error,
                    code=failure.code,
                    wait=wait,
                )
            await self._clock.sleep(wait)
        return await self._handler(self._operation, self._report)

    def _judge(self, task: asyncio.Task[Outcome]) -> Outcome:
        if not task.done():
            return self._incidents.refused(self._operation, TIMED_OUT)
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if error is None:
            return self._checked(task.result())
        match self._stop:
            case "cancel":
                return Outcome("cancelled")
            case "timeout":
                return self._incidents.refused(self._operation, TIMED_OUT)
            case None:
                return self._incidents.failed(self._operation, error)

    def _checked(self, outcome: Outcome) -> Outcome:
        # What cannot be stored would make the end fail again and again, so it is found here.
        with suppress(TypeError, ValueError, RecursionError, AttributeError):
            json.dumps(dict(outcome.data))
            return outcome
        return self._incidents.refused(self._operation, INTERNAL)


def _look_at_error(task: asyncio.Task[Outcome]) -> None:
    """Keep asyncio from printing, with its values, the error of a task nobody awaits any more."""
    if not task.cancelled():
        task.exception()
