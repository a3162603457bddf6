"""The runner of the replicated form: Procrastinate hands operations to whichever replica is free.

A job is an operation's id and the lock of its chat; the work itself is done by the same runner as in one process. What
a dead replica leaves behind is handed out again when its heartbeat has been missing for a while.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import AbortReason
from procrastinate.jobs import Job, Notification
from procrastinate.worker import Worker
from sqlalchemy import Connection

from bot.runner.embedded import DEFAULT_LIMITS, EmbeddedRunner
from bot.runner.execution import Limits
from bot.runner.failure import LOG, describe
from bot.runner.port import (
    Clock,
    Handler,
    OnEnd,
    OnProgress,
    Operation,
    OperationStore,
    Outcome,
    Progress,
    RunnerClosed,
    UnknownOperation,
    lane,
)
from bot.runner.procrastinate.jobs import (
    QUEUE,
    TASK,
    ask_to_stop,
    enlist_lost,
    enlist_missing,
    sweep,
    with_jobs,
)

log = logging.getLogger(__name__)
T = TypeVar("T")
Write = Callable[[Callable[[Connection], T]], Awaitable[T]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often things are looked at; seconds."""

    heartbeat: float = 5.0
    stalled: float = 15.0  # without a heartbeat, after which a replica counts as dead
    sweep: float = 15.0
    poll: float = 1.0  # for jobs that were not announced: those handed out again
    look: float = 0.5  # at the row of an operation that another replica carries out
    restart: float = 1.0  # after the database was not there
    courtesy: float = 0.1  # after the news of a job, before another replica than the one that added it looks for it
    settle: float = 5.0  # for what runs, once the database has been lost


