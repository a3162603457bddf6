"""Is what runs what is published? And newer code for a Worker, with the same token."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Final

from bot.operations.workshop import Workshop, account_hash, done, with_token
from bot.runner.port import Operation, Outcome, Report
from bot.storage import workers
from bot.vault.keyring import CannotOpen
from deploy.adopting import leftovers
from deploy.answering import ensure_answering, settle_clock
from deploy.commands import WorkerClient
from deploy.comparison import Comparison, Expected, compare
from deploy.errors import NotAnswering, WorkerError
from deploy.inspection import Found, inspect
from deploy.secret import Secret
from deploy.steps import Site, ensure_schedule
from deploy.updating import upload_code

READING: Final = ("read", "compare")
UPDATE: Final = ("script", "schedule", "answering")
LOOK: Final = 10.0  # seconds
ARRIVAL: Final = 30.0  # seconds for a new version to be everywhere
LONGEST_NAME, MOST_DIFFERENCES = 60, 20


async def verify(shop: Workshop, operation: Operation, report: Report) -> Outcome:
    """Read the Worker back from Cloudflare's API and compare it with what is published; nothing is changed."""
    await report("read")
    return await with_token(shop, operation, partial(_verify, shop, report))


async def _verify(shop: Workshop, report: Report, row: workers.Worker, token: Secret) -> Outcome:
    inspected = await inspect(_site(shop, row, token))
    await report("compare")
    known = await shop.database.read(partial(workers.in_account, account=row.cloudflare_account))
    left = leftovers(inspected.scripts, frozenset(each.script for each in known if each.state != "deploying"))
    beside = {"strays": [[each.script, each.mode, each.deployment_id] for each in left]}
    if inspected.found is None:
        return done("verified", worker=row.id, verdict="absent", **beside)
    expected = Expected(
        _site(shop, row, token).deployment,
        shop.template,
        row.template,
        lambda account: account_hash(row.id, account) == row.alpaca_account_hash,
        row.schedule,
    )
    comparison = compare(inspected.found, expected)
    return done("verified", worker=row.id, **beside, **_findings(inspected.found, comparison))


def _site(shop: Workshop, row: workers.Worker, token: Secret) -> Site:
    """Describe the Worker's place; without a command key where ours is lost, which is no reason not to look."""
    try:
        return shop.site(row, token)
    except CannotOpen:
        return shop.site(row, token, command_key=False)


def _findings(found: Found, comparison: Comparison) -> dict[str, Any]:
    return {
        "verdict": comparison.code,
        "differences": [[each.kind, each.name[:LONGEST_NAME]] for each in comparison.differences[:MOST_DIFFERENCES]],
        "more": max(0, len(comparison.differences) - MOST_DIFFERENCES),
        "bindings": [binding.name for binding in found.bindings],
        "secrets": [binding.name for binding in found.bindings if binding.kind == "secret_text"],
        "modules": len(found.modules),
        "bytes": sum(len(module.content) for module in found.modules),
        "schedules": list(found.schedules),
        "address": found.address,
        "domains": list(found.domains),
        "releases": len(found.releases),
        "last_release": found.releases[0].created_on if found.releases else "",
    }


async def update(shop: Workshop, operation: Operation, report: Report) -> Outcome:
    """Put the published code in place of what runs; secrets, variables, stored state and pause stay."""
    await report("script")
    present = [str(name) for name in operation.arguments.get("bindings") or ()]
    return await with_token(shop, operation, partial(_update, shop, report, present))


async def _update(shop: Workshop, report: Report, present: list[str], row: workers.Worker, token: Secret) -> Outcome:
    site, client = shop.site(row, token), shop.client(row)
    await upload_code(site, shop.template, present, sealed=await _sealed(client))
    await report("schedule")
    schedule = await ensure_schedule(site)
    await report("answering")
    try:
        status = await ensure_answering(client, row.id[:8], template=shop.template.version, patience=ARRIVAL)
        await settle_clock(client, schedule, status)
        answering = True
    except NotAnswering:
        answering = False
    about = {"template": shop.template.digest, "schedule": schedule, "answering": answering}
    return done("updated", worker=row.id, **about)


async def _sealed(client: WorkerClient) -> bool:
    """Ask whether the keys in force are in its memory: others among its secrets are then left out for good.

    One that does not answer now keeps what it has; keys that do not count stay so, for the stamp stays, too.
    """
    try:
        status = await replace(client, seconds=LOOK).status()
    except WorkerError:
        return False
    return status.keys is not None and status.keys.held and status.keys.where == "store"
