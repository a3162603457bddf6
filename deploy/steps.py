"""The steps of a deploy and what is done to a deployed Worker later.

Each step looks before it changes, or sends what may be sent twice, so a whole `deploy` can be started again after any
interruption and ends in the same place. An account gets one change at a time, since Cloudflare refuses concurrent ones.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from enum import StrEnum

from deploy.accounts import SCRIPTS, ScriptInfo, read_scripts
from deploy.answering import ADDRESS_PATIENCE, Schedule, first_tick, seen_answering, settle_clock
from deploy.cloudflare import Body, Cloudflare, account_path, json_body
from deploy.commands import CommandKey, WorkerClient
from deploy.deployment import CRON, Deployment, Keys, upload_body
from deploy.diagnosis import explain
from deploy.errors import (
    AccountRefused,
    ForeignScript,
    KeysNeeded,
    NameRefused,
    ScriptAbsent,
    TokenRefused,
)
from deploy.fields import records, text
from deploy.names import ensure_name
from deploy.reports import Run, Status
from deploy.secret import Secret
from deploy.template import Template


class Step(StrEnum):
    """What a deploy consists of, in its order."""

    NAME = "ensure_name"
    SCRIPT = "ensure_script"
    ADDRESS = "ensure_address"
    SCHEDULE = "ensure_schedule"
    ANSWERING = "ensure_answering"
    TICK = "first_tick"


class State(StrEnum):
    """How a step is doing."""

    STARTED = "started"
    DONE = "done"


Progress = Callable[[Step, State], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Site:
    """One deployment in one account, and the token that opens it."""

    cloudflare: Cloudflare
    token: Secret
    deployment: Deployment


@dataclass(frozen=True, slots=True)
class Deployed:
    """The end of a deploy; `first_run` is None when the Worker gave no report yet.

    `status` is what it said of itself, None when all is in place but the new address does not answer yet: `come_up`
    goes on from there.
    """

    url: str
    subdomain: str
    schedule: Schedule
    status: Status | None
    first_run: Run | None

    @property
    def answering(self) -> bool:
        """Whether the new address answers already."""
        return self.status is not None


async def deploy(
    site: Site,
    *,
    keys: Keys | None,
    template: Template,
    command_key: CommandKey,
    progress: Progress,
    first: bool = False,
    keyless: bool = False,
    patience: float = ADDRESS_PATIENCE,
) -> Deployed:
    """Bring a deployment up, from whatever state an earlier attempt left it in.

    `first` says that nothing was ever uploaded for it, that its account has the name it states and that its script
    name was seen free: then three requests to Cloudflare are enough. Otherwise two reads come first. Without `keys`
    the script must already carry them, else KeysNeeded is raised; `keyless` says that it is to have none yet, and then
    it takes no first look. A new address is waited for `patience` seconds.
    """
    if not first:
        async with _announced(progress, Step.NAME):
            site = await ensure_named(site)
    async with _announced(progress, Step.SCRIPT):
        site = await ensure_script(site, keys=keys, template=template, look=not first, keyless=keyless)
    async with _announced(progress, Step.ADDRESS):
        await ensure_address(site)
    url = site.deployment.url
    worker = WorkerClient(site.cloudflare.http, url, command_key, site.cloudflare.clock)
    # The Worker may be asked while Cloudflare still takes its schedule; two changes at once it would refuse.
    async with _beside(seen_answering(worker, site.deployment.deployment_id, patience)) as looking:
        async with _announced(progress, Step.SCHEDULE):
            schedule = await ensure_schedule(site, look=not first)
        async with _announced(progress, Step.ANSWERING):
            status = await looking
            if status is None:
                return Deployed(url, site.deployment.subdomain, schedule, status=None, first_run=None)
            await settle_clock(worker, schedule, status)
    if keyless:
        return Deployed(url, site.deployment.subdomain, schedule, status=status, first_run=None)
    async with _announced(progress, Step.TICK):
        first_run = await first_tick(worker)
    return Deployed(url, site.deployment.subdomain, schedule, status=status, first_run=first_run)


@asynccontextmanager
async def _beside(work: Coroutine[None, None, Status | None]) -> AsyncIterator[asyncio.Task[Status | None]]:
    """Do something at the same time, and leave nothing of it behind."""
    task = asyncio.ensure_future(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # looked at: it has been raised where it was awaited, or something worse was


@asynccontextmanager
async def _announced(progress: Progress, step: Step) -> AsyncIterator[None]:
    await progress(step, State.STARTED)
    yield
    await progress(step, State.DONE)


async def ensure_named(site: Site) -> Site:
    """Make sure that the account has a workers.dev name; the deployment takes the one it really has."""
    deployment = site.deployment
    name = await ensure_name(site.cloudflare, site.token, deployment.account_id, deployment.subdomain)
    return replace(site, deployment=replace(deployment, subdomain=name))


async def ensure_script(
    site: Site, *, keys: Keys | None, template: Template, look: bool = True, keyless: bool = False
) -> Site:
    """Upload code, variables, secrets, Durable Object, logs and tags in one request.

    With `look`, and where an earlier upload's keys are to be kept, the account's Workers are read before: ForeignScript
    if the name belongs to something else, KeysNeeded if no earlier upload of this deployment carries keys. If the
    account turns out to have no workers.dev name it gets one, and the deployment comes back with it.
    """
    kept = keys is None and not keyless
    if look or kept:
        present = await own_script(site)
        if present is None and kept:
            raise KeysNeeded
    try:
        await _upload(site, keys, template, keyless=keyless)
    except NameRefused as error:
        if error.code != "name_missing":
            raise
    else:
        return site
    site = await ensure_named(site)
    await _upload(site, keys, template, keyless=keyless)
    return site


async def _upload(site: Site, keys: Keys | None, template: Template, *, keyless: bool) -> None:
    body = upload_body(site.deployment, template, keys=keys, token=site.token, keyless=keyless)
    await write(site, "PUT", body=body, params={"excludeScript": "true", "bindings_inherit": "strict"})


async def ensure_address(site: Site) -> None:
    """Switch the Worker's workers.dev address on, and previews of other versions off."""
    await write(site, "POST", "subdomain", body=json_body({"enabled": True, "previews_enabled": False}))


