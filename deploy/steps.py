"""The steps of a deploy and what is done to a deployed Worker later.

Each step looks before it changes, or sends what may be sent twice, so a whole `deploy` can be started again after any
interruption and ends in the same place. An account gets one change at a time, since Cloudflare refuses concurrent ones.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from deploy.accounts import SCRIPTS, ScriptInfo, read_scripts
from deploy.cloudflare import Body, Cloudflare, account_path, json_body
from deploy.commands import CommandKey, WorkerClient
from deploy.deployment import CRON, Deployment, Keys, secrets_body, upload_body
from deploy.diagnosis import explain
from deploy.errors import (
    ForeignScript,
    KeysNeeded,
    NameRefused,
    NotAnswering,
    ScriptAbsent,
    TokenRefused,
    WorkerAbsent,
    WorkerError,
)
from deploy.names import ensure_name
from deploy.reports import Run, Status
from deploy.secret import Secret
from deploy.template import Template

ADDRESS_PATIENCE = 240.0  # seconds a fresh workers.dev address has been seen to take
GONE_PATIENCE = 300.0
FIRST_LOOKS, LATER_LOOK = (0.25, 0.5, 1.0, 2.0, 3.0), 5.0
LONGEST_LOOK = 10.0
TICK_ATTEMPTS = 2


class Step(StrEnum):
    """What a deploy consists of, in its order."""

    NAME = "ensure_name"
    SCRIPT = "ensure_script"
    ADDRESS = "ensure_address"
    SCHEDULE = "ensure_schedule"
    ANSWERING = "ensure_answering"
    TICK = "first_tick"


class State(StrEnum):
    """How a step is doing; `waiting`, told at every look, means that Cloudflare takes its time and nothing is wrong."""

    STARTED = "started"
    WAITING = "waiting"
    DONE = "done"


Progress = Callable[[Step, State], Awaitable[None]]
Schedule = Literal["cron"]


@dataclass(frozen=True, slots=True)
class Site:
    """One deployment in one account, and the token that opens it."""

    cloudflare: Cloudflare
    token: Secret
    deployment: Deployment


@dataclass(frozen=True, slots=True)
class Deployed:
    """The end of a deploy; `first_run` is None when the Worker answers but its first tick gave no report yet."""

    url: str
    subdomain: str
    first_run: Run | None
    schedule: Schedule


async def deploy(
    site: Site,
    *,
    keys: Keys | None,
    template: Template,
    command_key: CommandKey,
    progress: Progress,
    first: bool = False,
) -> Deployed:
    """Bring a deployment up, from whatever state an earlier attempt left it in.

    `first` says that nothing was ever uploaded for it, that its account has the name it states and that its script
    name was seen free: then three requests to Cloudflare are enough. Otherwise two reads come first. Without `keys`
    the script must already carry them, else KeysNeeded is raised.
    """
    if not first:
        async with _announced(progress, Step.NAME):
            site = await ensure_named(site)
    async with _announced(progress, Step.SCRIPT):
        site = await ensure_script(site, keys=keys, template=template, look=not first)
    async with _announced(progress, Step.ADDRESS):
        await ensure_address(site)
    async with _announced(progress, Step.SCHEDULE):
        schedule = await ensure_schedule(site)
    url = site.deployment.url
    worker = WorkerClient(site.cloudflare.http, url, command_key, site.cloudflare.clock)
    async with _announced(progress, Step.ANSWERING):
        await ensure_answering(worker, site.deployment.deployment_id, progress)
    async with _announced(progress, Step.TICK):
        first_run = await first_tick(worker)
    return Deployed(url, site.deployment.subdomain, first_run, schedule)


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


async def ensure_script(site: Site, *, keys: Keys | None, template: Template, look: bool = True) -> Site:
    """Upload code, variables, secrets, Durable Object, logs and tags in one request.

    With `look`, and always without `keys`, the account's Workers are read before: ForeignScript if the name belongs to
    something else, KeysNeeded if there are no keys and no earlier upload of this deployment that carries them. If the
    account turns out to have no workers.dev name it gets one, and the deployment comes back with it.
    """
    if look or keys is None:
        present = await _own_script(site)
        if present is None and keys is None:
            raise KeysNeeded
    try:
        await _upload(site, keys, template)
    except NameRefused as error:
        if error.code != "name_missing":
            raise
    else:
        return site
    site = await ensure_named(site)
    await _upload(site, keys, template)
    return site


async def _upload(site: Site, keys: Keys | None, template: Template) -> None:
    body = upload_body(site.deployment, template, keys=keys, token=site.token)
    await _write(site, "PUT", body=body, params={"excludeScript": "true", "bindings_inherit": "strict"})


async def ensure_address(site: Site) -> None:
    """Switch the Worker's workers.dev address on, and previews of other versions off."""
    await _write(site, "POST", "subdomain", body=json_body({"enabled": True, "previews_enabled": False}))


