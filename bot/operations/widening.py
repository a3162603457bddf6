"""Wider limits, or symbols nobody agreed to before, for a Worker that runs: with the user's token and a new consent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.operations.workshop import Workshop, done, with_token
from bot.runner.port import Operation, Outcome, Report
from bot.storage import workers
from deploy.errors import NotAnswering
from deploy.secret import Secret
from deploy.widening import ensure_widened, set_plan

WIDENING: Final = ("agree", "answering")


async def widen(shop: Workshop, operation: Operation, report: Report) -> Outcome:
    """Put the plan and the ceilings agreed to into the Worker; everything else in it stays."""
    await report("agree")
    plan, ceilings = operation.arguments["plan"], operation.arguments["limits"]

    async def work(row: workers.Worker, token: Secret) -> Outcome:
        return await _widen(shop, replace(row, plan=plan, ceilings=ceilings), token, report)

    return await with_token(shop, operation, work)


async def _widen(shop: Workshop, row: workers.Worker, token: Secret, report: Report) -> Outcome:
    site = shop.site(row, token)
    await set_plan(site)
    await report("answering")
    try:
        await ensure_widened(site, shop.client(row))
        answering = True
    except NotAnswering:
        answering = False
    return done("widened", worker=row.id, plan=_plain(row.plan), ceilings=_plain(row.ceilings), answering=answering)


def _plain(fields: Mapping[str, object]) -> dict[str, object]:
    return dict(fields)
