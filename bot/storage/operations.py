"""Operation rows: what is to be done outside (connect, deploy, rotate, destroy), how far it is and how it ended.

Arguments and outcomes are JSON objects of ids and codes, never of secrets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import Connection, Integer, Row, bindparam, delete, func, select, update

from bot.storage.dialect import InsertOnce
from bot.storage.tables import operations

State = Literal["queued", "running", "done", "failed", "cancelled"]
EndState = Literal["done", "failed", "cancelled"]
UNFINISHED = ("queued", "running")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; `error_code` and `incident` are set when it failed, `outcome` once it has ended."""

    id: str
    chat_id: int
    kind: str
    plan_version: int
    state: State
    step: str | None
    attempts: int
    error_code: str | None
    incident: str | None
    arguments: Mapping[str, Any]
    outcome: Mapping[str, Any] | None
    cancelling: bool
    created_at: float
    started_at: float | None
    heartbeat_at: float | None
    progress_at: float | None
    ended_at: float | None


_one = operations.c.id == bindparam("operation")
_unfinished = operations.c.state.in_(UNFINISHED)
_START = InsertOnce(operations)
_GET = select(operations).where(_one)
_MARK_RUNNING = (
    update(operations)
    .where(_one, _unfinished)
    .values(
        state="running",
        attempts=operations.c.attempts + 1,
        started_at=func.coalesce(operations.c.started_at, bindparam("now")),
        heartbeat_at=bindparam("now"),
        progress_at=bindparam("now"),
    )
    .returning(*operations.c)
)
_MARK_ALIVE = (
    update(operations).where(_one, _unfinished).values(heartbeat_at=bindparam("now")).returning(operations.c.attempts)
)
_PROGRESS = (
    update(operations)
    .where(_one, _unfinished)
    .values(step=bindparam("reached"), heartbeat_at=bindparam("now"), progress_at=bindparam("now"))
)
_REQUEST_CANCEL = update(operations).where(_one, _unfinished).values(cancelling=True).returning(*operations.c)
_FINISH = (
    update(operations)
    .where(
        _one,
        _unfinished,
        operations.c.attempts == func.coalesce(bindparam("mine", type_=Integer), operations.c.attempts),
    )
    .values(
        state=bindparam("how"),
        outcome=bindparam("result"),
        error_code=bindparam("code"),
        incident=bindparam("incident_id"),
        ended_at=bindparam("now"),
    )
)
_LIST_UNFINISHED = select(operations).where(_unfinished).order_by(operations.c.created_at, operations.c.id)
_COUNT_UNFINISHED = select(func.count()).select_from(operations).where(_unfinished)
_FOR_CHAT = (
    select(operations)
    .where(operations.c.chat_id == bindparam("chat"))
    .order_by(operations.c.created_at.desc(), operations.c.id)
    .limit(bindparam("most"))
)
_STUCK = _LIST_UNFINISHED.where(func.coalesce(operations.c.progress_at, operations.c.created_at) < bindparam("before"))
_OLD = select(operations.c.id).where(operations.c.ended_at < bindparam("before")).limit(bindparam("most"))
_HOUSEKEEP = delete(operations).where(operations.c.id.in_(_OLD))


def start(
    connection: Connection,
    *,
    operation_id: str,
    chat_id: int,
    kind: str,
    arguments: Mapping[str, Any],
    now: float,
    plan_version: int = 1,
) -> bool:
    """Queue an operation under the caller's id; False, and nothing changes, when there is one of that id already."""
    row = dict.fromkeys(operations.c.keys()) | {
        "id": operation_id,
        "chat_id": chat_id,
        "kind": kind,
        "plan_version": plan_version,
        "state": "queued",
        "attempts": 0,
        "arguments": json.dumps(dict(arguments)),
        "cancelling": False,
        "created_at": now,
    }
    return _START.run(connection, row)


def get(connection: Connection, operation_id: str) -> Operation | None:
    """The operation, whatever its state; None when there is none."""
    return _first(connection, _GET, {"operation": operation_id})


def mark_running(connection: Connection, operation_id: str, *, now: float) -> Operation | None:
    """Count one more attempt at an unfinished operation; None when it has ended or is gone."""
    return _first(connection, _MARK_RUNNING, {"operation": operation_id, "now": now})


def mark_alive(connection: Connection, operation_id: str, *, now: float) -> int:
    """Note that the process that runs it is alive; returns its attempts so far, 0 when it has ended or is gone."""
    attempts: int | None = connection.execute(_MARK_ALIVE, {"operation": operation_id, "now": now}).scalar()
    return attempts or 0


def progress(connection: Connection, operation_id: str, *, step: str, now: float) -> None:
    """Note the step it has reached, for the user's eyes and for the watchdog."""
    connection.execute(_PROGRESS, {"operation": operation_id, "reached": step, "now": now})


def request_cancel(connection: Connection, operation_id: str) -> Operation | None:
    """Note that the user wants it cancelled; None when it has ended or is gone."""
    return _first(connection, _REQUEST_CANCEL, {"operation": operation_id})


def finish(
    connection: Connection,
    operation_id: str,
    *,
    state: EndState,
    now: float,
    outcome: Mapping[str, Any] | None = None,
    error_code: str | None = None,
    incident: str | None = None,
    attempt: int | None = None,
) -> bool:
    """End an unfinished operation; False, and nothing changes, when it has ended before or is gone.

    With `attempt` only while that is the latest one: a process taken for dead must not end what another has begun anew.
    """
    values = {
        "operation": operation_id,
        "mine": attempt,
        "how": state,
        "result": json.dumps(dict(outcome or {})),
        "code": error_code,
        "incident_id": incident,
        "now": now,
    }
    return connection.execute(_FINISH, values).rowcount == 1


def unfinished(connection: Connection) -> list[Operation]:
    """All that is queued or running, oldest first."""
    return [_operation(row) for row in connection.execute(_LIST_UNFINISHED)]


def count_unfinished(connection: Connection) -> int:
    """How many have not ended."""
    return connection.execute(_COUNT_UNFINISHED).scalar_one()


def stuck(connection: Connection, *, before: float) -> list[Operation]:
    """Unfinished operations that have neither been added nor moved since `before`, oldest first."""
    return [_operation(row) for row in connection.execute(_STUCK, {"before": before})]


def for_chat(connection: Connection, chat_id: int, *, limit: int = 20) -> list[Operation]:
    """The chat's operations, newest first."""
    return [_operation(row) for row in connection.execute(_FOR_CHAT, {"chat": chat_id, "most": limit})]


def housekeep(connection: Connection, *, before: float, limit: int = 1000) -> int:
    """Remove up to `limit` operations that ended before `before` and return how many."""
    return connection.execute(_HOUSEKEEP, {"before": before, "most": limit}).rowcount


def _first(connection: Connection, statement: Any, values: dict[str, Any]) -> Operation | None:  # noqa: ANN401
    row = connection.execute(statement, values).first()
    return None if row is None else _operation(row)


def _operation(row: Row[Any]) -> Operation:
    values = dict(row._mapping)  # noqa: SLF001  (SQLAlchemy's public way to names, despite its underscore)
    outcome = cast("str | None", values["outcome"])
    values["arguments"] = json.loads(values["arguments"])
    values["outcome"] = None if outcome is None else json.loads(outcome)
    return Operation(**values)
