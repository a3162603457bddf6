"""Commands to a Worker about its trading: arm, plan and limits, orders, shares, the account's lock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from bot.operations.tending import card
from bot.operations.workshop import Workshop, done, failed, lost_key, refused
from bot.runner.port import Operation, Outcome, Report
from bot.storage import workers
from bot.vault.keyring import CannotOpen
from deploy.commands import UNKNOWN_COMMAND, WorkerClient
from deploy.errors import DeployError, WorkerAbsent, WorkerRefused
from deploy.outcomes import Closing, Sale
from flows.words import read_number

TRADING = ("arm", "set", "cancel_orders", "preview", "close", "lock", "unlock")
REFUSALS = {
    UNKNOWN_COMMAND: "worker_outdated",
    "market_closed": "market_closed",
    "beyond_ceiling": "beyond_ceiling",
}


async def trade(shop: Workshop, operation: Operation, report: Report) -> Outcome:
    """Do what the operation's kind says, then ask the Worker how it stands."""
    await report(operation.kind)
    return await with_client(shop, operation, partial(_trade, shop, operation))


async def _trade(shop: Workshop, operation: Operation, row: workers.Worker, client: WorkerClient) -> Outcome:
    if operation.kind == "preview":
        return _preview(row.id, await client.close(dry=True))
    code, more = await _do(client, operation)
    told = card(await client.status(), int(shop.clock()), shop.template.version)
    return done(code, **{**told, **more, "worker": row.id})


async def with_client(
    shop: Workshop, operation: Operation, work: Callable[[workers.Worker, WorkerClient], Awaitable[Outcome]]
) -> Outcome:
    """Do what a Worker does when it is asked to; ends with what is missing, or why it did not."""
    row = await shop.worker(operation.chat_id, operation.arguments["worker"])
    if row is None:
        return failed("worker_forgotten")
    try:
        return await work(row, shop.client(row))
    except CannotOpen:
        return lost_key()
    except WorkerAbsent:
        return failed("worker_absent", worker=row.id)
    except WorkerRefused as error:
        return refusal(error)
    except DeployError as error:
        return refused(error)


def refusal(error: WorkerRefused) -> Outcome:
    """End with what a Worker refused, by its name where that is known."""
    code = REFUSALS.get(error.reason)
    return failed(code, detail=error.message) if code else refused(error)


async def _do(client: WorkerClient, operation: Operation) -> tuple[str, Mapping[str, object]]:
    match operation.kind:
        case "arm":
            await client.arm()
            return "armed", {}
        case "set":
            return await _set(client, operation.arguments)
        case "cancel_orders":
            answer = await client.cancel()
            more = {"cancelled": answer.cancelled, "left": answer.left, "remark": answer.warning or ""}
            return "orders_cancelled", more
        case "close":
            return "closed", {"remark": (await client.close(dry=False)).message}
        case "lock":
            return ("locked" if await client.lock() else "status"), {}
        case "unlock":
            return ("status" if await client.unlock() else "unlocked"), {}
        case kind:
            raise AssertionError(kind)


async def _set(client: WorkerClient, arguments: Mapping[str, Any]) -> tuple[str, Mapping[str, object]]:
    plan, limits = arguments.get("plan"), arguments.get("limits")
    chosen = await client.set(plan=plan, limits=limits)
    if plan is None:
        return "limit_set", {}
    watches = chosen.plan.get("kind") == "watch"
    return ("watch_set" if watches else "plan_set"), {}


def _preview(worker: str, closing: Closing) -> Outcome:
    values = [read_number(sale.value) for sale in closing.orders]
    known = [value for value in values if value is not None]
    total = f"{sum(known):.2f}" if known and len(known) == len(values) else ""
    remark = closing.message if closing.market_open is False else ""
    return done("preview", worker=worker, orders=[_sale(each) for each in closing.orders], total=total, remark=remark)


def _sale(sale: Sale) -> dict[str, str]:
    return {"side": "sell", "symbol": sale.symbol, "qty": sale.qty, "value": sale.value}
