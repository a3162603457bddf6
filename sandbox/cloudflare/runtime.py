"""Keeps one process per deployed Worker, and replaces it when code or secrets change."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import itertools
import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from sandbox.cloudflare.program import Place
from sandbox.cloudflare.state import Script, Version
from sandbox.cloudflare.workerd import Answer, Exports, Workerd, WorkerGoneError
from sandbox.time.timeline import REAL, Course

Judge = Callable[[Exports], None]
PREFIX = "soar-cf-"


def remove_leftovers() -> None:
    """Delete the private folders of stand-ins that were killed before they could tidy up."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdecimal() and not _is_running(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Runtime:
    """All running Workers of the stand-in, by the id of their script.

    A Durable Object lives in one place at a time: the old process has ended before the new one opens the same files.
    New code for a running Worker is therefore tried first in a process of its own with no stored objects.
    """

    def __init__(self, workdir: Path | None = None, course: Callable[[], Course] = lambda: REAL) -> None:
        """`course` tells how the clock of a Worker that starts now runs."""
        remove_leftovers()
        self._course = course
        # Readable by this user alone, and short, since the length of a socket's path is limited.
        self._private = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        self._objects = Path(tempfile.mkdtemp(prefix="objects-", dir=workdir or self._private))
        self._running: dict[str, Workerd] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._numbers = itertools.count(1)
        atexit.register(self._end_now)

    def pids(self) -> dict[str, int]:
        """Tell the process id behind each script id."""
        return {script: worker.pid for script, worker in self._running.items() if worker.alive}

    def log(self, script: str) -> str:
        """Read what a Worker has printed since it was last started."""
        worker = self._running.get(script)
        return worker.log() if worker is not None else ""

    async def install(self, script: str, version: Version, judge: Judge | None = None) -> None:
        """Run `version` in place of what ran before.

        `judge` sees what the code exports and may refuse it by raising; then, as after InvalidWorkerError,
        the old version goes on.
        """
        async with self._locks[script]:
            old = self._running.get(script)
            if old is None:
                self._running[script] = await self._first(script, version, judge)
                return
            if judge is not None:
                await self._rehearse(version, judge)
            await old.stop()
            self._running[script] = await self._start(version, self._objects / script)

    async def fetch(
        self, script: Script, method: str, target: bytes, headers: Sequence[tuple[bytes, bytes]], body: bytes
    ) -> Answer:
        """Pass a request to a Worker, waiting while a new version takes over; raises as `Workerd.fetch` does."""
        worker = await self._awake(script)
        return await worker.fetch(method, target, headers, body)

    async def scheduled(self, script: Script, cron: str, scheduled_time: int) -> str:
        """Fire a Worker's cron handler and tell the outcome."""
        worker = await self._awake(script)
        return await worker.scheduled(cron, scheduled_time)

    async def turn_clocks(self, scripts: Iterable[Script], turn: Callable[[], None]) -> None:
        """End the Workers, let `turn` change the time, and start them by the new one; requests wait meanwhile."""
        async with AsyncExitStack() as held:
            scripts = list(scripts)
            for script in scripts:
                await held.enter_async_context(self._locks[script.id])
            running = [(script, self._running[script.id]) for script in scripts if script.id in self._running]
            for _, worker in running:
                await worker.stop()
            turn()
            for script, _ in running:
                self._running[script.id] = await self._start(script.live, self._objects / script.id)

    async def remove(self, script: str) -> None:
        """End a Worker and delete what its Durable Objects stored."""
        async with self._locks[script]:
            worker = self._running.pop(script, None)
            if worker is not None:
                await worker.stop()
            await asyncio.to_thread(shutil.rmtree, self._objects / script, ignore_errors=True)

    async def close(self) -> None:
        """End every process and delete every file."""
        running, self._running = self._running, {}
        await asyncio.gather(*(worker.stop() for worker in running.values()))
        atexit.unregister(self._end_now)
        self._delete_files()

    async def _awake(self, script: Script) -> Workerd:
        async with self._locks[script.id]:
            worker = self._running.get(script.id)
            if worker is None:
                raise WorkerGoneError
            if not worker.alive:  # it crashed: start it again as it was
                await worker.stop()
                worker = self._running[script.id] = await self._start(script.live, self._objects / script.id)
            return worker

    async def _first(self, script: str, version: Version, judge: Judge | None) -> Workerd:
        objects = self._objects / script
        try:
            worker = await self._start(version, objects)
            if judge is not None:
                await self._judge(worker, judge)
        except BaseException:
            shutil.rmtree(objects, ignore_errors=True)
            raise
        return worker

    async def _rehearse(self, version: Version, judge: Judge) -> None:
        nowhere = self._private / f"try-{next(self._numbers)}"
        try:
            worker = await self._start(version, nowhere)
            await self._judge(worker, judge)
            await worker.stop()
        finally:
            shutil.rmtree(nowhere, ignore_errors=True)

    async def _judge(self, worker: Workerd, judge: Judge) -> None:
        try:
            judge(await worker.exports())
        except BaseException:
            await worker.stop()
            raise

    async def _start(self, version: Version, objects: Path) -> Workerd:
        place = Place(self._private / str(next(self._numbers)), objects)
        return await Workerd.start(version, place, self._course())

    def _end_now(self) -> None:
        for worker in self._running.values():
            with contextlib.suppress(ProcessLookupError):
                worker.stop_now()
        self._delete_files()

    def _delete_files(self) -> None:
        shutil.rmtree(self._objects, ignore_errors=True)
        shutil.rmtree(self._private, ignore_errors=True)
