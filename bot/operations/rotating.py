"""Another pair of keys for a Worker, pasted in the chat: put in place by itself, or with a token of the user's."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.keycheck import Good
from bot.operations.forms import PATIENCE, connected, end_form
from bot.operations.keys import verdict
from bot.operations.tending import REFUSALS
from bot.operations.workshop import Workshop, account_hash, done, failed, lost_key, refused
from bot.runner.port import Operation, Outcome, Report
from bot.storage import workers
from bot.vault.keyring import CannotOpen
from deploy.commands import WorkerClient
from deploy.deployment import Keys
from deploy.errors import DeployError, WorkerError, WorkerRefused, WorkerUnreachable
from deploy.rekeying import change_keys
from deploy.reports import Status

ROTATION: Final = ("check_keys", "change")
ARRIVAL: Final = 30.0  # seconds for a version with new keys to answer


async def rotate(shop: Workshop, operation: Operation, report: Report) -> Outcome:
    """Check the new pair, then change both keys at once."""
    await report("check_keys")
    row = await shop.worker(operation.chat_id, operation.arguments["worker"])
    keys = await shop.keys(operation.chat_id, operation.arguments)
    if row is None:
        return failed("worker_forgotten")
    if keys is None:
        return failed("keys_gone")
    found = verdict(await shop.checker.check(keys.key_id, keys.secret, "live" if row.mode == "live" else "paper"))
    if isinstance(found, Outcome):
        return found
    if not same_account(row, found):
        return failed("other_alpaca_account")
    await report("change")
    return await _change(shop, operation, row, keys)


def same_account(row: workers.Worker, found: Good) -> bool:
    """Tell whether a pair is of the Worker's own account.

    Where the private form brought the first pair, only the end of the account's number is known here; the Worker
    itself knows the account and keeps to it.
    """
    if row.alpaca_account_hash != account_hash(row.id, ""):
        return row.alpaca_account_hash == account_hash(row.id, found.account_id)
    return row.alpaca_account_ending in {"", found.account_ending}


async def _change(shop: Workshop, operation: Operation, row: workers.Worker, keys: Keys) -> Outcome:
    ticket = operation.arguments.get("token")
    token = await shop.token(operation.chat_id, ticket) if ticket else None
    if ticket and token is None:
        return failed("token_gone")
    await end_form(shop, row)  # whoever pastes will not use it, and nobody is to change the keys after this
    try:
        if token is not None:
            await change_keys(shop.site(row, token), keys)
            await _forget_sealed(shop, row)
        else:
            await _hand_over(shop, row, keys)
        if operation.arguments.get("first"):
            return await _first(shop, row, keys)
    except CannotOpen:
        return lost_key()
    except WorkerRefused as error:
        code = REFUSALS.get(error.reason)
        return failed(code, detail=error.message) if code else refused(error)
    except DeployError as error:
        return refused(error)
    return done("rotated", worker=row.id, key_ending=keys.key_id.ending)


async def _hand_over(shop: Workshop, row: workers.Worker, keys: Keys) -> None:
    """Send the pair to the Worker; when its answer is lost, ask which key it has now."""
    client = shop.client(row)
    try:
        await client.rotate(keys)
    except WorkerUnreachable:
        status = await client.status()
        if status.key_ending != keys.key_id.ending:
            raise


async def _forget_sealed(shop: Workshop, row: workers.Worker) -> None:
    """Have the Worker drop what it had sealed; the new stamp makes it worthless all the same."""
    try:
        await replace(shop.client(row), seconds=PATIENCE).clear_keys()
    except WorkerError:
        return


async def _first(shop: Workshop, row: workers.Worker, keys: Keys) -> Outcome:
    """The first keys of a bot that was put in place without: it takes its first look with them."""
    client = shop.client(row)
    status = await _with_new_keys(client, keys.key_id.ending)
    return await connected(row, client, status, first=True)


async def _with_new_keys(client: WorkerClient, ending: str) -> Status:
    began = client.clock.monotonic()
    while True:
        status = await client.status()
        if status.key_ending == ending or client.clock.monotonic() - began > ARRIVAL:
            return status
        await client.clock.sleep(1.0)
