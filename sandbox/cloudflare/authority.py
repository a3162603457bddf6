"""Decides what a request's Authorization header opens, and words the refusals as the API does."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from sandbox.cloudflare.answers import Refusal, refusal
from sandbox.cloudflare.state import Account, Cloud, Token

BEARER = re.compile(r"Bearer (?P<token>(cfut_|cfat_)[A-Za-z0-9_-]{40,}|[A-Za-z0-9_-]{40})")
GLOBAL_KEY = re.compile(r"[0-9a-f]{37}|cfk_[A-Za-z0-9_-]{40,}")
CLIENT = "127.0.0.1"


def new_token_value(kind: str, random: Callable[[], str]) -> str:
    """Make up a token of the given kind: `user`, `account` or `old` (40 characters, no prefix)."""
    body = (random() + random())[:40]
    if kind == "old":
        return body
    return f"{'cfat_' if kind == 'account' else 'cfut_'}{body}{random()[:8]}"


def kind_of(headers: Mapping[str, str], cloud: Cloud) -> str:
    """Name the kind of credentials sent, for the record of calls; never the value."""
    if "x-auth-key" in headers:
        return "global key"
    if "authorization" not in headers:
        return "none"
    found = BEARER.fullmatch(headers["authorization"])
    if found is None:
        return "malformed"
    token = cloud.tokens.get(found["token"])
    return token.kind if token is not None else "unknown"


class Authority:
    """Checks one request; every method raises Refusal for what it does not let through."""

    def __init__(self, cloud: Cloud, headers: Mapping[str, str]) -> None:
        self._cloud = cloud
        self._headers = headers

    def token_for_verify(self, *, account: str | None) -> Token:
        """Find the token to verify: a user's own (account None) or one that belongs to the account."""
        token = self._token(refusal(1000))
        fits = token.kind != "account" if account is None else token.kind == "account" and account in token.accounts
        if not fits:
            raise refusal(1000)
        return token

    def token_for_accounts(self) -> Token:
        """Find a usable token for the list of accounts: a wrong one is 9109 here, and 1001 if it is no user's."""
        token = self._token(refusal(9109, "Invalid access token"))
        if not token.usable(self._now):
            raise refusal(9109, "Invalid access token")
        if not token.lists_accounts:
            raise refusal(1001)
        return token

    def account(self, account: str, permission: str) -> Account:
        """Find the account if the token may do `permission` there; 10000 whatever the reason."""
        token = self._token(refusal(10000))
        if not token.usable(self._now) or account not in token.accounts or not token.allows(permission):
            raise refusal(10000)
        return self._cloud.accounts[account]

    @property
    def _now(self) -> datetime:
        return self._cloud.now()

    def _token(self, wrong: Refusal) -> Token:
        token = self._cloud.tokens.get(_bearer(self._headers))
        if token is None:
            raise wrong
        if token.ip_restricted:
            raise refusal(9109, f"Cannot use the access token from location: {CLIENT}")
        return token


def _bearer(headers: Mapping[str, str]) -> str:
    """Take the token out of the header; the Global API Key is refused in either form."""
    key = headers.get("x-auth-key")
    if key is not None or "x-auth-email" in headers:
        if key is None or GLOBAL_KEY.fullmatch(key) is None:
            raise Refusal(400, 6003, "Invalid request headers", chain=[(6103, "Invalid format for X-Auth-Key header")])
        raise refusal(9103)
    if "authorization" not in headers:
        raise refusal(9106)
    found = BEARER.fullmatch(headers["authorization"])
    if found is None:
        chain = [(6111, "Invalid format for Authorization header")]
        raise Refusal(400, 6003, "Invalid request headers", chain=chain)
    return found["token"]
