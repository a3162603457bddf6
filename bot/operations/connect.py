"""Try a pasted Cloudflare token: which account, which workers.dev name."""

from __future__ import annotations

from bot.operations.workshop import Workshop, done, failed, refused
from bot.runner.port import Operation, Outcome, Report
from deploy.accounts import Account, connect, look
from deploy.errors import DeployError, NameRefused
from deploy.names import claim_name, suggest_names
from deploy.secret import Secret


async def connect_account(shop: Workshop, operation: Operation, report: Report) -> Outcome:
    """Find the account and its name; with `name` among the arguments, take that name for it."""
    await report("accounts")
    token = await shop.token(operation.chat_id, operation.arguments.get("token"))
    if token is None:
        return failed("token_gone")
    try:
        return await _connect(shop, operation, token)
    except DeployError as error:
        return refused(error)


async def _connect(shop: Workshop, operation: Operation, token: Secret) -> Outcome:
    wanted, known = str(operation.arguments.get("account") or ""), str(operation.arguments.get("account_name") or "")
    if wanted and known:
        return await _named(shop, operation, token, Account(wanted, known))
    accounts = await connect(shop.cloudflare, token)
    if wanted:
        account = next((each for each in accounts if each.id == wanted), None)
        if account is None:
            return failed("other_cloudflare_account")
        return done("connected", account=account.id, account_name=account.name, subdomain="")
    if len(accounts) > 1:
        return done("pick_account", accounts=[[account.id, account.name] for account in accounts])
    return await _named(shop, operation, token, accounts[0])


async def _named(shop: Workshop, operation: Operation, token: Secret, account: Account) -> Outcome:
    name = str(operation.arguments.get("name") or "")
    found = await look(shop.cloudflare, token, account.id)
    subdomain = found.subdomain
    about = {"account": account.id, "account_name": account.name}
    if subdomain is None and name:
        try:
            subdomain = await claim_name(shop.cloudflare, token, account.id, name)
        except NameRefused as refusal:
            suggestion = refusal.suggestions[0] if refusal.suggestions else suggest_names(account.name)[0]
            return failed(refusal.code, suggestion=suggestion, **about)
    if subdomain is None:
        return done("no_name", suggestion=suggest_names(account.name)[0], **about)
    return done("connected", subdomain=subdomain, **about)
