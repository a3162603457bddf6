"""Fires a Worker's scheduled() and keeps the outcome."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sandbox.cloudflare.crons import Due, last_match
from sandbox.cloudflare.runtime import Runtime
from sandbox.cloudflare.state import Cloud, Run, Script
from sandbox.cloudflare.workerd import InvalidWorkerError, WorkerGoneError


async def fire(runtime: Runtime | None, script: Script, cron: str, scheduled_time: int) -> Run:
    """Fire once (milliseconds since 1970); a Worker that is kept but not run always does well."""
    try:
        outcome = await runtime.scheduled(script, cron, scheduled_time) if runtime is not None else "ok"
    except (WorkerGoneError, InvalidWorkerError):
        outcome = "canceled"
    run = Run(cron, scheduled_time, outcome)
    script.runs.append(run)
    return run


def listed(cloud: Cloud) -> Iterable[Due]:
    """List every expression of every Worker."""
    for account in cloud.accounts.values():
        for script in account.scripts.values():
            for schedule in script.schedules:
                yield Due(account.id, script.name, schedule.cron, schedule.created_on)


async def fire_due(cloud: Cloud, runtime: Runtime | None, due: Due, moment: datetime) -> None:
    """Fire what the clock found due, if the Worker is still there."""
    found = cloud.named(due.script, due.account)
    if found is not None:
        await fire(runtime, found[1], due.cron, int(moment.timestamp() * 1000))


async def fire_missed(cloud: Cloud, runtime: Runtime | None, since: datetime, now: datetime) -> list[str]:
    """Fire once what was due after `since`, as of its last moment up to `now`; returns the Workers' names."""
    fired = []
    for due in list(listed(cloud)):
        moment = last_match(due.cron, since, now)
        if moment is not None:
            await fire_due(cloud, runtime, due, moment)
            fired.append(due.script)
    return fired
