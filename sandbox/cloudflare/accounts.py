"""The calls about tokens, accounts and their workers.dev name."""

from __future__ import annotations

import re

from starlette.responses import Response

from sandbox.cloudflare.answers import ok, page_of, refusal
from sandbox.cloudflare.api import ACCOUNT, Call, Route
from sandbox.cloudflare.state import Account, Token, stamp

SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
PER_PAGE = 20
PER_PAGE_LIMIT = 50


async def list_accounts(call: Call) -> Response:
    """List what the token reaches; an empty list if it may not read account settings."""
    token = call.authority.token_for_accounts()
    reached = [call.cloud.accounts[account] for account in token.accounts if token.allows("account_settings:read")]
    per_page = min(call.number("per_page", PER_PAGE), PER_PAGE_LIMIT)
    shown, info = page_of(reached, call.number("page", 1), per_page)
    return ok([_described(account) for account in shown], info=info)


async def get_account(call: Call) -> Response:
    """Describe one account."""
    return ok(_described(call.account("account_settings:read")))


async def verify_user_token(call: Call) -> Response:
    """Tell a user token's state; an account-owned token is a wrong token here."""
    return _verified(call, call.authority.token_for_verify(account=None))


async def verify_account_token(call: Call) -> Response:
    """Tell the state of a token that the account owns."""
    return _verified(call, call.authority.token_for_verify(account=call.path["account"]))


async def refuse_user(call: Call) -> Response:
    """Refuse the calls about the user, for which Soar's token has no permission."""
    call.authority.token_for_accounts()
    raise refusal(9109, "Unauthorized to access requested resource")


async def get_subdomain(call: Call) -> Response:
    """Tell the account's workers.dev name."""
    account = call.account("workers_scripts:read")
    if account.subdomain is None:
        raise refusal(10007, "You do not have a workers.dev subdomain.")
    return ok({"subdomain": account.subdomain})


async def put_subdomain(call: Call) -> Response:
    """Register the account's workers.dev name; an account that has one keeps it."""
    account = call.account("workers_scripts:edit")
    body = await call.json()
    name = body.get("subdomain") if isinstance(body, dict) else None
    if not isinstance(name, str) or SUBDOMAIN.fullmatch(name) is None:
        raise refusal(10033, str(name))
    if not account.email_verified:
        raise refusal(10034)
    if account.subdomain is not None:
        raise refusal(10036)
    if call.cloud.account_at(name) is not None:
        raise refusal(10031, name)
    account.subdomain = name
    return ok({"subdomain": name})


async def probe_subdomain(call: Call) -> Response:
    """Tell by refusal whether a workers.dev name is free (10032) or taken (10031)."""
    account = call.account("workers_scripts:read")
    name = call.path["name"]
    if SUBDOMAIN.fullmatch(name) is None:
        raise refusal(10033, name)
    owner = call.cloud.account_at(name)
    if owner is None:
        raise refusal(10032, name)
    if owner is not account:
        raise refusal(10031, name)
    return ok({"subdomain": name})


def _described(account: Account) -> dict[str, object]:
    settings = {"enforce_twofactor": False, "abuse_contact_email": None}
    created = stamp(account.created_on)
    return {"id": account.id, "name": account.name, "type": "standard", "settings": settings, "created_on": created}


def _verified(call: Call, token: Token) -> Response:
    state = token.state(call.cloud.now())
    result = {"id": token.id, "status": state}
    if token.expires_on is not None:
        result["expires_on"] = stamp(token.expires_on)
    if token.not_before is not None:
        result["not_before"] = stamp(token.not_before)
    word = "valid and active" if state == "active" else state
    return ok(result, messages=[f"This API Token is {word}"])


ROUTES = [
    Route("GET", "/accounts", list_accounts),
    Route("GET", ACCOUNT, get_account),
    Route("GET", "/user/tokens/verify", verify_user_token),
    Route("GET", ACCOUNT + "/tokens/verify", verify_account_token),
    Route("GET", "/user|/memberships", refuse_user),
    Route("GET", ACCOUNT + "/workers/subdomain", get_subdomain),
    Route("PUT", ACCOUNT + "/workers/subdomain", put_subdomain),
    Route("GET", ACCOUNT + r"/workers/subdomains/(?P<name>[^/]+)", probe_subdomain),
]
