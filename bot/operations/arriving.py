"""A Worker that is in place but whose new address does not answer yet: waited for while the user does other things."""

from __future__ import annotations

from typing import Final

from bot.operations.deploying import trades
from bot.operations.tending import meant
from bot.operations.workshop import Workshop, done, failed, lost_key, refused
from bot.runner.port import Operation, Outcome, Report
from bot.vault.keyring import CannotOpen
from deploy.answering import ADDRESS_PATIENCE, Schedule, come_up
from deploy.errors import DeployError, NotAnswering

STRETCH: Final = 20.0  # seconds after which to see whether the Worker is still wanted


async def arrive(shop: Workshop, operation: Operation, report: Report) -> Outcome:
    """Wait up to four minutes for the address, then start the Worker's clock and have it take its first look."""
    await report("answering")
    try:
        return await _arrive(shop, operation)
    except CannotOpen:
        return lost_key()
    except DeployError as error:
        return refused(error)


async def _arrive(shop: Workshop, operation: Operation) -> Outcome:
    schedule: Schedule = "alarm" if operation.arguments.get("schedule") == "alarm" else "cron"
    began = shop.cloudflare.clock.monotonic()
    while (row := await shop.worker(operation.chat_id, operation.arguments["worker"])) is not None:
        left = began + ADDRESS_PATIENCE - shop.cloudflare.clock.monotonic()
        if left <= 0:
            return failed("not_arrived", worker=row.id)
        try:
            status, run = await come_up(shop.client(row), row.id[:8], schedule, patience=min(STRETCH, left))
        except NotAnswering:
            continue
        told = {"outcome": run.outcome, "reason": run.reason, "last_code": run.code} if run else {}
        return done("arrived", worker=row.id, **told, orders=meant(run), armed=trades(status))
    return done("removed_meanwhile")
