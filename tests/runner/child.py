"""A process that is meant to be killed: runs a deployment of three converging steps and waits inside the second."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

from bot.operations_store import StoredOperations
from bot.runner.embedded import EmbeddedRunner
from bot.runner.execution import Limits
from bot.runner.port import Operation, Outcome, Progress, Report
from bot.runner.procrastinate.jobs import enlist
from bot.runner.procrastinate.runner import Pace, ProcrastinateRunner
from bot.storage.database import Database
from bot.storage.dialect import is_postgresql, plain_url

QUICK = Pace(heartbeat=0.2, stalled=1.5, sweep=0.3, poll=0.5, look=0.02, restart=0.1, settle=1.0)
STEPS = ("account", "script", "schedule")


class Clock:
    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def deployment(folder: Path, hang_at: str | None, url: str) -> EmbeddedRunner | ProcrastinateRunner:
    """A runner whose only kind ensures three files and, at `hang_at`, makes half of one and waits for ever."""
    database = Database(url)
    replicated = is_postgresql(url)
    store = StoredOperations(database, enlist if replicated else None)

    async def deploy(operation: Operation, report: Report) -> Outcome:
        with (folder / "starts").open("a") as starts:
            starts.write(f"{operation.attempts}\n")
        for step in STEPS:
            await report(step)
            (folder / step).write_text("half" if step == hang_at else "whole")
            if step == hang_at:
                (folder / "hanging").touch()
                await asyncio.Event().wait()
        return Outcome("done", data={"steps": len(STEPS)})

    async def end(operation: Operation, outcome: Outcome) -> None:
        await store.finish(operation.id, outcome, now=time.time())

    async def show(_operation: Operation, _progress: Progress) -> None:
        return

    around: dict[str, Any] = {
        "on_end": end,
        "on_progress": show,
        "clock": Clock(),
        "new_incident": lambda: "i1",
        "limits": Limits(heartbeat=0.1),
    }
    if not replicated:
        return EmbeddedRunner(store, {"deploy": deploy}, **around)
    return ProcrastinateRunner(
        store, {"deploy": deploy}, url=plain_url(url), write=database.write, pace=QUICK, **around
    )


async def main(folder: Path, hang_at: str, url: str) -> None:
    runner = deployment(folder, hang_at, url)
    async with asyncio.TaskGroup() as group:
        if isinstance(runner, ProcrastinateRunner):
            group.create_task(runner.run())
        await runner.start(Operation("o1", 1, "deploy", {"worker": "w1"}))
        await runner.recover()
        await runner.wait("o1")
        await runner.close(1)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