class _HandOver(BaseRetryStrategy):
    """What was interrupted by a stop of its replica goes to another one at once; all else has ended."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:  # noqa: ARG002
        return RetryDecision() if isinstance(exception, asyncio.CancelledError | RunnerClosed) else None


class _Worker(Worker):
    """Looks for the next job of a chat as soon as the one before has let go of the chat's lock: nobody announces it.

    What is announced was added by one replica, which looks at once. The others let it go first: all of them looking for
    each job would cost more, the more there are.
    """

    def __init__(self, *arguments: Any, courtesy: float, **named: Any) -> None:  # noqa: ANN401  (handed on)
        super().__init__(*arguments, **named)
        self._courtesy = courtesy
        self._later: asyncio.TimerHandle | None = None

    def look_now(self) -> None:
        self._new_job_event.set()

    async def _handle_notification(self, *, channel: str, notification: Notification) -> None:
        if notification["type"] != "job_inserted":
            await super()._handle_notification(channel=channel, notification=notification)
        elif self._later is None:
            self._later = asyncio.get_running_loop().call_later(self._courtesy, self._look_after_others)

    def _look_after_others(self) -> None:
        self._later = None
        self._new_job_event.set()

    async def _persist_job_status(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401  (handed on)
        try:
            await super()._persist_job_status(*arguments, **named)
        except ConnectorException as error:
            # The database is away, or the job was handed to another replica meanwhile; the operation's row decides.
            LOG.warning("job_not_closed", error=describe(error).error)
        self._new_job_event.set()


class ProcrastinateRunner:
    """Carries operations out on whichever replica is free; see `Runner` for what each method promises."""

    def __init__(
        self,
        store: OperationStore,
        handlers: Mapping[str, Handler],
        *,
        url: str,
        write: Write[Any],
        on_end: OnEnd,
        on_progress: OnProgress,
        clock: Clock,
        new_incident: Callable[[], str],
        limits: Limits = DEFAULT_LIMITS,
        pace: Pace | None = None,
    ) -> None:
        """Prepare; `url` is libpq's, `write` runs a work in a transaction. Nothing runs before `run`."""
        self._store = store
        self._write = write
        self._clock = clock
        self._limits = limits
        self._pace = pace or Pace()
        self._local = EmbeddedRunner(
            store,
            handlers,
            on_end=on_end,
            on_progress=on_progress,
            clock=clock,
            new_incident=new_incident,
            limits=limits,
        )
        connector = PsycopgConnector(conninfo=url, min_size=1, max_size=4, timeout=10.0)
        self._app = App(connector=connector)
        self._app.task(name=TASK, queue=QUEUE, pass_context=True, retry=_HandOver())(self._carry)
        self._worker: _Worker | None = None
        self._running: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._waiting: dict[str, asyncio.Future[Outcome]] = {}
        self._closing = False

    async def run(self) -> None:
        """Take operations and sweep, until cancelled or closed; goes on by itself when the database comes back."""
        self._running = asyncio.current_task()
        sweeping = self._later(self._keep_sweeping())
        try:
            while not self._closing:
                try:
                    await self._work()
                except Exception as error:  # noqa: BLE001  (the database's absence has many names)
                    LOG.warning("dispatcher_lost", error=describe(error).error)
                if not self._closing:
                    await asyncio.sleep(self._pace.restart)
        finally:
            sweeping.cancel()

    async def _work(self) -> None:
        async with self._app.open_async():
            self._worker = _Worker(
                self._app,
                queues=[QUEUE],
                concurrency=self._limits.at_once,
                install_signal_handlers=False,
                update_heartbeat_interval=self._pace.heartbeat,
                stalled_worker_timeout=self._pace.stalled,
                fetch_job_polling_interval=self._pace.poll,
                abort_job_polling_interval=self._pace.poll,
                shutdown_graceful_timeout=self._pace.settle,
                delete_jobs="successful",
                courtesy=self._pace.courtesy,
            )
            await self._worker.run()  # type: ignore[no-untyped-call]

    async def _carry(self, context: JobContext, operation: str) -> None:
        """Carry one operation through: this is what a job does."""
        try:
            await self._carry_through(operation)
        except asyncio.CancelledError:
            if context.abort_reason() is not AbortReason.USER_REQUEST:
                await self._local.leave(context.job.lock or "")
                raise
            await self._local.cancel(operation)
            await self._carry_through(operation)

    async def _carry_through(self, operation: str) -> None:
        found = await self._store.get(operation)
        if found is None or found.outcome is not None:
            return
        log.info("operation taken", extra={"operation": operation, "kind": found.kind})  # says which replica does it
        self._local.submit(found)
        try:
            outcome = await self._local.wait(operation)
        except (RunnerClosed, UnknownOperation):
            raise
        except Exception as error:
            self._settle(operation, error)
            raise
        self._settle(operation, outcome)

    def _settle(self, operation_id: str, result: Outcome | Exception) -> None:
        waiting = self._waiting.get(operation_id)
        if waiting is None or waiting.done():
            return
        if isinstance(result, Outcome):
            waiting.set_result(result)
        else:
            waiting.set_exception(result)

    async def start(self, operation: Operation) -> bool:
        """Add its row and its job."""
        added = await self._store.insert(operation, now=self._clock.now())
        self.look_now()
        return added

    def look_now(self) -> None:
        """Look for a job that this replica has just added."""
        if self._worker is not None:
            self._worker.look_now()

    def submit(self, operation: Operation) -> None:
        """See that an operation whose row is already committed has a job."""
        if not self._closing:
            self._later(self._ensure(operation))

    async def _ensure(self, operation: Operation) -> None:
        try:
            name = lane(operation)
            await self._write(partial(enlist_missing, operation_id=operation.id, name=name))
        except Exception as error:  # noqa: BLE001  (a sweep finds it)
            LOG.warning("operation_not_enlisted", operation=operation.id, error=describe(error).error)

    def holds(self, operation_id: str) -> bool:
        """Whether this replica carries it out."""
        return self._local.holds(operation_id)

    async def cancel(self, operation_id: str) -> bool:
        """Note durably that it is not wanted, and stop it wherever it runs."""
        operation = await self._store.request_cancel(operation_id)
        if operation is None:
            return False
        if self._local.holds(operation_id):
            return await self._local.cancel(operation_id)
        await self._write(partial(ask_to_stop, operation=operation))
        return True

    async def wait(self, operation_id: str) -> Outcome:
        """Return its outcome once its end is committed, on whichever replica."""
        known = self._waiting.setdefault(operation_id, asyncio.get_running_loop().create_future())
        try:
            while not self._closing:
                operation = await self._store.get(operation_id)
                if operation is None:
                    raise UnknownOperation(operation_id)
                if operation.outcome is not None:
                    return operation.outcome
                with suppress(TimeoutError):
                    return await asyncio.wait_for(asyncio.shield(known), self._pace.look)
            raise RunnerClosed
        finally:
            self._waiting.pop(operation_id, None)

    async def progress(self, operation_id: str) -> AsyncIterator[Progress]:
        """The last step it has reached, then each further one; of another replica's work without details."""
        step: str | None = None
        while not self._closing:
            if self._local.holds(operation_id):
                async for reached in self._local.progress(operation_id):
                    yield reached
                return
            found = await self._store.get(operation_id)
            if found is None or found.outcome is not None:
                return
            if found.step is not None and found.step != step:
                step = found.step
                yield Progress(operation_id, found.chat_id, step, {}, self._clock.now())
            await asyncio.sleep(self._pace.look)

    async def recover(self) -> int:
        """See that every unfinished row has a job."""
        operations = await self._store.unfinished()
        await self._write(partial(enlist_lost, operations=operations, spared=("todo", "doing")))
        return len(operations)

    async def sweep(self) -> int:
        """Hand out what dead replicas have left, and what has lost its job; returns how many jobs that were.

        Any number of replicas may do it at the same time.
        """
        operations = await self._store.unfinished()
        handed: int = await self._write(partial(sweep, operations=operations, stalled=self._pace.stalled))
        if handed:
            LOG.warning("operations_handed_out_again", jobs=handed)
        return handed

    async def _keep_sweeping(self) -> None:
        while True:
            await asyncio.sleep(self._pace.sweep)
            try:
                await self.sweep()
            except Exception as error:  # noqa: BLE001  (the next one may do better)
                LOG.warning("dispatcher_not_swept", error=describe(error).error)

    async def stuck(self, older_than: float) -> list[Operation]:
        """Unfinished operations without progress for `older_than` seconds."""
        return await self._local.stuck(older_than)

    async def abandoned(self, older_than: float) -> list[Operation]:
        """What of that has no job that waits or runs."""
        found = await self.stuck(older_than)
        if not found:
            return []
        live: set[str] = await self._write(partial(with_jobs, statuses=("todo", "doing")))
        return [each for each in found if each.id not in live]

    async def close(self, grace: float) -> None:
        """Take nothing new, give what runs `grace` seconds, and hand the rest to the other replicas."""
        self._closing = True
        if self._worker is not None:
            self._worker.shutdown_graceful_timeout = grace
            self._worker.stop()  # type: ignore[no-untyped-call]
        if self._running is not None and not self._running.done():
            await asyncio.wait({self._running}, timeout=grace + self._pace.settle)
            self._running.cancel()
            await asyncio.wait({self._running}, timeout=self._pace.settle)
        await self._local.close(0)
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(list(self._tasks))
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(RunnerClosed())

    def _later(self, work: Any) -> asyncio.Task[Any]:  # noqa: ANN401  (any coroutine)
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