async def ensure_schedule(site: Site, *, look: bool = True) -> Schedule:
    """Set the one cron expression; sent after every upload, because schedules have been seen to stop after one.

    An account over its budget of crons refuses every such change, even one that changes nothing; then `look` tells
    whether the expression is there. Where it is not, the Worker has to wake itself: `alarm`.
    """
    try:
        await write(site, "PUT", "schedules", body=json_body([{"cron": CRON}]))
    except AccountRefused as error:
        if error.code != "cron_limit":
            raise
    else:
        return "cron"
    return "cron" if look and CRON in await read_schedules(site) else "alarm"


async def read_schedules(site: Site) -> tuple[str, ...]:
    """The Worker's cron expressions, as Cloudflare lists them."""
    account_id = site.deployment.account_id
    path = account_path(account_id, "scripts", site.deployment.script, "schedules")
    result = (await site.cloudflare.read(site.token, path)).result
    entries = records(result, "schedules") if isinstance(result, dict) else []
    return tuple(text(entry, "cron") for entry in entries)


async def remove(site: Site) -> bool:
    """Delete the Worker with its schedule, its secrets and its stored state; False if it was gone already.

    Raises ForeignScript when something else has its name. Nothing is cancelled at the broker.
    """
    if await own_script(site) is None:
        return False
    try:
        await write(site, "DELETE", params={"force": "true"})
    except ScriptAbsent:
        return False
    return True


async def remaining(site: Site) -> bool:
    """Whether Cloudflare still lists the Worker."""
    scripts = await read_scripts(site.cloudflare, site.token, site.deployment.account_id)
    return any(script.name == site.deployment.script for script in scripts)


# -- how the steps look and change ------------------------------------------------------------------------------------


async def own_script(site: Site) -> ScriptInfo | None:
    """Find the deployment's Worker in its account. Raises ForeignScript when something else has its name."""
    deployment = site.deployment
    scripts = await read_scripts(site.cloudflare, site.token, deployment.account_id)
    present = next((script for script in scripts if script.name == deployment.script), None)
    if present is not None and present.deployment_id != deployment.deployment_id:
        raise ForeignScript(deployment.script)
    return present


async def write(
    site: Site, method: str, *rest: str, body: Body | None = None, params: Mapping[str, str] | None = None
) -> None:
    """Change the deployment's Worker, and say it if the token turns out not to be good for that."""
    account_id = site.deployment.account_id
    path = account_path(account_id, "scripts", site.deployment.script, *rest)
    try:
        await site.cloudflare.write(site.token, method, path, body, params, account_id=account_id)
    except TokenRefused as error:
        refusal = error
    else:
        return
    raise await explain(site.cloudflare, site.token, refusal, SCRIPTS, account_id)
