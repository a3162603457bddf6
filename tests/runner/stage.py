"""Everything a runner needs around it, over rows in memory, in SQLite, or in PostgreSQL with Procrastinate."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from typing import Any

from bot.operations_store import StoredOperations
from bot.runner.embedded import EmbeddedRunner
from bot.runner.execution import Limits
from bot.runner.memory import MemoryOperations
from bot.runner.port import Handler, Operation, OperationStore, Outcome, Progress, Report, Runner
from bot.runner.procrastinate.jobs import enlist
from bot.runner.procrastinate.runner import Pace, ProcrastinateRunner
from bot.storage.database import Database
from bot.storage.dialect import plain_url

DONE = Outcome("done", data={"script": "soar-paper-ab12cd34"})


class Broken(Exception):  # noqa: N818  (short for use in long lines)
    """An error as the adapters raise them."""

    def __init__(self, code: str, *, retryable: bool = False, retry_after: float | None = None) -> None:
        super().__init__("CANARY in the message")
        self.code = code
        self.retryable = retryable
        self.retry_after = retry_after


class FakeClock:
    """Time passes only by sleeping, and then at once."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)


CALM = Pace(look=0.02, restart=0.1, settle=1.0)


class Stage:
    """A runner, its store, and what came out of it."""

    def __init__(self, store: OperationStore, database: Database | None = None, url: str | None = None) -> None:
        self.store = store
        self.database = database
        self.url = url  # of PostgreSQL, when Procrastinate hands the operations out
        self.tasks: list[asyncio.Task[None]] = []
        self.clock = FakeClock()
        self.ends: list[tuple[str, Outcome]] = []
        self.progress: list[tuple[str, str]] = []
        self.end_errors: list[Exception] = []
        self.runners: list[Runner] = []

    def runner(self, limits: Limits | None = None, **handlers: Handler) -> Runner:
        incidents = count(1)
        around: dict[str, Any] = {
            "on_end": self.end,
            "on_progress": self.show,
            "clock": self.clock,
            "new_incident": lambda: f"i{next(incidents)}",
            "limits": limits or Limits(settle=0.2),
        }
        runner: Runner
        if self.url and self.database:
            write = self.database.write
            replica = ProcrastinateRunner(
                self.store, handlers, url=plain_url(self.url), write=write, pace=CALM, **around
            )
            self.tasks.append(asyncio.ensure_future(replica.run()))
            runner = replica
        else:
            runner = EmbeddedRunner(self.store, handlers, **around)
        self.runners.append(runner)
        return runner

    async def end(self, operation: Operation, outcome: Outcome) -> None:
        if self.end_errors:
            raise self.end_errors.pop(0)
        await self.store.finish(operation.id, outcome, now=self.clock.now())
        self.ends.append((operation.id, outcome))

    async def show(self, operation: Operation, progress: Progress) -> None:
        assert operation.step == progress.step
        self.progress.append((operation.id, progress.step))

    async def close(self) -> None:
        for runner in self.runners:
            await runner.close(0)
        await asyncio.gather(*self.tasks, return_exceptions=True)
        if self.database:
            await self.database.close()


def memory_stage() -> Stage:
    return Stage(MemoryOperations())


def sqlite_stage(url: str) -> Stage:
    database = Database(url)
    return Stage(StoredOperations(database), database)


def postgresql_stage(url: str) -> Stage:
    database = Database(url)
    return Stage(StoredOperations(database, enlist), database, url)


def operation(operation_id: str = "o1", *, chat_id: int = 1, kind: str = "deploy", **arguments: Any) -> Operation:
    return Operation(operation_id, chat_id, kind, arguments)


async def done(_operation: Operation, _report: Report) -> Outcome:
    return DONE


class Steps:
    """A handler that stops at a step until it is let on, and remembers what it did."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.reached = asyncio.Event()
        self.go_on = asyncio.Event()

    async def __call__(self, operation: Operation, report: Report) -> Outcome:
        self.begun.append(operation.id)
        await report("first", {"of": 2})
        self.reached.set()
        await self.go_on.wait()
        await report("second")
        self.ended.append(operation.id)
        return DONE


def raising(*errors: Exception) -> Callable[[Operation, Report], Awaitable[Outcome]]:
    """A handler that raises each error once, then is done."""
    left = list(errors)

    async def handler(_operation: Operation, _report: Report) -> Outcome:
        if left:
            raise left.pop(0)
        return DONE

    return handler


async def soon(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds, at most five seconds."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  (any condition will do)
            await asyncio.sleep(0.001)


def facts(line: Mapping[str, Any]) -> str:
    """A log line as the text that would be written."""
    return " ".join(f"{name}={value}" for name, value in line.items())
