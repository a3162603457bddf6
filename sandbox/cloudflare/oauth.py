"""The stand-in's OAuth: a page to agree on, and codes that only the right verifier turns into a token."""

from __future__ import annotations

import base64
import hashlib
import html
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.cloudflare.state import Cloud, Token

SCOPES = {"account-settings.read": "account_settings:read", "workers-scripts.write": "workers_scripts:edit"}
CODE_SECONDS = 60
TOKEN_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class _Request:
    """What a page was opened with, and by when its code must be redeemed."""

    client: str
    redirect: str
    scopes: frozenset[str]
    challenge: str
    state: str
    until: datetime | None = None


@dataclass(slots=True)
class OAuth:
    """The clients that are registered, and the codes given."""

    cloud: Cloud
    clients: dict[str, str] = field(default_factory=dict)  # id to redirect URL
    token_seconds: int = TOKEN_SECONDS
    revoked: int = 0
    _codes: dict[str, _Request] = field(default_factory=dict)

    def routes(self) -> list[Route]:
        """The three addresses of Cloudflare's documentation, and the one its own page posts to."""
        return [
            Route("/oauth2/auth", self._page, methods=["GET"]),
            Route("/oauth2/decide", self._decide, methods=["POST"]),
            Route("/oauth2/token", self._token, methods=["POST"]),
            Route("/oauth2/revoke", self._revoke, methods=["POST"]),
        ]

    async def _page(self, request: Request) -> Response:
        asked = request.query_params
        wanted = self._read(dict(asked))
        if isinstance(wanted, str):
            return HTMLResponse(f"<h1>{html.escape(wanted)}</h1>", 400)
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in asked.items()
        )
        names = "".join(f"<li>{html.escape(scope)}</li>" for scope in sorted(wanted.scopes))
        return HTMLResponse(
            '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Authorize</title>'
            f"<h1>Soar wants to use your Cloudflare account</h1><ul>{names}</ul>"
            f'<form method="post" action="/oauth2/decide">{hidden}'
            '<button name="decision" value="allow">Authorize</button> '
            '<button name="decision" value="deny">Cancel</button></form></html>'
        )

    async def _decide(self, request: Request) -> Response:
        told = await _form(request)
        wanted = self._read(told)
        if isinstance(wanted, str):
            return HTMLResponse(f"<h1>{html.escape(wanted)}</h1>", 400)
        if told.get("decision") != "allow":
            back = {"error": "access_denied", "state": wanted.state}
        else:
            code = self.cloud.new_id()
            self._codes[code] = replace(wanted, until=self.cloud.now() + timedelta(seconds=CODE_SECONDS))
            back = {"code": code, "state": wanted.state}
        return RedirectResponse(f"{wanted.redirect}?{urlencode(back)}", 303)

    async def _token(self, request: Request) -> Response:
        told = await _form(request)
        if told.get("grant_type") != "authorization_code":
            return _refused("unsupported_grant_type")
        given = self._codes.pop(told.get("code", ""), None)
        if given is None or given.until is None or given.until < self.cloud.now():
            return _refused("invalid_grant")
        fits = given.client == told.get("client_id") and given.redirect == told.get("redirect_uri")
        if not fits or _challenge(told.get("code_verifier", "")) != given.challenge:
            return _refused("invalid_grant")
        token = self._issue(given)
        answer = {
            "access_token": token.value,
            "token_type": "bearer",
            "expires_in": self.token_seconds,
            "scope": " ".join(sorted(given.scopes)),
        }
        return JSONResponse(answer, headers={"cache-control": "no-store"})

    async def _revoke(self, request: Request) -> Response:
        told = await _form(request)
        if self.cloud.tokens.pop(told.get("token", ""), None) is not None:
            self.revoked += 1
        return JSONResponse({})

    def _issue(self, given: _Request) -> Token:
        token = Token(
            id=self.cloud.new_id(),
            name="Soar (OAuth)",
            value=(self.cloud.new_id() + self.cloud.new_id())[:40],
            kind="oauth",
            accounts=tuple(self.cloud.accounts)[-1:],
            permissions=frozenset(SCOPES[scope] for scope in given.scopes),
            expires_on=self.cloud.now() + timedelta(seconds=self.token_seconds),
        )
        self.cloud.tokens[token.value] = token
        return token

    def _read(self, asked: dict[str, str]) -> _Request | str:
        redirect = self.clients.get(asked.get("client_id", ""))
        if redirect is None or asked.get("redirect_uri") != redirect:
            return "unknown client or redirect_uri"
        scopes = frozenset(asked.get("scope", "").split())
        if not scopes or not scopes <= SCOPES.keys():
            return "invalid_scope"
        if asked.get("response_type") != "code" or asked.get("code_challenge_method") != "S256":
            return "a code with PKCE S256 is all there is"
        challenge, state = asked.get("code_challenge", ""), asked.get("state", "")
        if len(challenge) != 43 or not state:  # noqa: PLR2004  (a SHA-256 in base64url)
            return "code_challenge or state is missing"
        return _Request(asked["client_id"], redirect, scopes, challenge, state)


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


async def _form(request: Request) -> dict[str, str]:
    found = parse_qs((await request.body()).decode("utf-8", "replace"))
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def _refused(code: str) -> Response:
    return JSONResponse({"error": code}, 400)
