"""Which commands make sense where a conversation is: what there is nothing to do with is not offered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flows.events import Worker
from flows.footing import beneath
from flows.states import NewWorker, State, Working
from flows.table import row_of

ALWAYS: Final = frozenset({"start", "settings", "language", "security", "privacy", "help", "forget"})
WITH_WORKER: Final = frozenset({"status", "plan", "chart", "export", "lock", "rotate", "verify", "destroy"})


def fitting(state: State, workers: Sequence[Worker]) -> frozenset[str]:
    """Name the commands to offer; one that is not offered is still answered when somebody types it."""
    names = set(ALWAYS)
    if workers:
        names |= WITH_WORKER
    if not all(worker.paused for worker in workers):
        names.add("pause")
    if any(worker.paused for worker in workers):
        names |= {"resume", "unlock"}
    if can_be_cancelled(state):
        names.add("cancel")
    return frozenset(names)


def can_be_cancelled(state: State) -> bool:
    """Whether a set-up, or another road to an end, is under way."""
    below = beneath(state)
    return row_of(below).cancel or (isinstance(below, Working) and isinstance(below.job, NewWorker))
