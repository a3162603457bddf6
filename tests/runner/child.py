"""A process that is meant to be killed: runs a deployment of three converging steps and waits inside the second."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from bot.operations_store import StoredOperations
from bot.runner.embedded import EmbeddedRunner
from bot.runner.port import Operation, Outcome, Progress, Report
from bot.storage.database import Database

STEPS = ("account", "script", "schedule")


class Clock:
    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def deployment(folder: Path, hang_at: str | None) -> EmbeddedRunner:
    """A runner whose only kind ensures three files and, at `hang_at`, makes half of one and waits for ever."""
    store = StoredOperations(Database(f"sqlite:///{folder}/soar.db"))

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

    return EmbeddedRunner(
        store, {"deploy": deploy}, on_end=end, on_progress=show, clock=Clock(), new_incident=lambda: "i1"
    )


async def main(folder: Path, hang_at: str) -> None:
    runner = deployment(folder, hang_at)
    await runner.start(Operation("o1", 1, "deploy", {"worker": "w1"}))
    await runner.recover()
    await runner.wait("o1")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
