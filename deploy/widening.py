"""Another plan and other ceilings for a Worker that runs: what its owner agreed to anew."""

from __future__ import annotations

from typing import Final

from deploy.commands import WorkerClient
from deploy.deployment import plan_body
from deploy.errors import NotAnswering, WorkerError
from deploy.inspection import own_bindings
from deploy.reports import Status
from deploy.steps import Site, write

PATIENCE: Final = 60.0  # seconds for a new version to be everywhere
BETWEEN_LOOKS: Final = 1.0


async def set_plan(site: Site) -> None:
    """Put the deployment's plan and ceilings into its Worker: one read, one change, which may be repeated.

    Code, keys, the other variables, stored state and pause stay. Raises ScriptAbsent or ForeignScript.
    """
    present = [binding.name for binding in await own_bindings(site)]
    await write(site, "PATCH", "settings", body=plan_body(site.deployment, present))


async def ensure_widened(site: Site, worker: WorkerClient, patience: float = PATIENCE) -> Status:
    """Look until the Worker says that it has the ceilings of the deployment. Raises NotAnswering after `patience`."""
    began, found = worker.clock.monotonic(), ""
    while worker.clock.monotonic() - began < patience:
        try:
            status = await worker.status()
            if dict(status.ceilings) == dict(site.deployment.ceilings):
                return status
            found = "the earlier version answers"
        except WorkerError as error:
            found = str(error)
        await worker.clock.sleep(BETWEEN_LOOKS)
    raise NotAnswering(found)
