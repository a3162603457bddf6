"""The runner of the embedded default: operations run in this process, and are taken up again when it starts anew."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

from bot.runner.execution import Execution, Limits
from bot.runner.failure import LOG, Incidents, describe
from bot.runner.port import (
    TOO_MANY_STARTS,
    UNKNOWN_KIND,
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

T = TypeVar("T")
DEFAULT_LIMITS = Limits()


@dataclass(slots=True, eq=False)
class _Entry:
    """An operation between being submitted and its end being committed."""

    operation: Operation
    ended: asyncio.Future[Outcome]
    execution: Execution | None = None
    cancelling: bool = False
    reached: Progress | None = None
    watchers: set[asyncio.Queue[Progress | None]] = field(default_factory=set)


class EmbeddedRunner:
    """Runs handlers on the event loop; see `Runner` for what each method promises.

    `on_end` commits the end of an operation (its row with whatever else changes) and is repeated until it succeeds,
    without limit while its error is flagged `retryable`; if it fails for good the row stays unfinished, where the
    watchdog finds it. `on_progress` is awaited inside the step, so it should hand over rather than wait.
    """

    def __init__(
        self,
        store: OperationStore,
        handlers: Mapping[str, Handler],
        *,
        on_end: OnEnd,
        on_progress: OnProgress,
        clock: Clock,
        new_incident: Callable[[], str],
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        """Prepare; `recover` takes up what an earlier process left."""
        self._store = store
        self._handlers = handlers
        self._on_end = on_end
        self._on_progress = on_progress
        self._clock = clock
        self._incidents = Incidents(new_incident)
        self._limits = limits
        self._slots = asyncio.Semaphore(limits.at_once)
        self._entries: dict[str, _Entry] = {}
        self._waiting: dict[str, deque[_Entry]] = {}  # by lane; a key means that a task serves the lane
        self._tasks: set[asyncio.Task[None]] = set()
        self._serving: dict[str, asyncio.Task[None]] = {}  # by lane
        self._closing = False

    async def run(self) -> None:
        """Return at once: what is handed over is worked on anyway."""

    async def start(self, operation: Operation) -> bool:
        """Add its row and see that it is carried out."""
        added = await self._store.insert(operation, now=self._clock.now())
        self.submit(operation)
        return added

    def submit(self, operation: Operation) -> None:
        """See that an operation whose row is already committed is carried out."""
        if self._closing or operation.id in self._entries:
            return
        loop = asyncio.get_running_loop()
        entry = self._entries[operation.id] = _Entry(operation, loop.create_future())
        name = lane(operation)
        waiting = self._waiting.get(name)
        if waiting is not None:
            waiting.append(entry)
            return
        self._waiting[name] = deque([entry])
        task = loop.create_task(self._serve(name))
        self._tasks.add(task)
        self._serving[name] = task
        task.add_done_callback(self._tasks.discard)

    def look_now(self) -> None:
        """Do nothing: what is not submitted is not for this runner."""

    def holds(self, operation_id: str) -> bool:
        """Whether an operation is being carried out or waits for its turn."""
        return operation_id in self._entries

    async def cancel(self, operation_id: str) -> bool:
        """Note durably that it is not wanted, and stop it."""
        operation = await self._store.request_cancel(operation_id)
        if operation is None:
            return False
        self.submit(operation)
        if entry := self._entries.get(operation_id):
            entry.cancelling = True
            if entry.execution:
                entry.execution.cancel()
        return True

    async def wait(self, operation_id: str) -> Outcome:
        """Return its outcome once its end is committed; a row that nobody runs yet is taken up."""
        entry = self._entries.get(operation_id)
        if entry is None:
            operation = await self._store.get(operation_id)
            if operation is None:
                raise UnknownOperation(operation_id)
            if operation.outcome is not None:
                return operation.outcome
            self.submit(operation)
            entry = self._entries.get(operation_id)
        if entry is None:
            raise RunnerClosed
        return await asyncio.shield(entry.ended)

    async def progress(self, operation_id: str) -> AsyncIterator[Progress]:
        """The last step it has reached, then each further one."""
        entry = self._entries.get(operation_id)
        if entry is None or entry.ended.done():
            return
        queue: asyncio.Queue[Progress | None] = asyncio.Queue()
        if entry.reached:
            queue.put_nowait(entry.reached)
        entry.watchers.add(queue)
        try:
            while (reached := await queue.get()) is not None:
                yield reached
        finally:
            entry.watchers.discard(queue)

    async def recover(self) -> int:
        """Take up every unfinished row."""
        operations = await self._store.unfinished()
        for operation in operations:
            self.submit(operation)
        return len(operations)

    async def stuck(self, older_than: float) -> list[Operation]:
        """Unfinished operations without progress for `older_than` seconds."""
        return await self._store.stuck(before=self._clock.now() - older_than)

    async def abandoned(self, older_than: float) -> list[Operation]:
        """What of that is neither being carried out nor waits for its turn."""
        return [each for each in await self.stuck(older_than) if not self.holds(each.id)]

    async def leave(self, name: str) -> None:
        """Stop what is carried out in a lane without ending it: somebody else takes it up from its row."""
        task = self._serving.get(name)
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    async def close(self, grace: float) -> None:
        """Begin nothing new, give what runs `grace` seconds, and leave the rest unfinished for the next start."""
        self._closing = True
        if self._tasks:
            _, pending = await asyncio.wait(self._tasks, timeout=grace)
            for task in pending:
                task.cancel()
            if pending:
                await asyncio.wait(pending)
        for entry in list(self._entries.values()):
            self._release(entry, RunnerClosed())

    async def _serve(self, name: str) -> None:
        waiting = self._waiting[name]
        try:
            while waiting and not self._closing:
                await self._carry_out(waiting.popleft())
        finally:
            del self._waiting[name]
            self._serving.pop(name, None)
            for entry in waiting:
                self._release(entry, RunnerClosed())

    async def _carry_out(self, entry: _Entry) -> None:
        try:
            self._release(entry, await self._ended(entry))
        except asyncio.CancelledError:
            self._release(entry, RunnerClosed())
            raise
        except Exception as error:  # noqa: BLE001  (goes to whoever waits; the chat's next operation must go on)
            self._release(entry, error)

    async def _ended(self, entry: _Entry) -> Outcome:
        """Run an operation from its start to its committed end."""
        operation_id = entry.operation.id
        async with self._slots:
            begin = partial(self._store.begin, operation_id)
            operation = await self._insist(entry, "begin", lambda: begin(now=self._clock.now()))
            outcome = None if operation is None else await self._outcome(entry, operation)
        if operation is None or outcome is None:
            stored = await self._store.get(operation_id)
            if stored is None or stored.outcome is None:
                raise UnknownOperation(operation_id)
            return stored.outcome
        await self._insist(entry, "end", partial(self._on_end, replace(operation, outcome=outcome), outcome))
        return outcome

    async def _outcome(self, entry: _Entry, operation: Operation) -> Outcome:
        handler = self._handlers.get(operation.kind)
        if operation.cancelling or entry.cancelling:
            return Outcome("cancelled")
        if handler is None:
            return self._incidents.refused(operation, UNKNOWN_KIND)
        if operation.attempts > self._limits.starts:
            return self._incidents.refused(operation, TOO_MANY_STARTS)
        entry.execution = Execution(
            operation,
            handler,
            partial(self._report, entry, operation),
            beat=partial(self._beat, operation),
            limits=self._limits,
            incidents=self._incidents,
            clock=self._clock,
        )
        return await entry.execution.run()

    async def _insist(self, entry: _Entry, what: str, action: Callable[[], Awaitable[T]]) -> T:
        """Repeat what must be kept until it is; an error not flagged `retryable` ends it after a round of delays."""
        tries = 0
        while True:
            if self._closing and what == "begin":
                raise RunnerClosed
            try:
                return await action()
            except Exception as error:
                self._incidents.log("operation_not_kept", entry.operation, error, what=what, tries=tries)
                delays = self._limits.end_delays
                if tries >= len(delays) and not describe(error).retryable:
                    raise
            await self._clock.sleep(delays[min(tries, len(delays) - 1)])
            tries += 1

    async def _report(
        self, entry: _Entry, operation: Operation, step: str, detail: Mapping[str, Any] | None = None
    ) -> None:
        now = self._clock.now()
        progress = Progress(operation.id, operation.chat_id, step, detail or {}, now)
        await self._try(operation, "progress", self._store.progress(operation.id, step, now=now))
        entry.reached = progress
        for watcher in entry.watchers:
            watcher.put_nowait(progress)
        await self._try(operation, "on_progress", self._on_progress(replace(operation, step=step), progress))

    async def _beat(self, operation: Operation) -> None:
        starts = self._store.heartbeat(operation.id, now=self._clock.now())
        found = await self._try(operation, "heartbeat", starts)
        if found is not None and found != operation.attempts:
            # This process was taken for dead, and another has begun or ended it since: two must not go on at once.
            LOG.warning("operation_taken_over", operation=operation.id, starts=found)
            self._serving[lane(operation)].cancel()

    async def _try(self, operation: Operation, what: str, action: Awaitable[T]) -> T | None:
        """What is only for watching must not stop the work itself."""
        try:
            return await action
        except Exception as error:  # noqa: BLE001  (told in the log)
            failure = describe(error)
            LOG.warning(f"operation_{what}_lost", operation=operation.id, error=failure.error, code=failure.code)
            return None

    def _release(self, entry: _Entry, result: Outcome | Exception) -> None:
        self._entries.pop(entry.operation.id, None)
        for watcher in entry.watchers:
            watcher.put_nowait(None)
        if entry.ended.done():
            return
        if isinstance(result, Outcome):
            entry.ended.set_result(result)
        else:
            entry.ended.set_exception(result)
            entry.ended.exception()  # looked at, so that asyncio does not print it when nobody waits
