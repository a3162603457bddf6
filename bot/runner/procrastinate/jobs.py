"""The jobs of operations: an operation's id under the lock of its lane, added in the transaction that adds its row."""

from __future__ import annotations

from typing import Final

from procrastinate import App, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import Connection, text

from bot.runner.port import Operation, lane

QUEUE: Final = "operations"
TASK: Final = "operation"
TURN: Final = 0x50A2_0002  # the number of the lock that sweeps take turns by
KEPT_HOURS: Final = 24  # jobs that did not end well; the others go at once, as the operation's row says it all

_LIVE = text("SELECT queueing_lock FROM procrastinate_jobs WHERE queue_name = :queue AND status::text = ANY(:statuses)")
_HAS_JOB = text(
    "SELECT 1 FROM procrastinate_jobs WHERE lock = :lock AND queueing_lock = :operation AND status IN ('todo', 'doing')"
)
_ABORT = text(
    "UPDATE procrastinate_jobs SET abort_requested = true"
    " WHERE lock = :lock AND queueing_lock = :operation AND status = 'doing'"
)
# As the documented way, get_stalled_jobs and retry_job, but in one statement: between the two another replica could
# have handed the job out already.
_RETRY_STALLED = text(
    """
    WITH stalled AS (
        SELECT job.id FROM procrastinate_jobs AS job
        LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
        WHERE job.status = 'doing' AND job.queue_name = :queue
        AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => :stalled))
        FOR UPDATE OF job SKIP LOCKED
    )
    UPDATE procrastinate_jobs AS job
    SET status = 'todo', attempts = job.attempts + 1, abort_requested = false, worker_id = NULL
    FROM stalled WHERE job.id = stalled.id
    RETURNING job.id
    """
)
_FORGET = text(
    """
    DELETE FROM procrastinate_jobs AS job WHERE job.status NOT IN ('todo', 'doing') AND NOT EXISTS (
        SELECT 1 FROM procrastinate_events WHERE job_id = job.id AND at > now() - make_interval(hours => :hours))
    """
)
_MY_TURN = text("SELECT pg_try_advisory_xact_lock(:turn)")

_sender = App(connector=SyncPsycopgConnector())  # never opened: it uses the connections it is given


def enlist(connection: Connection, operation_id: str, name: str) -> None:
    """Add the job of an operation, in the lane `name`, whose row the same transaction adds: kept both, or neither."""
    _sender.configure_task(
        TASK,
        queue=QUEUE,
        lock=name,
        queueing_lock=operation_id,
        connection=connection.connection.driver_connection,
    ).defer(operation=operation_id)


def enlist_missing(connection: Connection, operation_id: str, name: str) -> bool:
    """Add a job unless there is one; False when there was."""
    if connection.execute(_HAS_JOB, {"lock": name, "operation": operation_id}).first():
        return False
    try:
        with connection.begin_nested():
            enlist(connection, operation_id, name)
    except AlreadyEnqueued:
        return False
    return True


def ask_to_stop(connection: Connection, *, operation: Operation) -> None:
    """Have the replica that carries it out stop it; one that waits ends as cancelled when its turn comes."""
    name = lane(operation)
    values = {"lock": name, "operation": operation.id}
    if connection.execute(_ABORT, values).rowcount == 0:
        enlist_missing(connection, operation.id, name)


def with_jobs(connection: Connection, *, statuses: tuple[str, ...]) -> set[str]:
    """The operations that have a job in one of the `statuses`."""
    return set(connection.execute(_LIVE, {"queue": QUEUE, "statuses": list(statuses)}).scalars())


def enlist_lost(connection: Connection, *, operations: list[Operation], spared: tuple[str, ...]) -> int:
    """Add jobs for those that have none in one of the `spared` statuses; returns how many."""
    known = with_jobs(connection, statuses=spared)
    lost = [each for each in operations if each.id not in known]
    return sum(enlist_missing(connection, each.id, lane(each)) for each in lost)


def sweep(connection: Connection, *, operations: list[Operation], stalled: float) -> int:
    """Hand out the jobs of replicas without a heartbeat for `stalled` seconds, and add lost ones; returns how many."""
    if not connection.execute(_MY_TURN, {"turn": TURN}).scalar():
        return 0
    handed = len(connection.execute(_RETRY_STALLED, {"queue": QUEUE, "stalled": stalled}).all())
    connection.execute(_FORGET, {"hours": KEPT_HOURS})
    # One whose job has failed could not be ended for a fault of ours: not another run helps it but the watchdog.
    return handed + enlist_lost(connection, operations=operations, spared=("todo", "doing", "failed"))
