"""A Cloudflare token for a Worker to keep, or the end of it: by the Worker itself, or with a token of the user's."""

from __future__ import annotations

from typing import Final

from bot.operations.tending import REFUSALS
from bot.operations.workshop import Workshop, done, failed, lost_key, refused
from bot.runner.port import Operation, Outcome, Report
from bot.storage import workers
from bot.vault.keyring import CannotOpen
from deploy.commands import UNKNOWN_COMMAND, WorkerClient
from deploy.errors import DeployError, WorkerRefused, WorkerUnreachable
from deploy.keeping import give_token, seen_holding, take_token
from deploy.secret import Secret
from flows.jobs import is_lent

GIVING: Final = ("token_in", "token_seen")
TAKING: Final = ("token_out", "token_seen")
ARRIVAL: Final = 60.0  # seconds for a version with other secrets to answer
LOST: Final = 10.0  # the same where it is not even known whether there is one


async def give(shop: Workshop, operation: Operation, report: Report) -> Outcome:
    """Put the token among the Worker's secrets, and look until it says so; one that ends by itself cannot stay."""
    await report("token_in")
    row = await shop.worker(operation.chat_id, operation.arguments["worker"])
    if row is None:
        return failed("worker_forgotten")
    ticket = str(operation.arguments.get("token") or "")
    if is_lent(ticket):
        return failed("token_lent")
    token = await shop.token(operation.chat_id, ticket)
    if token is None:
        return failed("token_gone")
    try:
        await give_token(shop.site(row, token, command_key=False))
    except DeployError as error:
        return refused(error)
    return await _given(shop, row, report)


async def _given(shop: Workshop, row: workers.Worker, report: Report) -> Outcome:
    await report("token_seen")
    seen = await _seen(shop, row, holds=True)
    return done("token_given", worker=row.id, holds_token=True, answering=seen is True)


async def take(shop: Workshop, operation: Operation, report: Report) -> Outcome:
    """Have the Worker delete its own token, or delete it with the user's; then look until it says so."""
    await report("token_out")
    row = await shop.worker(operation.chat_id, operation.arguments["worker"])
    if row is None:
        return failed("worker_forgotten")
    ticket = operation.arguments.get("token")
    token = await shop.token(operation.chat_id, ticket) if ticket else None
    if ticket and token is None:
        return failed("token_gone")
    try:
        return await _take(shop, row, token, report)
    except CannotOpen:
        return lost_key()
    except WorkerRefused as error:
        code = "worker_outdated" if error.reason == UNKNOWN_COMMAND else REFUSALS.get(error.reason)
        return failed(code, detail=error.message) if code else refused(error)
    except DeployError as error:
        return refused(error)


async def _take(shop: Workshop, row: workers.Worker, token: Secret | None, report: Report) -> Outcome:
    if token is None:
        await _by_itself(shop.client(row))
    else:
        await take_token(shop.site(row, token, command_key=False))
    await report("token_seen")
    seen = await _seen(shop, row, holds=False)
    if token is None and seen is False:
        return failed("worker_refused", detail="it still holds a token")
    return done("token_taken", worker=row.id, holds_token=False, answering=seen is True)


async def _by_itself(client: WorkerClient) -> None:
    """Tell the Worker to; where its answer is lost, a version without the token may have taken its place."""
    try:
        await client.clear_token()
    except WorkerUnreachable:
        if not await seen_holding(client, holds=False, patience=LOST):
            raise


async def _seen(shop: Workshop, row: workers.Worker, *, holds: bool) -> bool | None:
    """Wait for the Worker to say so; one that cannot be asked changes nothing about what Cloudflare has done."""
    try:
        return await seen_holding(shop.client(row), holds=holds, patience=ARRIVAL)
    except CannotOpen:
        return None
