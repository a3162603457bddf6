"""Has a Worker wake itself by its own alarm, when Cloudflare's schedule no longer does."""

from __future__ import annotations

from bot.operations.tending import card
from bot.operations.workshop import Workshop, done, failed, lost_key, refused
from bot.runner.port import Operation, Outcome, Report
from bot.vault.keyring import CannotOpen
from deploy.commands import UNKNOWN_COMMAND
from deploy.errors import DeployError, WorkerAbsent, WorkerRefused


async def wake(shop: Workshop, operation: Operation, report: Report) -> Outcome:
    """Switch the alarm on, and look how the Worker does; doing it twice changes nothing."""
    await report("wake")
    row = await shop.worker(operation.chat_id, operation.arguments["worker"])
    if row is None:
        return failed("worker_forgotten")
    try:
        client = shop.client(row)
        await client.alarm(on=True)
        status = await client.status()
    except CannotOpen:
        return lost_key()
    except WorkerAbsent:
        return failed("worker_absent", worker=row.id)
    except DeployError as error:
        outdated = isinstance(error, WorkerRefused) and error.reason == UNKNOWN_COMMAND
        return failed("worker_outdated") if outdated else refused(error)
    return done("woken", worker=row.id, **card(status, int(shop.clock()), shop.template.version))
