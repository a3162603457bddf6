"""Operation rows in a dictionary: the reference the real store is compared with, and a quick one for tests."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.runner.port import Operation, Outcome

UNFINISHED = ("queued", "running")


@dataclass(slots=True)
class _Row:
    operation: Operation
    moved_at: float


class MemoryOperations:
    """An OperationStore that lives as long as the process."""

    def __init__(self) -> None:
        """Begin empty."""
        self._rows: dict[str, _Row] = {}

    async def insert(self, operation: Operation, *, now: float) -> bool:
        """Add a queued row; False, and nothing changes, when there is one of that id."""
        if operation.id in self._rows:
            return False
        queued = replace(operation, state="queued", step=None, attempts=0, cancelling=False, outcome=None)
        self._rows[operation.id] = _Row(queued, now)
        return True

    async def begin(self, operation_id: str, *, now: float) -> Operation | None:
        """Count one more start of an unfinished row and return it."""
        row = self._unfinished(operation_id)
        if row is None:
            return None
        row.operation = replace(row.operation, state="running", attempts=row.operation.attempts + 1)
        row.moved_at = now
        return row.operation

    async def heartbeat(self, operation_id: str, *, now: float) -> int:  # noqa: ARG002
        """Nothing to note, as this process is the only one that could look; returns how many starts the row counts."""
        row = self._unfinished(operation_id)
        return row.operation.attempts if row else 0

    async def progress(self, operation_id: str, step: str, *, now: float) -> None:
        """Note the step it has reached."""
        if row := self._unfinished(operation_id):
            row.operation = replace(row.operation, step=step)
            row.moved_at = now

    async def request_cancel(self, operation_id: str) -> Operation | None:
        """Mark an unfinished row as no longer wanted and return it."""
        row = self._unfinished(operation_id)
        if row is None:
            return None
        row.operation = replace(row.operation, cancelling=True)
        return row.operation

    async def finish(self, operation_id: str, outcome: Outcome, *, now: float) -> bool:  # noqa: ARG002
        """End an unfinished row."""
        row = self._unfinished(operation_id)
        if row is None:
            return False
        row.operation = replace(row.operation, state=outcome.kind, outcome=outcome)
        return True

    async def get(self, operation_id: str) -> Operation | None:
        """The row; None when there is none."""
        row = self._rows.get(operation_id)
        return row.operation if row else None

    async def unfinished(self) -> list[Operation]:
        """All queued and running rows, in the order they were added."""
        return [row.operation for row in self._rows.values() if row.operation.state in UNFINISHED]

    async def stuck(self, *, before: float) -> list[Operation]:
        """Unfinished rows without progress since `before`."""
        rows = [row for row in self._rows.values() if row.operation.state in UNFINISHED and row.moved_at < before]
        return [row.operation for row in sorted(rows, key=lambda row: row.moved_at)]

    def _unfinished(self, operation_id: str) -> _Row | None:
        row = self._rows.get(operation_id)
        return row if row and row.operation.state in UNFINISHED else None
