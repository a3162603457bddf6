"""Try a pasted Cloudflare token: which account, which workers.dev name."""

from __future__ import annotations

from functools import partial

from bot.operations.workshop import Workshop, done, failed, refused, script_name
from bot.runner.port import Operation, Outcome, Report
from bot.storage import workers
from deploy.accounts import Account, Look, connect, look, read_scripts
from deploy.adopting import leftovers
from deploy.errors import AccountRefused, DeployError, NameRefused, TokenRefused
from deploy.names import suggest_names, take_name
from deploy.secret import Secret


async def connect_account(shop: Workshop, operation: Operation, report: Report) -> Outcome:
    """Find the account and its name: three requests; with `name` among the arguments, take that name for it: one.

    For a Worker that is up, `tended`, two: the account must be its own, and is looked through all the same.
    """
    await report("accounts")
    shop.checker.prepare()  # the keys come next
    token = await shop.token(operation.chat_id, operation.arguments.get("token"))
    if token is None:
        return failed("token_gone")
    try:
        return await _connect(shop, operation, token)
    except DeployError as error:
        return refused(error)


async def _connect(shop: Workshop, operation: Operation, token: Secret) -> Outcome:
    wanted, known = str(operation.arguments.get("account") or ""), str(operation.arguments.get("account_name") or "")
    name, own = str(operation.arguments.get("name") or ""), str(operation.arguments.get("account_id") or "")
    if wanted and known:
        account = Account(wanted, known)
        return await (_naming(shop, token, account, name) if name else _looked(shop, operation, token, account))
    try:
        accounts = await _accounts(shop, token, own or wanted)
    except AccountRefused as error:
        if not wanted or error.code != "account_id_wrong":
            raise
        return failed("other_cloudflare_account")  # nobody typed a number that could be wrong
    if wanted:
        mine = next((each for each in accounts if each.id == wanted), None)
        return failed("other_cloudflare_account") if mine is None else await _opened(shop, operation, token, mine)
    if len(accounts) > 1:
        return done("pick_account", accounts=[[account.id, account.name] for account in accounts])
    return await _looked(shop, operation, token, accounts[0])


async def _accounts(shop: Workshop, token: Secret, account_id: str) -> tuple[Account, ...]:
    """List what the token opens; a token that belongs to an account may have to be told which one."""
    try:
        return await connect(shop.cloudflare, token)
    except AccountRefused as error:
        if error.code != "account_id_needed" or not account_id:
            raise
    try:
        return await connect(shop.cloudflare, token, account_id=account_id)
    except TokenRefused as error:
        if error.code != "token_invalid":
            raise
        detail = error.detail
    raise AccountRefused("account_id_wrong", detail)


async def _opened(shop: Workshop, operation: Operation, token: Secret, account: Account) -> Outcome:
    """Look through the account of a Worker that is up: whether its name is still its own, and who is unknown there."""
    about: dict[str, object] = {"account": account.id, "account_name": account.name, "subdomain": ""}
    row = await shop.worker(operation.chat_id, operation.arguments.get("tended") or "")
    if row is None:
        return done("connected", **about)
    found = Look(None, await read_scripts(shop.cloudflare, token, account.id))
    there = found.script(row.script)
    if there is not None and there.deployment_id != row.id[:8]:
        return failed("foreign_script", detail=there.name)
    return done("connected", **about, **await _strays(shop, operation, account, found))


async def _looked(shop: Workshop, operation: Operation, token: Secret, account: Account) -> Outcome:
    found = await look(shop.cloudflare, token, account.id)
    worker_id = str(operation.arguments.get("worker") or "")
    there = found.script(script_name(str(operation.arguments.get("mode")), worker_id)) if worker_id else None
    if there is not None and there.deployment_id != worker_id[:8]:
        return failed("foreign_script", detail=there.name)
    about: dict[str, object] = {"account": account.id, "account_name": account.name}
    if found.subdomain is None:
        return done("no_name", suggestion=suggest_names(account.name)[0], **about)
    return done("connected", subdomain=found.subdomain, **about, **await _strays(shop, operation, account, found))


async def _strays(shop: Workshop, operation: Operation, account: Account, found: Look) -> dict[str, object]:
    """Compare the account's Workers with what is on record: those nobody knows, and those that are gone."""
    rows = await shop.database.read(partial(workers.in_account, account=account.id))
    known = [row for row in rows if row.state != "deploying"]
    left = leftovers(found.scripts, frozenset(row.script for row in known))
    missing = [row.script for row in known if row.chat_id == operation.chat_id and found.script(row.script) is None]
    return {"strays": [[each.script, each.mode, each.deployment_id] for each in left], "missing": missing}


async def _naming(shop: Workshop, token: Secret, account: Account, name: str) -> Outcome:
    about = {"account": account.id, "account_name": account.name}
    try:
        subdomain = await take_name(shop.cloudflare, token, account.id, name)
    except NameRefused as refusal:
        suggestion = refusal.suggestions[0] if refusal.suggestions else suggest_names(account.name)[0]
        return failed(refusal.code, suggestion=suggestion, **about)
    return done("connected", subdomain=subdomain, **about)
