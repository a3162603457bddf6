"""What is counted and timed, for Prometheus. Labels are kinds, steps and codes of ours; never ids, never words."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector

from bot.runner.port import OnEnd, OnProgress, Operation, Outcome, Progress
from bot.telegram.client import ALLOWED

K = TypeVar("K")
V = TypeVar("V")
MOST_REMEMBERED: Final = 10_000  # of what is on its way; of more the oldest is forgotten
DELETE_BUCKETS: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0)
LAG_BUCKETS: Final = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
STATUSES: Final = frozenset({200, 201, 204, 400, 401, 403, 404, 409, 410, 413, 422, 429, 500, 502, 503, 504})


def answer_label(answer: int | str) -> str:
    """Name an HTTP status, rare ones by their class, or the way in which there was none."""
    if isinstance(answer, str):
        return answer
    return str(answer) if answer in STATUSES else f"{answer // 100}xx"


def _bounded(memory: dict[K, V]) -> dict[K, V]:
    """Make room for one more."""
    if len(memory) >= MOST_REMEMBERED:
        memory.pop(next(iter(memory)))
    return memory


class Metrics:
    """A registry of its own with everything Soar measures; also a `Watch` over updates."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start at nothing; `clock` gives seconds for durations."""
        self.registry = CollectorRegistry()
        self._clock = clock
        self._arrivals: dict[int, float] = {}  # updates on their way, by number
        self._reached: dict[str, str] = {}  # the last step of operations on their way, by id
        ProcessCollector(registry=self.registry)
        self._updates = self._counter("soar_updates", "Updates by what became of them.", "kind", "outcome")
        self._delete = Histogram(
            "soar_delete_seconds",
            "From an update's arrival until its message, which may hold a secret, was deleted.",
            buckets=DELETE_BUCKETS,
            registry=self.registry,
        )
        self._put_off = self._counter("soar_deletes_put_off", "Deletes that did not go through at once.")
        self._operations = self._counter(
            "soar_operations", "Operations that ended, with the last step reached.", "kind", "step", "outcome"
        )
        self._steps = self._counter("soar_operation_steps", "Steps reached.", "kind", "step")
        self._calls = self._counter("soar_calls", "Calls by whom they went to and what came back.", "service", "answer")
        self._telegram = self._counter("soar_telegram_calls", "Calls to Telegram.", "method", "answer")
        self._suspicions = self._counter("soar_token_suspicions", "Signs that somebody else has the token.", "sign")
        self._lag = Histogram(
            "soar_loop_lag_seconds", "By how much the event loop is late.", buckets=LAG_BUCKETS, registry=self.registry
        )
        self._gauges = {
            name: Gauge(f"soar_{name}", words, registry=self.registry)
            for name, words in (
                ("pending_deletions", "Messages still to be deleted."),
                ("tickets_alive", "Sealed secrets in flight."),
                ("operations_unfinished", "Operations that wait or run."),
                ("updates_at_telegram", "Updates waiting at Telegram, when last asked; with a webhook only."),
                ("database_up", "1 when the database answered."),
                ("tasks", "Tasks of the event loop: about 16 at rest, and some for each chat that is being served."),
            )
        }

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(name, words, labels, registry=self.registry)

    def text(self) -> bytes:
        """Write everything in Prometheus's format."""
        return generate_latest(self.registry)

    def gauge(self, name: str, value: float) -> None:
        """Set one of the gauges."""
        self._gauges[name].set(value)

    # — updates —

    def arrived(self, raw: Mapping[str, Any]) -> None:
        """Start an update's time; one that comes again keeps its first."""
        _bounded(self._arrivals).setdefault(raw["update_id"], self._clock())

    def deleted(self, raw: Mapping[str, Any], *, gone: bool) -> None:
        """Take the time until a delete."""
        begun = self._arrivals.get(raw["update_id"])
        if not gone:
            self._put_off.inc()
        elif begun is not None:
            self._delete.observe(self._clock() - begun)

    def settled(self, update_id: int, kind: str, outcome: str) -> None:
        """Count what became of an update."""
        self._arrivals.pop(update_id, None)
        self._updates.labels(kind if kind in ALLOWED else "other", outcome).inc()

    # — work —

    def ends(self, commit: OnEnd) -> OnEnd:
        """Count each operation whose end `commit` has stored."""

        async def counted(operation: Operation, outcome: Outcome) -> None:
            await commit(operation, outcome)
            step = self._reached.pop(operation.id, operation.step) or "none"
            self._operations.labels(operation.kind, step, outcome.kind).inc()

        return counted

    def steps(self, report: OnProgress) -> OnProgress:
        """Count each step that is passed on to `report`."""

        async def counted(operation: Operation, progress: Progress) -> None:
            self._steps.labels(operation.kind, progress.step).inc()
            _bounded(self._reached)[operation.id] = progress.step
            await report(operation, progress)

        return counted

    # — calls —

    def called(self, service: str, answer: int | str) -> None:
        """Count a call to Cloudflare, Alpaca or a Worker: its HTTP status, or why there was none."""
        self._calls.labels(service, answer_label(answer)).inc()

    def telegram(self, method: str, answer: int | str) -> None:
        """Count a call to Telegram."""
        self._telegram.labels(method, answer_label(answer)).inc()

    def suspected(self, sign: str) -> None:
        """Count a sign of theft."""
        self._suspicions.labels(sign).inc()

    # — time —

    async def watch_lag(self, sleep: Callable[[float], Awaitable[None]], every: float = 0.25) -> None:
        """Measure by how much the event loop is late, until cancelled."""
        while True:
            due = self._clock() + every
            await sleep(every)
            self._lag.observe(max(0.0, self._clock() - due))
