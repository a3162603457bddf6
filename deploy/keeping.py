"""The Cloudflare token that a Worker keeps: put among its secrets or taken out of them, with a token of the user's."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from deploy.answering import LONGEST_LOOK
from deploy.commands import WorkerClient
from deploy.deployment import OWN_TOKEN, token_body
from deploy.errors import CloudflareRefused, WorkerError, WorkerRefused
from deploy.inspection import own_bindings
from deploy.steps import Site, write

NO_SUCH_SECRET: Final = 10056
BETWEEN_LOOKS: Final = 1.0  # seconds


async def give_token(site: Site) -> None:
    """Have the Worker keep the site's token, in place of one it has: one read, one change, which may be repeated.

    Keys, what it has sealed, the other variables, stored state and pause stay. Raises ScriptAbsent or ForeignScript.
    """
    present = [binding.name for binding in await own_bindings(site)]
    await write(site, "PATCH", "settings", body=token_body(site.token, present))


async def take_token(site: Site) -> None:
    """Take the Worker's token out: one read, one change unless it has none. Raises ScriptAbsent or ForeignScript."""
    present = {binding.name: binding.kind for binding in await own_bindings(site)}
    match present.get(OWN_TOKEN):
        case None:
            return
        case "secret_text":
            await _delete(site)
        case _:  # put there by hand, as a plain variable
            await write(site, "PATCH", "settings", body=token_body(None, present.keys()))


async def _delete(site: Site) -> None:
    try:
        await write(site, "DELETE", "secrets", OWN_TOKEN)
    except CloudflareRefused as error:
        if error.cloudflare_code != NO_SUCH_SECRET:
            raise


async def seen_holding(worker: WorkerClient, *, holds: bool, patience: float) -> bool | None:
    """Look until the Worker says that it holds a token, or none; a new version takes some seconds to be everywhere.

    False when it still said otherwise after `patience` seconds, None when it said nothing of it.
    """
    worker = replace(worker, seconds=min(worker.seconds, LONGEST_LOOK))
    began, otherwise = worker.clock.monotonic(), None
    while True:
        try:
            told = (await worker.status()).holds_cloudflare_token
        except WorkerRefused:
            return otherwise
        except WorkerError:
            told = None
        if told is holds:
            return True
        otherwise = otherwise if told is None else False
        if worker.clock.monotonic() - began + BETWEEN_LOOKS > patience:
            return otherwise
        await worker.clock.sleep(BETWEEN_LOOKS)
