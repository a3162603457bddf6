"""Why Cloudflare said no: a bad token, or a good one that lacks a permission? It answers both with one code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from deploy.cloudflare import Cloudflare
from deploy.errors import DeployError, Permission, PermissionMissing, TokenRefused
from deploy.refusals import Reply
from deploy.secret import Secret
from deploy.tokens import owned_by_account


async def explain(
    cloudflare: Cloudflare, token: Secret, refusal: DeployError, permission: Permission, account_id: str | None = None
) -> DeployError:
    """Find out what an ambiguous refusal means: a bad token, or a good one that lacks `permission`.

    The token is asked about itself; that costs one or two reads, and only after a failure.
    """
    if not isinstance(refusal, TokenRefused) or refusal.code != "token_invalid":
        return refusal
    paths = [] if owned_by_account(token) else ["/user/tokens/verify"]
    if account_id is not None:
        paths.append(f"/accounts/{quote(account_id, safe='')}/tokens/verify")
    for path in paths:
        answer = await _ask(cloudflare, token, path)
        if isinstance(answer, Reply):
            return _verdict(answer, cloudflare.clock.now(), permission)
        if not isinstance(answer, TokenRefused):
            return answer  # no answer is no reason to call the token bad
        if answer.code != "token_invalid":
            return answer
    return refusal


async def _ask(cloudflare: Cloudflare, token: Secret, path: str) -> Reply | DeployError:
    try:
        return await cloudflare.read(token, path)
    except DeployError as error:
        return error


def _verdict(answer: Reply, now: float, permission: Permission) -> DeployError:
    result: Mapping[str, object] = answer.result if isinstance(answer.result, dict) else {}
    status = result.get("status")
    starts, ends = _unix(result.get("not_before")), _unix(result.get("expires_on"))
    if status == "disabled":
        return TokenRefused("token_disabled", "Cloudflare says it is disabled")
    if status == "expired" or (ends is not None and ends <= now):
        return TokenRefused("token_expired", f"Cloudflare says it expired on {result.get('expires_on')}")
    if starts is not None and starts > now:
        return TokenRefused("token_not_yet_valid", f"Cloudflare says it is valid from {result.get('not_before')}")
    return PermissionMissing(permission)


def _unix(text: object) -> float | None:
    if not isinstance(text, str):
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None