async def ensure_schedule(site: Site) -> Schedule:
    """Set the one cron expression; sent after every upload, because schedules have been seen to stop after one.

    Raises AccountRefused(cron_limit) when the account has no cron left to give.
    """
    await _write(site, "PUT", "schedules", body=json_body([{"cron": CRON}]))
    return "cron"


async def ensure_answering(
    worker: WorkerClient, deployment_id: str, progress: Progress | None = None, patience: float = ADDRESS_PATIENCE
) -> Status:
    """Look until the Worker answers a signed command as this very deployment; raises NotAnswering after `patience`."""
    worker = replace(worker, seconds=min(worker.seconds, LONGEST_LOOK))
    began, looks = worker.clock.monotonic(), 0
    while True:
        found = await _answering(worker, deployment_id)
        if isinstance(found, Status):
            return found
        if progress is not None:
            await progress(Step.ANSWERING, State.WAITING)
        pause = FIRST_LOOKS[looks] if looks < len(FIRST_LOOKS) else LATER_LOOK
        if worker.clock.monotonic() - began + pause > patience:
            raise NotAnswering(found)
        await worker.clock.sleep(pause)
        looks += 1


async def _answering(worker: WorkerClient, deployment_id: str) -> Status | str:
    """The Worker's status, or why that is not there yet: no route, an older version, no certificate."""
    try:
        status = await worker.status()
    except WorkerError as error:
        return str(error)
    return status if status.deployment == deployment_id else "another deployment answers"


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


async def update(site: Site, template: Template) -> None:
    """Replace the code of a running Worker, keeping its secrets, state and pause: two changes after one look."""
    await ensure_script(site, keys=None, template=template)
    await ensure_schedule(site)


async def change_keys(site: Site, keys: Keys) -> None:
    """Replace both broker keys in one new version; one request. Raises ScriptAbsent when there is no such Worker."""
    await _write(site, "PATCH", "secrets-bulk", body=secrets_body(keys))


async def remove(site: Site) -> bool:
    """Delete the Worker with its schedule, its secrets and its stored state; False if it was gone already.

    Raises ForeignScript when something else has its name. Nothing is cancelled at the broker.
    """
    if await _own_script(site) is None:
        return False
    try:
        await _write(site, "DELETE", params={"force": "true"})
    except ScriptAbsent:
        return False
    return True


async def remaining(site: Site) -> bool:
    """Whether Cloudflare still lists the Worker."""
    scripts = await read_scripts(site.cloudflare, site.token, site.deployment.account_id)
    return any(script.name == site.deployment.script for script in scripts)


async def gone(worker: WorkerClient, patience: float = GONE_PATIENCE) -> bool:
    """Look, without any token, until a Worker that deletes itself no longer answers; False if it could not be seen."""
    began = worker.clock.monotonic()
    while True:
        try:
            await worker.status()
        except WorkerAbsent:
            return True
        except WorkerError:
            pass  # an error page or a broken line says nothing about the Worker being gone
        waited = worker.clock.monotonic() - began
        pause = 1.0 if waited < LATER_LOOK else LATER_LOOK
        if waited + pause > patience:
            return False
        await worker.clock.sleep(pause)


# -- how the steps look and change ------------------------------------------------------------------------------------


async def _own_script(site: Site) -> ScriptInfo | None:
    deployment = site.deployment
    scripts = await read_scripts(site.cloudflare, site.token, deployment.account_id)
    present = next((script for script in scripts if script.name == deployment.script), None)
    if present is not None and present.deployment_id != deployment.deployment_id:
        raise ForeignScript(deployment.script)
    return present


async def _write(
    site: Site, method: str, *rest: str, body: Body | None = None, params: Mapping[str, str] | None = None
) -> None:
    account_id = site.deployment.account_id
    path = account_path(account_id, "scripts", site.deployment.script, *rest)
    try:
        await site.cloudflare.write(site.token, method, path, body, params, account_id=account_id)
    except TokenRefused as error:
        refusal = error
    else:
        return
    raise await explain(site.cloudflare, site.token, refusal, SCRIPTS, account_id)
