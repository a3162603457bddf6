"""A Worker of Soar's in the user's account that Soar has no record of: take it over, or take it away."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from bot.operations.workshop import Workshop, account_hash, done, failed, refused
from bot.runner.port import Operation, Outcome, Report
from bot.storage import workers
from bot.vault.keyring import CannotOpen
from deploy.accounts import read_subdomain
from deploy.adopting import adopt, clear, holds_token
from deploy.commands import CommandKey
from deploy.errors import DeployError, NameRefused
from deploy.inspection import Binding, own_bindings
from deploy.reports import Status
from deploy.secret import Secret

ADOPTION: Final = ("look", "listen")
CLEARING: Final = ("remove",)


@dataclass(frozen=True, slots=True)
class _Task:
    shop: Workshop
    operation: Operation
    token: Secret

    @property
    def row(self) -> workers.Worker:
        """The row as far as the operation's own arguments tell."""
        arguments = self.operation.arguments
        return workers.Worker(
            id=str(arguments["worker"]),
            chat_id=self.operation.chat_id,
            mode=str(arguments["mode"]),
            script=str(arguments["script"]),
            cloudflare_account=str(arguments["account"]),
            subdomain=str(arguments.get("subdomain") or ""),
            url="",
            alpaca_account_hash="",
            alpaca_account_ending="",
            key_ending="",
            command_key=b"",
            plan={},
            ceilings={},
            template="",  # what runs there was not compared with anything, so it vouches for nothing
            holds_cloudflare_token=False,
            state="deploying",
            created_at=self.shop.clock(),
        )


async def adopt_worker(shop: Workshop, operation: Operation, report: Report) -> Outcome:
    """Give the Worker a new command key and a record; its keys, plan and state stay."""
    await report("look")
    token = await shop.token(operation.chat_id, operation.arguments.get("token"))
    if token is None:
        return failed("token_gone")
    try:
        return await _adopt(_Task(shop, operation, token), report)
    except DeployError as error:
        return refused(error)


async def _adopt(task: _Task, report: Report) -> Outcome:
    shop = task.shop
    row = await _placed(task)
    site = shop.site(row, task.token, command_key=False)
    present = await own_bindings(site)
    row = _described(row, present)
    row = await _with_key(shop, row)
    await report("listen")
    key = shop.command_key(row)
    status, schedule = await adopt(site, key, present)
    row = replace(row, schedule=schedule, key_ending=status.key_ending, alpaca_account_ending=_account(status))
    await shop.database.write(partial(workers.save_only, worker=row))
    return done("adopted", worker=row.id, script=row.script, running=status.paused is None)


def _account(status: Status) -> str:
    """The end of the broker account's number, as far as the Worker has seen it."""
    if status.keys is not None and status.keys.account_ending:
        return status.keys.account_ending
    return status.account.ending if status.account else ""


async def _placed(task: _Task) -> workers.Worker:
    """Find out the Worker's address."""
    row = task.row
    account = row.cloudflare_account
    subdomain = row.subdomain or await read_subdomain(task.shop.cloudflare, task.token, account)
    if subdomain is None:
        raise NameRefused("name_missing", "an account with a Worker has no name")
    url = task.shop.places.worker.format(script=row.script, subdomain=subdomain)
    return replace(row, subdomain=subdomain, url=url)


def _described(row: workers.Worker, present: tuple[Binding, ...]) -> workers.Worker:
    """Read from the Worker's variables what a record needs."""
    values = {binding.name: binding.value for binding in present}
    plan, ceilings = values.get("PLAN"), values.get("CEILINGS")
    return replace(
        row,
        alpaca_account_hash=account_hash(row.id, str(values.get("ACCOUNT_ID") or "")),
        plan=dict(plan) if isinstance(plan, dict) else {},
        ceilings=dict(ceilings) if isinstance(ceilings, dict) else {},
        holds_cloudflare_token=holds_token(present),
    )


async def _with_key(shop: Workshop, row: workers.Worker) -> workers.Worker:
    """Remember the new command key before the Worker gets it; an attempt that was broken off goes on with its own."""
    before = await shop.worker(row.chat_id, row.id)
    sealed = before.command_key if before is not None else b""
    if before is not None:
        try:
            shop.command_key(before)
        except CannotOpen:
            sealed = b""
    row = replace(row, command_key=sealed or shop.seal_command_key(row.chat_id, row.id, CommandKey.generate()))
    await shop.database.write(partial(workers.save_only, worker=row))
    return row


async def clear_leftover(shop: Workshop, operation: Operation, report: Report) -> Outcome:
    """Have the Worker cancel its orders, and delete it."""
    await report("remove")
    token = await shop.token(operation.chat_id, operation.arguments.get("token"))
    if token is None:
        return failed("token_gone")
    try:
        row = await _placed(_Task(shop, operation, token))
        await clear(shop.site(row, token, command_key=False), CommandKey.generate())
    except DeployError as error:
        return refused(error)
    return done("cleared", worker=str(operation.arguments["worker"]), script=str(operation.arguments["script"]))
