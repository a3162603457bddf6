"""The workers.dev name of an account: part of every Worker's address, chosen once, for all of the account's Workers."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

from deploy.accounts import SCRIPTS, read_subdomain
from deploy.cloudflare import Cloudflare, account_path, json_body
from deploy.diagnosis import explain
from deploy.errors import DeployError, NameRefused, TokenRefused
from deploy.secret import Secret

NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
LONGEST_TIDY = 50


def random_ending() -> str:
    """Four characters that make a name likely to be free."""
    return secrets.token_hex(2)


def tidy_name(text: str) -> str:
    """Make a workers.dev name out of what a person typed; may come out empty."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:LONGEST_TIDY].strip("-")


def suggest_names(wanted: str, ending: Callable[[], str] = random_ending) -> tuple[str, ...]:
    """Three names close to `wanted` that are probably free."""
    stem = tidy_name(wanted) or "trading"
    return (f"{stem}-{ending()}", f"{stem}-bot-{ending()}", f"soar-{ending()}{ending()}")


async def claim_name(
    cloudflare: Cloudflare,
    token: Secret,
    account_id: str,
    wanted: str,
    *,
    ending: Callable[[], str] = random_ending,
) -> str:
    """Give a nameless account its workers.dev name; one request. Look first: an existing name could be changed by it.

    Raises NameRefused with suggestions when the name is taken or malformed.
    """
    if not NAME.fullmatch(wanted):
        raise NameRefused("name_invalid", wanted[:80], suggestions=suggest_names(wanted, ending))
    try:
        body = json_body({"subdomain": wanted})
        reply = await cloudflare.write(token, "PUT", account_path(account_id, "subdomain"), body, account_id=account_id)
    except NameRefused as error:
        refusal: DeployError = NameRefused(
            error.code,
            error.detail,
            suggestions=suggest_names(wanted, ending),
            cloudflare_code=error.cloudflare_code,
        )
    except TokenRefused as error:
        refusal = await explain(cloudflare, token, error, SCRIPTS, account_id)
    else:
        result = reply.result if isinstance(reply.result, dict) else {}
        return str(result.get("subdomain") or wanted)
    raise refusal


async def ensure_name(
    cloudflare: Cloudflare,
    token: Secret,
    account_id: str,
    wanted: str,
    *,
    ending: Callable[[], str] = random_ending,
) -> str:
    """Read the account's workers.dev name, or claim `wanted` if it has none; returns the name it has then."""
    present = await read_subdomain(cloudflare, token, account_id)
    if present is not None:
        return present
    return await take_name(cloudflare, token, account_id, wanted, ending=ending)


async def take_name(
    cloudflare: Cloudflare,
    token: Secret,
    account_id: str,
    wanted: str,
    *,
    ending: Callable[[], str] = random_ending,
) -> str:
    """Claim `wanted` for an account that was seen to have no name: one request; returns the name it has then."""
    try:
        return await claim_name(cloudflare, token, account_id, wanted, ending=ending)
    except NameRefused as error:
        refusal = error
    if refusal.code == "name_invalid":
        raise refusal
    # A claim whose answer was lost looks taken the second time, by this very account; or it got one meanwhile.
    present = await read_subdomain(cloudflare, token, account_id)
    if present is not None:
        return present
    raise refusal
