"""One host: its gate (request ids, call log, faults) and the way from an HTTP request to a handler and back."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from sandbox.alpaca.accounts import Account, Mode, minute_of
from sandbox.alpaca.clock import in_utc
from sandbox.alpaca.exchange import Exchange
from sandbox.alpaca.faults import Faults, abort_of, inflict, nowhere
from sandbox.alpaca.refusals import BAD_BODY, Json, Refusal

_CALLS_KEPT = 20_000
_CONTROL = "/_sandbox/"
_CORS = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, POST, PATCH, DELETE, OPTIONS"),
    (b"access-control-allow-headers", b"*"),
]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler gives back; `body` None means no body at all."""

    body: object = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One request as a handler sees it; `body` is parsed JSON, with decimals for fractions, or None."""

    exchange: Exchange
    account: Account
    query: dict[str, str]
    path: dict[str, str]
    body: object


Handler = Callable[[Call], Answer]
Authorize = Callable[[Exchange, Headers], Account]
UnexpectedQuery = Callable[[list[str]], Refusal]


class Host:
    """What one host remembers of its own: faults to inflict and the calls it got."""

    def __init__(self, name: str, exchange: Exchange, mode: Mode | None) -> None:
        """Name the host; `mode` is None for the data host, which serves keys of both modes."""
        self.name, self.exchange, self.mode = name, exchange, mode
        self.faults = Faults()
        self.calls: deque[Json] = deque(maxlen=_CALLS_KEPT)
        self.counted = 0
        self.used: dict[str, tuple[int, int]] = {}

    def log(self, scope: Scope, status: int) -> None:
        """Note a finished call; of the key only the last four characters. Status 0: no answer was sent."""
        self.counted += 1
        key = Headers(scope=scope).get("apca-api-key-id", "")
        query = scope["query_string"].decode("latin-1")
        line = {"id": self.counted, "at": in_utc(self.exchange.clock.now()), "method": scope["method"]}
        self.calls.append({**line, "path": scope["path"], "query": query, "status": status, "key": key[-4:]})

    def spend(self, account: Account) -> dict[str, str]:
        """Count a request against the account's rate limit, by the real minute; raises Refusal 429 beyond it."""
        if account.rate_limit is None:
            return {}
        minute = minute_of(self.exchange.clock.wall())
        since, used = self.used.get(account.id, (minute, 0))
        used = used + 1 if since == minute else 1
        self.used[account.id] = (minute, used)
        headers = {
            "X-RateLimit-Limit": str(account.rate_limit),
            "X-RateLimit-Remaining": str(max(0, account.rate_limit - used)),
            "X-RateLimit-Reset": str((minute + 1) * 60),
        }
        if used > account.rate_limit:
            code = None if self.mode is None else 42910000
            raise Refusal(429, code, "too many requests." if code is None else "rate limit exceeded", headers=headers)
        return headers


class Gate:
    """Stands before the app: numbers answers, logs calls, inflicts faults, opens the control API to browsers."""

    def __init__(self, app: Starlette, host: Host) -> None:
        """Guard that app."""
        self.app, self.host = app, host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as ASGI wants it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["path"].startswith(_CONTROL):
            await self._control(scope, receive, send)
        else:
            await self._serve(scope, receive, send)

    async def _control(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_cors(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_CORS]
            await send(message)

        if scope["method"] == "OPTIONS":
            await with_cors({"type": "http.response.start", "status": 204, "headers": []})
            await with_cors({"type": "http.response.body", "body": b""})
        else:
            await self.app(scope, receive, with_cors)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        host, answered = self.host, 0
        request_id = f"{host.exchange.dice.getrandbits(128):032x}".encode()

        async def numbered(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id)]
            await send(message)

        fault = host.faults.take(scope["method"], scope["path"])
        if fault is None:
            await self.app(scope, receive, numbered)
        else:
            reset_at = (minute_of(host.exchange.clock.wall()) + 1) * 60
            strike = partial(inflict, fault, receive, numbered, abort=abort_of(send), reset_at=reset_at)
            if fault.when == "after":
                await self.app(scope, receive, nowhere)
                await strike()
            elif not await strike():
                await self.app(scope, receive, numbered)
        host.log(scope, answered)


def endpoint(
    host: Host,
    method: str,
    path: str,
    handler: Handler,
    *,
    authorize: Authorize,
    queries: Sequence[str] = (),
    unexpected: UnexpectedQuery,
) -> Route:
    """A route whose handler runs with the exchange locked, time caught up, the caller known and the query checked."""
    known = frozenset(queries)

    def serve(request: Request, raw: bytes) -> Response:
        exchange, headers = host.exchange, {}
        try:
            account = authorize(exchange, request.headers)
            headers = host.spend(account)
            exchange.catch_up()
            query = dict(request.query_params)
            strange = sorted(set(query) - known)
            if strange:
                raise unexpected(strange)
            answer = handler(Call(exchange, account, query, request.path_params, parsed(raw)))
        except Refusal as refusal:
            return _response(Answer(refusal.body, refusal.status, {**headers, **refusal.headers}))
        return _response(Answer(answer.body, answer.status, {**headers, **answer.headers}))

    async def respond(request: Request) -> Response:
        raw = await request.body()
        with host.exchange.lock:
            return serve(request, raw)

    return Route(path, respond, methods=[method])


def no_such_endpoint(_request: Request, _error: Exception) -> Response:
    """The answer to a path or method that does not exist."""
    return _response(Answer({"message": "endpoint not found."}, 404))


def parsed(raw: bytes) -> object:
    """A JSON body, with decimals for fractions, None if empty; raises Refusal 400 if it is no JSON."""
    if not raw:
        return None
    try:
        parsed: Any = json.loads(raw, parse_float=Decimal)
    except ValueError:
        raise Refusal(400, BAD_BODY, "request body format is invalid") from None
    return parsed


def _response(answer: Answer) -> Response:
    headers = dict(answer.headers)
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    words = json.dumps(answer.body, separators=(",", ":"))
    return Response(words, answer.status, headers, "application/json; charset=UTF-8")
