"""The private form: a Worker put in place without keys, its form opened, and the wait until somebody has used it.

Soar never sees the keys. All it keeps of a ticket is its id and when it expires.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.operations.deploying import SHOWN, ensure_row, trades
from bot.operations.tending import meant, moneyless
from bot.operations.workshop import Workshop, done, failed, lost_key, refused
from bot.runner.port import Operation, Outcome, Report
from bot.storage import workers
from bot.vault.keyring import CannotOpen
from deploy.answering import first_tick
from deploy.commands import UNKNOWN_COMMAND, WorkerClient
from deploy.errors import DeployError, WorkerAbsent, WorkerError, WorkerRefused
from deploy.reports import Status
from deploy.secret import Secret
from deploy.slips import Slip, ticket_of
from deploy.steps import State, Step, deploy

PREPARING: Final = ("script_bare", "address", "schedule", "answering", "form")
OPENING: Final = ("form",)
STEPS: Final = {**SHOWN, Step.SCRIPT: "script_bare"}
LOOKS, LATER_LOOK = (0.0, 2.0, 2.0, 2.0, 3.0, 3.0, 5.0, 5.0, 7.0), 10.0  # seconds before each look
PATIENCE: Final = 10.0  # seconds for what may fail without harm
ABSENCES: Final = 6  # looks in a row that find nothing at the address; a new one may still come and go
GRACE: Final = 15.0  # seconds after which a ticket has expired on every clock
OVER: Final = {"expired": "form_expired", "locked": "form_locked", "none": "form_closed"}


async def prepare(shop: Workshop, operation: Operation, report: Report) -> Outcome:
    """Put the Worker in place without keys, wait until its address answers, and open its form."""
    await report("script_bare")
    token = await shop.token(operation.chat_id, operation.arguments.get("token"))
    if token is None:
        return failed("token_gone")
    row, first = await ensure_row(shop, operation)
    try:
        return await _prepare(shop, row, token, report, first=first)
    except CannotOpen:
        return lost_key()
    except DeployError as error:
        return refused(error)


async def _prepare(shop: Workshop, row: workers.Worker, token: Secret, report: Report, *, first: bool) -> Outcome:
    async def progress(step: Step, state: State) -> None:
        if state is State.STARTED and step in STEPS:
            await report(STEPS[step])

    deployed = await deploy(
        shop.site(row, token),
        keys=None,
        keyless=True,
        template=shop.template,
        command_key=shop.command_key(row),
        progress=progress,
        first=first,
    )
    where = {"url": deployed.url, "subdomain": deployed.subdomain, "schedule": deployed.schedule}
    if not deployed.answering:
        return failed("not_answering")
    await report("form")
    return done("prepared", worker=row.id, script=row.script, **where, **await _opened(shop, row))


async def open_form(shop: Workshop, operation: Operation, report: Report) -> Outcome:
    """Have a Worker that is up take one pair of keys through its form; an earlier ticket is worth nothing any more."""
    await report("form")
    row = await shop.worker(operation.chat_id, operation.arguments["worker"])
    if row is None:
        return failed("worker_forgotten")
    try:
        return done("form_open", worker=row.id, **await _opened(shop, row))
    except CannotOpen:
        return lost_key()
    except WorkerAbsent:
        return failed("worker_absent")
    except DeployError as error:
        return _too_old(error)


def _too_old(error: DeployError) -> Outcome:
    """A Worker from before there was a form does not know the word; one that was tampered with may have none."""
    old = isinstance(error, WorkerRefused) and error.reason in {UNKNOWN_COMMAND, "no_form"}
    return failed("worker_outdated") if old else refused(error)


async def _opened(shop: Workshop, row: workers.Worker) -> dict[str, object]:
    key, slip = shop.command_key(row), Slip.fresh(shop.clock())
    ticket = ticket_of(slip, row.script, key)
    await shop.client(row).open_form(ticket=ticket.digest, code=ticket.code_digest, expires=slip.expires)
    return {"form": slip.id, "expires": slip.expires}


async def close_form(shop: Workshop, operation: Operation, report: Report) -> Outcome:
    """End the ticket that is out; if the Worker cannot be asked, it ends by itself within minutes."""
    await report("form")
    row = await shop.worker(operation.chat_id, operation.arguments["worker"])
    if row is not None:
        await end_form(shop, row)
    return done("form_shut")


async def end_form(shop: Workshop, row: workers.Worker) -> None:
    """The same; never raises."""
    try:
        await replace(shop.client(row), seconds=PATIENCE).close_form()
    except (WorkerError, CannotOpen):
        return


async def await_keys(shop: Workshop, operation: Operation, report: Report) -> Outcome:
    """Look, ever less often, until the form was used or its ticket is over; after a crash the looking goes on."""
    await report("form")
    expires = int(operation.arguments["expires"])
    looks = absences = 0
    while (row := await shop.worker(operation.chat_id, operation.arguments["worker"])) is not None:
        try:
            ended = await _look(shop, row, expires, first=bool(operation.arguments.get("first")))
        except CannotOpen:
            return lost_key()
        absences = absences + 1 if ended and ended.code == "worker_absent" else 0
        if ended is not None and absences in {0, ABSENCES}:
            return ended
        if shop.clock() > expires + GRACE:
            return failed("form_expired")
        looks += 1
        await shop.cloudflare.clock.sleep(LOOKS[looks] if looks < len(LOOKS) else LATER_LOOK)
    return failed("worker_forgotten")


async def _look(shop: Workshop, row: workers.Worker, expires: int, *, first: bool) -> Outcome | None:
    """Ask once; None where there is nothing to tell yet."""
    client = shop.client(row)
    try:
        status = await client.status()
    except WorkerAbsent:
        return failed("worker_absent")
    except WorkerError:
        return None  # it may pass, and the form works without us
    form = status.form.state if status.form else "none"
    if status.form and form != "none" and status.form.expires != expires:
        return failed("form_closed")  # another was opened since, and somebody else looks after that one
    if form == "used" or (first and form == "none" and status.keys is not None and status.keys.held):
        return await connected(row, client, status, first=first)
    return failed(OVER[form]) if form in OVER else None


async def connected(row: workers.Worker, client: WorkerClient, status: Status, *, first: bool) -> Outcome:
    """Say whose account it is by the end of its number; a bot that had no keys before takes its first look."""
    run = await first_tick(client) if first else None
    account = status.keys.account_ending if status.keys else ""
    ending = status.keys.ending if status.keys else status.key_ending
    return done(
        "connected",
        worker=row.id,
        script=row.script,
        key_ending=ending,
        account_ending=account,
        schedule=row.schedule,
        outcome=run.outcome if run else "",
        reason=run.reason if run else "",
        last_code=run.code if run else "",
        orders=meant(run),
        armed=trades(status),
        moneyless=run is not None and await _moneyless(row, client),
    )


async def _moneyless(row: workers.Worker, client: WorkerClient) -> bool:
    if row.mode != "live":
        return False
    try:
        account = (await client.status()).account  # as its first look has just seen it
    except WorkerError:
        return False
    return account is not None and moneyless(row, account.cash)
