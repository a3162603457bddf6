"""Check the keys, put a Worker in place, take its first look; or take back what was begun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from bot.keycheck import Good
from bot.keycheck.symbols import first_flaw
from bot.operations.keys import verdict
from bot.operations.tending import meant, moneyless
from bot.operations.workshop import Workshop, account_hash, done, failed, lost_key, refused, script_name
from bot.runner.port import Operation, Outcome, Report
from bot.storage import workers
from bot.vault.keyring import CannotOpen
from deploy.commands import CommandKey
from deploy.deployment import Keys
from deploy.errors import DeployError
from deploy.reports import Status
from deploy.secret import Secret
from deploy.steps import State, Step, deploy, remove

PATIENCE: Final = 8.0  # seconds to wait for a new address before the user is let go, and told later
STEPS: Final = ("check_keys", "script", "address", "schedule", "answering", "first_tick")
SHOWN: Final = {
    Step.SCRIPT: "script",
    Step.ADDRESS: "address",
    Step.SCHEDULE: "schedule",
    Step.ANSWERING: "answering",
    Step.TICK: "first_tick",
}


async def deploy_worker(shop: Workshop, operation: Operation, report: Report) -> Outcome:
    """Bring the Worker up from whatever state an earlier attempt left it in."""
    await report("check_keys")
    token = await shop.token(operation.chat_id, operation.arguments.get("token"))
    if token is None:
        return failed("token_gone")
    keys = await shop.keys(operation.chat_id, operation.arguments)
    if keys is None:
        return failed("keys_gone")
    found = verdict(await shop.checker.check(keys.key_id, keys.secret, operation.arguments["mode"]))
    if isinstance(found, Outcome):
        return found
    flaw = await first_flaw(
        shop.cloudflare.http, shop.places.alpaca[operation.arguments["mode"]], keys, wanted(operation)
    )
    if flaw is not None:
        return failed(str(flaw.flaw), detail=flaw.symbol)
    row, first = await ensure_row(shop, operation, found, keys)
    try:
        return await _deploy(shop, row, token, keys, found, report, first=first)
    except CannotOpen:
        return lost_key()
    except DeployError as error:
        return refused(error)


def wanted(operation: Operation) -> list[str]:
    """List the symbols a new Worker may order."""
    symbols = _figures(operation.arguments["limits"]).get("symbols")
    return [str(symbol) for symbol in symbols] if isinstance(symbols, list) else []


async def _deploy(  # noqa: PLR0917
    shop: Workshop, row: workers.Worker, token: Secret, keys: Keys, found: Good, report: Report, *, first: bool
) -> Outcome:
    async def progress(step: Step, state: State) -> None:
        if state is State.STARTED and step in SHOWN:
            await report(SHOWN[step])

    site = shop.site(row, token, alpaca_account=found.account_id)
    deployed = await deploy(
        site,
        keys=keys,
        template=shop.template,
        command_key=shop.command_key(row),
        progress=progress,
        first=first,
        patience=PATIENCE,
    )
    run = deployed.first_run
    return done(
        "deployed",
        worker=row.id,
        script=row.script,
        url=deployed.url,
        subdomain=deployed.subdomain,
        schedule=deployed.schedule,
        answering=deployed.answering,
        outcome=run.outcome if run else "",
        reason=run.reason if run else "",
        last_code=run.code if run else "",
        orders=meant(run),
        armed=trades(deployed.status),
        moneyless=moneyless(row, str(found.cash)),
    )


def trades(status: Status | None) -> bool:
    """Tell whether it trades already or has nothing to trade; one that does not say so still has to be started."""
    return status is not None and (status.armed or status.plan.get("kind") == "watch")


async def ensure_row(
    shop: Workshop, operation: Operation, found: Good | None = None, keys: Keys | None = None
) -> tuple[workers.Worker, bool]:
    """Remember the Worker, its command key above all, before anything is put into the account; True when it is new.

    Without keys nothing is known of the broker account, and the Worker itself keeps to that of the first pair it gets.
    """
    row = await shop.worker(operation.chat_id, operation.arguments["worker"])
    fresh = _fresh(shop, operation.chat_id, operation.arguments, found, keys)
    if row is None:
        await shop.database.write(partial(workers.save, worker=fresh))
        return fresh, True
    # Everything may have been chosen anew since the last attempt, the account as well; the command key stays.
    fresh = replace(fresh, command_key=row.command_key, created_at=row.created_at)
    await shop.database.write(partial(workers.save, worker=fresh))
    return fresh, False


def _fresh(
    shop: Workshop, chat_id: int, arguments: Mapping[str, Any], found: Good | None, keys: Keys | None
) -> workers.Worker:
    worker_id, mode = str(arguments["worker"]), str(arguments["mode"])
    script = script_name(mode, worker_id)
    subdomain = str(arguments["subdomain"])
    return workers.Worker(
        id=worker_id,
        chat_id=chat_id,
        mode=mode,
        script=script,
        cloudflare_account=str(arguments["account"]),
        subdomain=subdomain,
        url=shop.places.worker.format(script=script, subdomain=subdomain),
        alpaca_account_hash=account_hash(worker_id, found.account_id if found else ""),
        alpaca_account_ending=found.account_ending if found else "",
        key_ending=keys.key_id.ending if keys else "",
        command_key=shop.seal_command_key(chat_id, worker_id, CommandKey.generate()),
        plan=_figures(arguments["plan"]),
        ceilings=_figures(arguments["limits"]),
        template=shop.template.digest,
        holds_cloudflare_token=bool(arguments["keep"]),
        state="deploying",
        created_at=shop.clock(),
    )


def _figures(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, Mapping) else {}


async def undo(shop: Workshop, operation: Operation, report: Report) -> Outcome:
    """Remove what a deploy that was given up has put into the account."""
    await report("remove")
    row = await shop.worker(operation.chat_id, operation.arguments["worker"])
    if row is None:
        return done("undone")
    token = await shop.token(operation.chat_id, operation.arguments.get("token"))
    if token is None:
        return failed("token_gone", script=row.script)
    try:
        await remove(shop.site(row, token, command_key=False))
    except DeployError as error:
        return failed(error.code, script=row.script)
    return done("undone", worker=row.id)
