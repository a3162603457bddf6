"""What the bot asks of a runner, and what a runner asks of the bot: rows to work on and handlers for their kinds.

Durability comes from the rows and from handlers that converge when they are run again from their start, so a runner
keeps no history of its own and can be replaced.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

State = Literal["queued", "running", "done", "failed", "cancelled"]
Ending = Literal["done", "failed", "cancelled"]

# Codes the runner itself gives; every other code comes from a handler or from the error it raised.
INTERNAL = "internal"
TIMED_OUT = "timed_out"
UNKNOWN_KIND = "unknown_kind"
TOO_MANY_STARTS = "too_many_starts"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an operation ended; `data` is JSON-safe, of ids and codes only, and `incident` is set for our own faults."""

    kind: Ending
    code: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    incident: str | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation row; `arguments` is a JSON object of ids and codes. The first four fields are enough to start one.

    `attempts` counts starts, the present one included; `cancelling` says that the user no longer wants it.
    """

    id: str
    chat_id: int
    kind: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    plan_version: int = 1
    state: State = "queued"
    step: str | None = None
    attempts: int = 0
    cancelling: bool = False
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """An operation has reached a step; `detail` is for the chat and is not stored."""

    operation_id: str
    chat_id: int
    step: str
    detail: Mapping[str, Any]
    at: float


class Report(Protocol):
    """How a handler tells where it is."""

    async def __call__(self, step: str, detail: Mapping[str, Any] | None = None) -> None:
        """Say that `step` has been reached; never raises."""
        ...


Handler = Callable[[Operation, Report], Awaitable[Outcome]]
OnEnd = Callable[[Operation, Outcome], Awaitable[None]]
OnProgress = Callable[[Operation, Progress], Awaitable[None]]


class Clock(Protocol):
    """What a runner needs of time."""

    def now(self) -> float:
        """Unix time in seconds."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        ...


# Kinds that wait for something outside: nothing else of their chat waits for them, nor do those of another Worker.
BESIDE = frozenset({"arrive", "keys"})


def lane(operation: Operation) -> str:
    """Operations of one lane go one after another; a chat has one, and for each Worker what waits beside it."""
    chat_id, kind = operation.chat_id, operation.kind
    return f"{chat_id}:{kind}:{operation.arguments.get('worker', '')}" if kind in BESIDE else str(chat_id)


class UnknownOperation(LookupError):  # noqa: N818  (names what is unknown)
    """There is no operation of that id."""


class RunnerClosed(Exception):  # noqa: N818  (says what happened)
    """The runner was closed before the operation ended; its row is still there for the next start."""


class OperationStore(Protocol):
    """Where the rows are. Each call is durable when it returns; an error flagged `retryable` may pass by itself."""

    async def insert(self, operation: Operation, *, now: float) -> bool:
        """Add a queued row; False, and nothing changes, when there is one of that id."""
        ...

    async def begin(self, operation_id: str, *, now: float) -> Operation | None:
        """Count one more start of an unfinished row and return it; None when it has ended or is gone."""
        ...

    async def heartbeat(self, operation_id: str, *, now: float) -> int:
        """Note that its process is alive; returns how many starts its row counts, 0 when it has ended or is gone."""
        ...

    async def progress(self, operation_id: str, step: str, *, now: float) -> None:
        """Note the step it has reached."""
        ...

    async def request_cancel(self, operation_id: str) -> Operation | None:
        """Mark an unfinished row as no longer wanted and return it; None when it has ended or is gone."""
        ...

    async def finish(self, operation_id: str, outcome: Outcome, *, now: float) -> bool:
        """End an unfinished row; False when it has ended before or is gone."""
        ...

    async def get(self, operation_id: str) -> Operation | None:
        """The row; None when there is none."""
        ...

    async def unfinished(self) -> list[Operation]:
        """All queued and running rows, oldest first."""
        ...

    async def stuck(self, *, before: float) -> list[Operation]:
        """Unfinished rows without progress since `before`."""
        ...


class Runner(Protocol):
    """Carries out operations: one at a time for each lane, many lanes at once."""

    async def run(self) -> None:
        """Work until cancelled, or return at once where what is handed over is worked on anyway."""
        ...

    async def start(self, operation: Operation) -> bool:
        """Add its row and see that it is carried out; False when there was a row of that id, which is not run twice."""
        ...

    def submit(self, operation: Operation) -> None:
        """See that an operation whose row is already committed is carried out; repeating it does nothing."""
        ...

    def look_now(self) -> None:
        """Look for work that this process has just committed for whoever is free, where such work is handed out."""
        ...

    async def cancel(self, operation_id: str) -> bool:
        """Note durably that it is not wanted, and stop it; False when it has ended or is unknown.

        It ends as `cancelled`, through `on_end` like any other, unless its handler finishes first.
        """
        ...

    async def wait(self, operation_id: str) -> Outcome:
        """Return its outcome once its end is committed; raises UnknownOperation or RunnerClosed."""
        ...

    def progress(self, operation_id: str) -> AsyncIterator[Progress]:
        """The last step it has reached, then each further one; ends when the operation does."""
        ...

    async def recover(self) -> int:
        """Take up every unfinished row, as after a crash, and return how many there were."""
        ...

    async def stuck(self, older_than: float) -> list[Operation]:
        """Unfinished operations without progress for `older_than` seconds."""
        ...

    async def abandoned(self, older_than: float) -> list[Operation]:
        """What of that nobody carries out or has in line: what a watchdog ends."""
        ...

    async def close(self, grace: float) -> None:
        """Begin nothing new, give what runs `grace` seconds, and leave the rest unfinished for the next start."""
        ...
