"""A Worker of Soar's that Soar has no record of: it is given a new command key, so that it listens again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deploy.accounts import ScriptInfo
from deploy.answering import Schedule, ensure_answering, settle_clock
from deploy.commands import CommandKey, WorkerClient
from deploy.deployment import DEPLOYMENT_ID, OWN_TOKEN, SCRIPT_NAME, Mode, key_body
from deploy.errors import ScriptAbsent, WorkerError, WorkerRefused
from deploy.inspection import Binding, own_bindings
from deploy.reports import Status
from deploy.steps import Site, ensure_address, ensure_schedule, remove, write

ADOPTION_PATIENCE = 60.0
FAREWELL_LOOKS = (0.5, 1.0, 2.0)  # seconds between tries while the version with the new key arrives everywhere


@dataclass(frozen=True, slots=True)
class Leftover:
    """A Worker with Soar's tags that nobody has a record of."""

    script: str
    mode: Mode
    deployment_id: str


def leftovers(scripts: Sequence[ScriptInfo], known: frozenset[str]) -> tuple[Leftover, ...]:
    """Pick those of Soar's Workers whose names are not `known`; what is tagged only by half is left alone."""
    return tuple(found for script in scripts if (found := _leftover(script)) and found.script not in known)


def _leftover(script: ScriptInfo) -> Leftover | None:
    mode, deployment_id = script.mode, script.deployment_id or ""
    if mode not in {"paper", "live"} or not DEPLOYMENT_ID.fullmatch(deployment_id):
        return None
    if not SCRIPT_NAME.fullmatch(script.name):
        return None
    return Leftover(script.name, "live" if mode == "live" else "paper", deployment_id)


async def adopt(site: Site, command_key: CommandKey, present: Sequence[Binding]) -> tuple[Status, Schedule]:
    """Have a Worker obey `command_key` and see that it does: three changes, each of which may be repeated.

    Its code, keys, plan, state and pause stay. `present` are the bindings it has now, as `own_bindings` reads them.
    """
    await _give_key(site, command_key, present)
    await ensure_address(site)
    schedule = await ensure_schedule(site)
    worker = WorkerClient(site.cloudflare.http, site.deployment.url, command_key, site.cloudflare.clock)
    status = await ensure_answering(worker, site.deployment.deployment_id, patience=ADOPTION_PATIENCE)
    await settle_clock(worker, schedule, status)
    return status, schedule


async def clear(site: Site, command_key: CommandKey) -> bool:
    """Take a Worker away that nobody has a record of; False when it was gone. Raises ForeignScript.

    It is given a key of ours first, so that it can be told to cancel its own orders; if it does not listen it is
    removed all the same.
    """
    try:
        await _give_key(site, command_key, await own_bindings(site))
    except ScriptAbsent:
        return False
    worker = WorkerClient(site.cloudflare.http, site.deployment.url, command_key, site.cloudflare.clock, seconds=10.0)
    await _farewell(worker)
    return await remove(site)


async def _give_key(site: Site, command_key: CommandKey, present: Sequence[Binding]) -> None:
    body = key_body(command_key.public, site.deployment.form, [binding.name for binding in present])
    await write(site, "PATCH", "settings", body=body)


async def _farewell(worker: WorkerClient) -> None:
    for pause in (*FAREWELL_LOOKS, None):
        try:
            await worker.destroy()
        except WorkerRefused as error:
            if error.reason != "unauthorized" or pause is None:
                return
        except WorkerError:
            return
        else:
            return
        await worker.clock.sleep(pause)


def holds_token(present: Sequence[Binding]) -> bool:
    """Whether the Worker keeps a Cloudflare token of its own."""
    return any(binding.name == OWN_TOKEN and binding.kind == "secret_text" for binding in present)
