"""Routes a v4 request to its handler: URL, then credentials, then the handler, all refusals in the envelope."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox.cloudflare.answers import Refusal, refusal, refused
from sandbox.cloudflare.authority import Authority
from sandbox.cloudflare.runtime import Runtime
from sandbox.cloudflare.state import Account, Cloud, Script

BASE = "/client/v4"
ACCOUNT = r"/accounts/(?P<account>[0-9a-f]{32})"
SCRIPT = ACCOUNT + r"/workers/scripts/(?P<script>[^/]+)"
JSON_TYPES = ("application/json", "application/merge-patch+json")


@dataclass(frozen=True, slots=True)
class Call:
    """One routed request with all that a handler may need."""

    cloud: Cloud
    runtime: Runtime | None  # None: uploads are kept but nothing runs
    public_url: str
    request: Request
    authority: Authority
    path: Mapping[str, str]

    def account(self, permission: str) -> Account:
        """The account of the URL, if the token may do `permission` there."""
        return self.authority.account(self.path["account"], permission)

    def script(self, account: Account) -> Script:
        """The Worker of the URL; raises the 10007 refusal if there is none."""
        try:
            return account.scripts[self.path["script"]]
        except KeyError:
            raise refusal(10007, "This Worker does not exist on your account.") from None

    async def json(self) -> Any:  # noqa: ANN401  (whatever the client sent)
        """The parsed body; 10001 for another content type, 10026 if it is no JSON."""
        kind = self.request.headers.get("content-type", "")
        if not kind.startswith(JSON_TYPES):
            raise refusal(10001, kind or "none given")
        try:
            return json.loads(await self.request.body())
        except ValueError as error:
            raise refusal(10026, "not JSON") from error

    def number(self, name: str, default: int) -> int:
        """A positive whole number from the query; 10003 otherwise."""
        text = self.request.query_params.get(name, str(default))
        if not text.isdecimal() or int(text) < 1:
            raise refusal(10003, name)
        return int(text)


Handler = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Route:
    """One method and path pattern."""

    method: str
    pattern: str
    handler: Handler


class Api:
    """The ASGI app under /client/v4."""

    def __init__(self, cloud: Cloud, runtime: Runtime | None, public_url: str, routes: list[Route]) -> None:
        self._cloud = cloud
        self._runtime = runtime
        self._public_url = public_url
        self._routes = [(route.method, re.compile(route.pattern), route.handler) for route in routes]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except Refusal as told:
            response = refused(told)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = request.url.path.removeprefix(BASE)
        matches = [
            (method, found, handler) for method, pattern, handler in self._routes if (found := pattern.fullmatch(path))
        ]
        if not matches:
            told = refusal(7003, BASE + path)
            told.chain = ((7000, "No route for that URI"),)
            raise told
        for method, found, handler in matches:
            if method == request.method:
                return await handler(self._call(request, found.groupdict()))
        raise refusal(7001, request.method)

    def _call(self, request: Request, path: Mapping[str, str]) -> Call:
        base = self._public_url or str(request.base_url).rstrip("/").removesuffix(BASE)
        return Call(self._cloud, self._runtime, base, request, Authority(self._cloud, request.headers), path)
