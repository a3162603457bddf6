"""Shows running work: its steps with their marks and the time it has taken, in the anchor of its chat."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from bot.conversation import Shown
from bot.runner.port import Operation
from bot.runner.port import Progress as Reached
from bot.storage.errors import StorageError
from bot.telegram.anchors import Anchors
from flows.events import Progress
from flows.machine import is_waiting, operation_of

EVERY: Final = 2.0  # seconds between two looks at the clock


@dataclass(slots=True)
class _Work:
    operation: Operation
    began: float
    step: str = ""


class Board:
    """Follows operations from their first step to their end."""

    def __init__(
        self,
        anchors: Anchors,
        look: Callable[[int], Awaitable[Shown]],
        steps: Mapping[str, Sequence[str]],
        *,
        clock: Callable[[], float],
    ) -> None:
        """`look` reads what a chat shows; `steps` lists those of each kind of operation, none where time is all."""
        self._anchors = anchors
        self._look = look
        self._steps = steps
        self._clock = clock
        self._works: dict[str, _Work] = {}

    async def reached(self, operation: Operation, progress: Reached) -> None:
        """Show that an operation has come to a step."""
        if operation.kind not in self._steps:
            return
        work = self._works.setdefault(operation.id, _Work(operation, self._clock()))
        work.step = progress.step
        if self._steps[operation.kind]:  # what has no steps shows its time, once it has taken some
            await self._show(work)

    def ended(self, operation_id: str) -> None:
        """Stop following an operation."""
        self._works.pop(operation_id, None)

    async def run(self) -> None:
        """Keep the time shown going, until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            await self.refresh()

    async def refresh(self) -> None:
        """Show the time of all that has taken some."""
        for work in list(self._works.values()):
            if self._clock() - work.began >= EVERY:
                with suppress(StorageError):  # the next look may see again
                    await self._show(work)

    async def _show(self, work: _Work) -> None:
        shown = await self._look(work.operation.chat_id)
        state = shown.dialog.state
        if work.operation.id in self._works and is_waiting(state) and operation_of(state) == work.operation.id:
            self._anchors.show(shown, progress=self._progress(work))

    def _progress(self, work: _Work) -> Progress:
        steps = self._steps[work.operation.kind]
        here = steps.index(work.step) if work.step in steps else 0
        marks = (["done"] * here + ["running"] + ["waiting"] * (len(steps) - here - 1))[: len(steps)]
        return Progress(tuple(zip(steps, marks, strict=True)), int(self._clock() - work.began))
