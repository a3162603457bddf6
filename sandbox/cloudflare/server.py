"""A stand-in for Cloudflare's v4 API and for workers.dev; what is uploaded to it really runs."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from sandbox.cloudflare import accounts, scripts, settings
from sandbox.cloudflare.address import Addresses
from sandbox.cloudflare.api import BASE, Api
from sandbox.cloudflare.authority import kind_of
from sandbox.cloudflare.control import Control, control_app
from sandbox.cloudflare.crons import CronClock, Due
from sandbox.cloudflare.edge import Calls, Edge, Latency
from sandbox.cloudflare.faults import Faults
from sandbox.cloudflare.firing import fire_due, listed
from sandbox.cloudflare.oauth import OAuth
from sandbox.cloudflare.runtime import Runtime
from sandbox.cloudflare.state import Cloud
from sandbox.time.timeline import REAL, Course, Timeline


def utc_now() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


def _real() -> Course:
    return REAL


def random_id() -> str:
    """Make up an id: 32 hex characters."""
    return secrets.token_hex(16)


def create_app(
    *,
    public_url: str,
    execution: bool = True,
    workdir: Path | None = None,
    crons: bool = False,
    cron_delay: float = 0.0,
    now: Callable[[], datetime] = utc_now,
    new_id: Callable[[], str] = random_id,
    timeline: Timeline | None = None,
) -> ASGIApp:
    """Build the stand-in.

    `public_url` is where it is reached (empty: taken from each request). Without `execution` uploads are kept and
    their addresses answered by a stub. Stored objects lie in `workdir` (default: a private temporary folder) and go
    when the app ends. `crons` starts the clock that fires schedules, each `cron_delay` seconds after its change.
    With a `timeline`, that is the time, for the Workers too, and it can be moved on.
    """
    now = timeline.moment if timeline is not None else now
    cloud = Cloud(now, new_id)
    runtime = Runtime(workdir, (lambda: timeline.course) if timeline else _real) if execution else None
    faults, latency = Faults(), Latency()
    calls = Calls(now, lambda headers: kind_of(headers, cloud))
    clock = CronClock(now=now, delay=timedelta(seconds=cron_delay), running=crons)
    oauth = OAuth(cloud)
    control = Control(cloud, runtime, public_url, calls, faults, latency, clock, oauth, timeline)
    routes = [
        Mount(BASE, Api(cloud, runtime, public_url, [*accounts.ROUTES, *scripts.ROUTES, *settings.ROUTES])),
        Mount("/workers", Addresses(cloud, runtime, faults.address_hidden_for)),
        Mount("/_sandbox", control_app(control)),
        *oauth.routes(),
    ]
    app = Starlette(routes=routes, lifespan=lambda _app: _life(cloud, runtime, clock))
    return Edge(app, calls=calls, faults=faults, latency=latency)


@asynccontextmanager
async def _life(cloud: Cloud, runtime: Runtime | None, clock: CronClock) -> AsyncIterator[None]:
    """Keep the clock while the app serves; end every Worker afterwards."""

    async def fire(due: Due, moment: datetime) -> None:
        await fire_due(cloud, runtime, due, moment)

    try:
        async with asyncio.TaskGroup() as group:
            keeping = group.create_task(clock.keep(lambda: listed(cloud), fire))
            yield
            keeping.cancel()
    finally:
        if runtime is not None:
            with suppress(ProcessLookupError):
                await runtime.close()
