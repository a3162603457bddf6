"""Looking at a Worker's address: until a new one answers, or until one that removes itself has gone."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from deploy.commands import WorkerClient
from deploy.errors import AccountRefused, NotAnswering, StillThere, WorkerAbsent, WorkerError, WorkerRefused
from deploy.reports import Run, Status

ADDRESS_PATIENCE = 240.0  # seconds a fresh workers.dev address has been seen to take
GONE_PATIENCE = 300.0
FIRST_LOOKS, LATER_LOOK = (0.25, 0.5, 1.0, 2.0, 3.0), 5.0
LONGEST_LOOK = 10.0
TICK_ATTEMPTS = 2
EVENT_PAGE = 200  # the most a Worker gives at once
CANNOT_GO = "The bot could not delete itself."  # how worker_template/stop.js begins its note
# What wakes the Worker: Cloudflare's cron, or where an account has none left to give, the Worker's own alarm.
Schedule = Literal["cron", "alarm"]


async def ensure_answering(
    worker: WorkerClient, deployment_id: str, *, template: str = "", patience: float = ADDRESS_PATIENCE
) -> Status:
    """Look until the Worker answers a signed command as this very deployment; raises NotAnswering after `patience`.

    With `template` it must also say that it is of that version.
    """
    worker = replace(worker, seconds=min(worker.seconds, LONGEST_LOOK))
    began, looks = worker.clock.monotonic(), 0
    while True:
        found = await _answering(worker, deployment_id, template)
        if isinstance(found, Status):
            return found
        pause = FIRST_LOOKS[looks] if looks < len(FIRST_LOOKS) else LATER_LOOK
        if worker.clock.monotonic() - began + pause > patience:
            raise NotAnswering(found)
        await worker.clock.sleep(pause)
        looks += 1


async def seen_answering(worker: WorkerClient, deployment_id: str, patience: float) -> Status | None:
    """The same, where it is no error that a new address takes its time: None then."""
    try:
        return await ensure_answering(worker, deployment_id, patience=patience)
    except NotAnswering:
        return None


async def _answering(worker: WorkerClient, deployment_id: str, template: str) -> Status | str:
    """The Worker's status, or why that is not there yet: no route, an older version, no certificate."""
    try:
        status = await worker.status()
    except WorkerError as error:
        return str(error)
    if status.deployment != deployment_id:
        return "another deployment answers"
    return status if template in ("", status.template) else "an older version answers"


async def settle_clock(worker: WorkerClient, schedule: Schedule, status: Status) -> None:
    """Have the Worker wake itself if it has no cron, and leave that to the cron if it has one.

    Raises AccountRefused(cron_limit) when the Worker is too old to wake itself.
    """
    if schedule == "cron" and status.schedule == "cron":
        return
    try:
        await worker.alarm(on=schedule == "alarm")
    except WorkerRefused as error:
        if schedule == "cron":
            return  # two clocks are no harm: a slot is traded once
        raise AccountRefused("cron_limit", error.detail) from None


async def come_up(
    worker: WorkerClient, deployment_id: str, schedule: Schedule, *, patience: float = ADDRESS_PATIENCE
) -> tuple[Status, Run | None]:
    """Wait for the new address of a Worker that is in place, start its clock and have it take its first look.

    Raises NotAnswering when it did not come up in time.
    """
    status = await ensure_answering(worker, deployment_id, patience=patience)
    await settle_clock(worker, schedule, status)
    return status, await first_tick(worker)


async def first_tick(worker: WorkerClient) -> Run | None:
    """Run the plan once, now, since a new cron may take 15 minutes to start; None if no report came back."""
    for _ in range(TICK_ATTEMPTS):
        try:
            return await worker.tick()
        except WorkerError as error:
            retryable = error.retryable
        if not retryable:
            break
        await worker.clock.sleep(1.0)
    return None


async def last_event(worker: WorkerClient) -> int | None:
    """The number of the last thing the Worker noted; None where that cannot be had just now."""
    last = 0
    try:
        while True:
            page = await worker.events(after=last, limit=EVENT_PAGE)
            if len(page.events) < EVENT_PAGE or page.next <= last:
                return max(page.next, last)
            last = page.next
    except WorkerError:
        return None


async def gone(worker: WorkerClient, patience: float = GONE_PATIENCE, *, after: int | None = None) -> bool:
    """Look, without any token, until a Worker that deletes itself no longer answers; False if it could not be seen.

    `after` is the last event before it was told to: raises StillThere once a later one says that it cannot delete
    itself, as with a token that is dead.
    """
    began = worker.clock.monotonic()
    while True:
        try:
            await _still_going(worker, after)
        except WorkerAbsent:
            return True
        except StillThere:
            raise
        except WorkerError:
            pass  # an error page or a broken line says nothing about the Worker being gone
        waited = worker.clock.monotonic() - began
        pause = 1.0 if waited < LATER_LOOK else LATER_LOOK
        if waited + pause > patience:
            return False
        await worker.clock.sleep(pause)


async def _still_going(worker: WorkerClient, after: int | None) -> None:
    if after is None:
        await worker.status()
        return
    for event in (await worker.events(after=after, limit=EVENT_PAGE)).events:
        if event.text.startswith(CANNOT_GO):
            raise StillThere(event.text)
