"""Speaks OAuth 2 with Cloudflare as a public client: the page to agree on, the code's exchange, the revocation.

Authorization code with PKCE S256 (RFC 7636) is what Cloudflare's self-managed OAuth clients offer; the three addresses
are those of its documentation. It was never tried against the real Cloudflare from here.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode, urlsplit

from deploy.cloudflare import API_URL
from deploy.secret import Secret
from deploy.tokens import DASHBOARD_URL
from deploy.wire import Answer, Composed, Cut, Http, Outgoing, exchange

SCOPES: Final = "account-settings.read workers-scripts.write"  # what a pasted token is asked for, too
SECONDS: Final = 15.0
OK: Final = 200
MOST_BYTES: Final = 64 * 1024
FORM: Final = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}


class NotGranted(Exception):  # noqa: N818  (says what happened)
    """Cloudflare gave no token for the code; `reason` is its OAuth error code, or how the exchange broke off."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Registration:
    """The operator's OAuth client at Cloudflare; `site` is where its three addresses are."""

    client_id: str
    redirect_url: str
    site: str = DASHBOARD_URL

    def page(self, state: str, verifier: Secret) -> str:
        """The page on which a person agrees; it leads back to the redirect URL with `state`."""
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_url,
            "scope": SCOPES,
            "state": state,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{self.site}/oauth2/auth?{urlencode(asked)}"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code was exchanged for."""

    token: Secret = field(repr=False)
    seconds: float | None  # how long it is valid; None when not told


def challenge(verifier: Secret) -> str:
    """The S256 challenge to a verifier, RFC 7636 section 4.2."""
    digest = hashlib.sha256(verifier.reveal().encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def site_of(api_url: str) -> str:
    """Where to agree, given where the API is: the dashboard, or for a stand-in the stand-in's own host."""
    if api_url.rstrip("/") == API_URL:
        return DASHBOARD_URL
    parts = urlsplit(api_url)
    return f"{parts.scheme}://{parts.netloc}"


async def redeem(http: Http, registration: Registration, code: Secret, verifier: Secret) -> Grant:
    """Exchange a code for a token. Raises NotGranted."""

    def compose() -> Composed:
        told = {
            "grant_type": "authorization_code",
            "code": code.reveal(),
            "redirect_uri": registration.redirect_url,
            "client_id": registration.client_id,
            "code_verifier": verifier.reveal(),
        }
        return Composed(headers=FORM, content=urlencode(told).encode())

    answer = await _post(http, registration, "token", compose)
    if isinstance(answer, Cut):
        raise NotGranted(answer.kind)
    # No name holds the decoded body longer than it must: crash reporters show local variables.
    grant = _grant(answer)
    if grant is None:
        raise NotGranted(_refusal(answer))
    return grant


async def revoke(http: Http, registration: Registration, token: Secret) -> bool:
    """Give a token back, RFC 7009; False when Cloudflare did not take it, and then it ends with its own time."""

    def compose() -> Composed:
        told = {"token": token.reveal(), "token_type_hint": "access_token", "client_id": registration.client_id}
        return Composed(headers=FORM, content=urlencode(told).encode())

    answer = await _post(http, registration, "revoke", compose)
    return isinstance(answer, Answer) and answer.status == OK


async def _post(http: Http, registration: Registration, what: str, compose: Callable[[], Composed]) -> Answer | Cut:
    url = f"{registration.site}/oauth2/{what}"
    request = Outgoing(method="POST", url=url, compose=compose, seconds=SECONDS, most_bytes=MOST_BYTES)
    return await exchange(http, request)


def _grant(answer: Answer) -> Grant | None:
    told = _fields(answer) if answer.status == OK else {}
    token, seconds = told.get("access_token"), told.get("expires_in")
    if not isinstance(token, str) or not token or str(told.get("token_type", "bearer")).lower() != "bearer":
        return None
    return Grant(Secret(token), float(seconds) if isinstance(seconds, int | float) and seconds > 0 else None)


def _refusal(answer: Answer) -> str:
    told = _fields(answer).get("error")
    known = isinstance(told, str) and told.replace("_", "").isalpha() and len(told) <= 40  # noqa: PLR2004
    return str(told) if known else f"http_{answer.status}"


def _fields(answer: Answer) -> dict[str, object]:
    try:
        told = json.loads(answer.body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
