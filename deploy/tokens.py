"""Cloudflare tokens: the link that makes a fitting one, and what a pasted one looks like."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Literal
from urllib.parse import quote, urlencode

from deploy.errors import Permission, TokenRefused
from deploy.secret import Secret

DASHBOARD_URL = "https://dash.cloudflare.com"
NEEDED: tuple[Permission, ...] = ("workers_scripts:edit", "account_settings:read")
# A Global API Key opens the whole account and cannot be narrowed: 37 hex digits, or since 2026 the cfk_ form.
GLOBAL_KEY = re.compile(r"cfk_.*|[0-9a-f]{37}", re.DOTALL)
USABLE = re.compile(r"[!-~]{20,4096}")  # what OAuth lends may be long


def token_link(
    owner: Literal["user", "account"] = "user",
    permissions: Sequence[Permission] = NEEDED,
    name: str = "Soar",
) -> str:
    """The dashboard page with a new token's form filled in, as Cloudflare documents it under "API token template URLs".

    An account-owned token can be made by the account's administrators only.
    """
    pairs = (permission.split(":") for permission in permissions)
    keys = json.dumps([{"key": key, "type": kind} for key, kind in pairs], separators=(",", ":"))
    if owner == "account":
        query = urlencode({"permissionGroupKeys": keys, "name": name}, quote_via=quote)
        return f"{DASHBOARD_URL}/?to=/:account/api-tokens&{query}"
    query = urlencode({"permissionGroupKeys": keys, "accountId": "*", "zoneId": "all", "name": name}, quote_via=quote)
    return f"{DASHBOARD_URL}/profile/api-tokens?{query}"


def refuse_misfit(token: Secret) -> None:
    """Raise TokenRefused for what cannot be a token, before it is sent anywhere."""
    # The text is given no name here: crash reporters show local variables.
    if GLOBAL_KEY.fullmatch(token.reveal()):
        raise TokenRefused("token_is_global_key", "a Global API Key opens the whole account")
    if not USABLE.fullmatch(token.reveal()):
        raise TokenRefused("token_invalid", "it does not look like a Cloudflare token")


def owned_by_account(token: Secret) -> bool:
    """Whether the token's prefix says that it belongs to an account; older ones have no prefix and do not say."""
    return token.reveal().startswith("cfat_")
