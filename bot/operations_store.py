"""The runner's rows in the database: joins `bot.runner` and `bot.storage`, which do not know each other."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from bot.runner.port import Operation, Outcome, lane
from bot.storage import operations
from bot.storage.database import Database

Enlist = Callable[[Connection, str, str], None]


class StoredOperations:
    """An OperationStore over the operations table."""

    def __init__(self, database: Database, enlist: Enlist | None = None) -> None:
        """Use `database`, whose owner closes it; `enlist` tells a dispatcher of a new row in the row's transaction."""
        self._database = database
        self._enlist = enlist

    async def insert(self, operation: Operation, *, now: float) -> bool:
        """Add a queued row; False, and nothing changes, when there is one of that id."""

        def work(connection: Connection) -> bool:
            added = operations.start(
                connection,
                operation_id=operation.id,
                chat_id=operation.chat_id,
                kind=operation.kind,
                arguments=operation.arguments,
                plan_version=operation.plan_version,
                now=now,
            )
            if added and self._enlist is not None:
                self._enlist(connection, operation.id, lane(operation))
            return added

        return await self._database.write(work)

    async def begin(self, operation_id: str, *, now: float) -> Operation | None:
        """Count one more start of an unfinished row and return it."""
        return _maybe(
            await self._database.write(lambda connection: operations.mark_running(connection, operation_id, now=now))
        )

    async def heartbeat(self, operation_id: str, *, now: float) -> int:
        """Note that its process is alive; returns how many starts its row counts."""
        return await self._database.write(lambda connection: operations.mark_alive(connection, operation_id, now=now))

    async def progress(self, operation_id: str, step: str, *, now: float) -> None:
        """Note the step it has reached."""
        await self._database.write(lambda connection: operations.progress(connection, operation_id, step=step, now=now))

    async def request_cancel(self, operation_id: str) -> Operation | None:
        """Mark an unfinished row as no longer wanted and return it."""
        return _maybe(
            await self._database.write(lambda connection: operations.request_cancel(connection, operation_id))
        )

    async def finish(self, operation_id: str, outcome: Outcome, *, now: float) -> bool:
        """End an unfinished row. To end it together with other changes, write `operations.finish` beside them."""
        return await self._database.write(
            lambda connection: operations.finish(
                connection,
                operation_id,
                state=outcome.kind,
                outcome=outcome.data,
                error_code=outcome.code,
                incident=outcome.incident,
                now=now,
            )
        )

    async def get(self, operation_id: str) -> Operation | None:
        """The row; None when there is none."""
        return _maybe(await self._database.read(lambda connection: operations.get(connection, operation_id)))

    async def unfinished(self) -> list[Operation]:
        """All queued and running rows, oldest first."""
        return [as_operation(row) for row in await self._database.read(operations.unfinished)]

    async def stuck(self, *, before: float) -> list[Operation]:
        """Unfinished rows without progress since `before`, oldest first."""
        rows = await self._database.read(lambda connection: operations.stuck(connection, before=before))
        return [as_operation(row) for row in rows]


def as_operation(row: operations.Operation) -> Operation:
    """The runner's view of a stored row."""
    return Operation(
        id=row.id,
        chat_id=row.chat_id,
        kind=row.kind,
        arguments=row.arguments,
        plan_version=row.plan_version,
        state=row.state,
        step=row.step,
        attempts=row.attempts,
        cancelling=row.cancelling,
        outcome=_outcome(row),
    )


def _maybe(row: operations.Operation | None) -> Operation | None:
    return None if row is None else as_operation(row)


def _outcome(row: operations.Operation) -> Outcome | None:
    match row.state:
        case "done" | "failed" | "cancelled" as kind:
            return Outcome(kind, row.error_code, row.outcome or {}, row.incident)
        case "queued" | "running":
            return None
