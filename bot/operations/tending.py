"""Signed commands to a Worker that runs: status, pause, resume, destroy."""

from __future__ import annotations

from datetime import datetime

from bot.operations.workshop import Workshop, done, failed, lost_key, refused
from bot.runner.port import Operation, Outcome, Report
from bot.storage import workers
from bot.vault.keyring import CannotOpen
from deploy.answering import gone, last_event
from deploy.errors import DeployError, WorkerAbsent, WorkerError, WorkerRefused, WorkerUnreachable
from deploy.reports import Order, Run, Status
from deploy.secret import Secret
from deploy.steps import remove
from flows.words import read_number

REFUSALS = {
    "no_token": "no_token",
    "wrong_pair": "wrong_pair",
    "other_account": "other_alpaca_account",
    "account_not_active": "account_not_active",
    "alpaca_unreachable": "alpaca_unreachable",
    "cloudflare_refused": "token_dead",
}


async def tend(shop: Workshop, operation: Operation, report: Report) -> Outcome:
    """Do what the operation's kind says: status, pause or resume."""
    await report(operation.kind)
    row = await shop.worker(operation.chat_id, operation.arguments["worker"])
    if row is None:
        return failed("worker_forgotten")
    try:
        client = shop.client(row)
        if operation.kind == "pause":
            await client.pause()
        elif operation.kind == "resume":
            await client.resume()
        status = await client.status()
    except CannotOpen:
        return lost_key()
    except WorkerAbsent:
        return failed("not_answering" if row.state == "arriving" else "worker_absent", worker=row.id)
    except DeployError as error:
        return refused(error)
    # A Worker that latched itself may stay paused though it was told to go on; its card then says why.
    code = {("pause", False): "paused", ("resume", True): "resumed"}.get(
        (operation.kind, status.paused is None), "status"
    )
    return done(code, **card(status, int(shop.clock()), shop.template.version), worker=row.id)


def card(status: Status, now: int, newest: str = "") -> dict[str, object]:
    """Give a Worker's status as the conversation shows it; `newest` is the version it could have."""
    tick, account = status.last_tick, status.account
    return {
        "at": now,
        "running": status.paused is None,
        "locked": status.paused is not None and status.paused.reason == "suspended",
        "paused_by": status.paused.reason if status.paused else "",
        "why_paused": status.paused.note if status.paused else "",
        "last_tick": tick.outcome if tick else "",
        "last_reason": tick.reason if tick else "",
        "last_code": tick.code if tick else "",
        "last_at": _unix(tick.at) if tick else 0,
        "next_at": _unix(status.next_tick),
        "ticks": status.ticks,
        "equity": account.equity if account else "",
        "cash": account.cash if account else "",
        "currency": account.currency if account else "",
        "positions": _shares(status),
        "orders": [_order(order) for order in status.orders_today] if status.armed else meant(tick),
        "armed": status.armed,
        "plan": dict(status.plan),
        "limits": dict(status.limits),
        "ceilings": dict(status.ceilings),
        **_worth(status),
        "schedule": status.schedule,
        "outdated": bool(newest and status.template and status.template != newest),
        "key_ending": status.key_ending,
        "template": status.template[:20],
        "keyless": status.keyless,
        "holds_token": status.holds_cloudflare_token,
        "account_ending": status.keys.account_ending if status.keys else "",
    }


def _shares(status: Status) -> list[dict[str, str]]:
    """List its own shares; a bot that only watches shows what the account holds."""
    if status.holdings or status.plan.get("kind") != "watch":
        return [{"symbol": each.symbol, "qty": each.qty, "cost": each.cost, "value": each.value}
                for each in status.holdings]  # fmt: skip
    return [{"symbol": each.symbol, "qty": each.qty, "value": each.market_value} for each in status.positions]


def _worth(status: Status) -> dict[str, str]:
    budget = status.budget
    if budget is None:
        return {"invested": "", "value": "", "profit": ""}
    costs, value = [read_number(each.cost) for each in status.holdings], read_number(budget.value)
    profit = "" if value is None or None in costs else f"{value - sum(cost for cost in costs if cost is not None):.2f}"
    return {"invested": budget.invested, "value": budget.value if profit else "", "profit": profit}


def moneyless(row: workers.Worker, cash: str) -> bool:
    """Tell whether a bot that is to buy with real money finds none to do it with: an order is for a dollar at least."""
    amount = read_number(cash)
    return row.mode == "live" and row.plan.get("kind") != "watch" and amount is not None and amount < 1


def meant(run: Run | None) -> list[dict[str, str]]:
    """List what a trial would have ordered."""
    return [_size(order) for order in run.orders if order.status == "dry"] if run else []


def _order(order: Order) -> dict[str, str]:
    return {**_size(order), "state": order.status}


def _size(order: Order) -> dict[str, str]:
    return {"side": order.side, "symbol": order.symbol, "notional": order.notional or "", "qty": order.qty or ""}


def _unix(iso: str) -> int:
    try:
        return int(datetime.fromisoformat(iso).timestamp())
    except ValueError:
        return 0


async def destroy(shop: Workshop, operation: Operation, report: Report) -> Outcome:
    """Stop the Worker, cancel its orders, delete it; and make sure that it is gone."""
    await report("destroy")
    row = await shop.worker(operation.chat_id, operation.arguments["worker"])
    if row is None:
        return done("destroyed")
    ticket = operation.arguments.get("token")
    token = await shop.token(operation.chat_id, ticket) if ticket else None
    about = {"worker": row.id, "script": row.script, "account": row.cloudflare_account}
    if ticket and token is None:
        return failed("token_gone", **about)
    try:
        return await _destroy(shop, row, token, about, again=operation.attempts > 1)
    except CannotOpen:
        return failed("command_key_lost", **about)
    except DeployError as error:
        return failed(error.code, **{**refused(error).data, **about})


async def _destroy(
    shop: Workshop, row: workers.Worker, token: Secret | None, about: dict[str, str], *, again: bool
) -> Outcome:
    if token is not None:
        open_orders = await _farewell(shop, row)
        await remove(shop.site(row, token, command_key=False))
        return done("destroyed", **about, open_orders=open_orders)
    client = shop.client(row)
    try:
        await client.pause()
    except WorkerAbsent:
        # After an interruption this may be our own doing; otherwise somebody with a token has to look.
        return done("destroyed", **about) if again else failed("worker_absent", **about)
    before, open_orders = await last_event(client), False
    try:
        open_orders = bool((await client.destroy()).warning)
    except WorkerRefused as error:
        return failed(REFUSALS.get(error.reason, "worker_refused"), detail=error.message, **about)
    except (WorkerAbsent, WorkerUnreachable):
        pass  # it may have gone before its answer was through
    sure = await gone(client, after=before)
    return done("destroyed" if sure else "unsure", **about, open_orders=open_orders)


async def _farewell(shop: Workshop, row: workers.Worker) -> bool:
    """Have the Worker pause and cancel its own orders before it goes; True if some may still be open."""
    try:
        return bool((await shop.client(row).destroy()).warning)
    except WorkerAbsent:
        return False
    except WorkerRefused as error:
        return error.warning or error.reason != "no_token"
    except (WorkerError, CannotOpen):
        return True
