"""What stands before the API and the Workers: latency, faults, cut connections, and the record of calls."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.cloudflare.faults import Fault, Faults, answer_of

CUT_HEADER = "x-sandbox-cut"  # an answer that carries it is not sent: the connection is cut instead
CONTROL = "/_sandbox"
API = "/client/"
CALLS_KEPT = 10_000


@dataclass(slots=True)
class RecordedCall:
    """One request; `status` 0 means that no answer was sent. The credentials' value is never kept."""

    n: int
    at: str
    method: str
    path: str
    authorization_kind: str
    status: int = 0
    codes: list[int] = field(default_factory=list)


class Calls:
    """The last requests, in order of arrival."""

    def __init__(self, now: Callable[[], datetime], kind_of: Callable[[Headers], str]) -> None:
        self._now = now
        self._kind_of = kind_of
        self._kept: deque[RecordedCall] = deque(maxlen=CALLS_KEPT)
        self._next = 1

    def arrived(self, scope: Scope) -> RecordedCall:
        """Record a request that has just come in."""
        path = scope["path"] + (f"?{scope['query_string'].decode()}" if scope["query_string"] else "")
        kind = self._kind_of(Headers(scope=scope))
        call = RecordedCall(self._next, self._now().isoformat(), scope["method"], path, kind)
        self._next += 1
        self._kept.append(call)
        return call

    def since(self, number: int) -> dict[str, Any]:
        """Give the calls numbered `number` and later, and the number the next one will have."""
        return {"next": self._next, "calls": [asdict(call) for call in self._kept if call.n >= number]}


@dataclass(slots=True)
class Latency:
    """Seconds added to every request, for the API and for the Workers' addresses."""

    api: float = 0.0
    workers: float = 0.0


class Edge:
    """The outermost ASGI app; the control API passes through untouched."""

    def __init__(self, app: ASGIApp, *, calls: Calls, faults: Faults, latency: Latency) -> None:
        self._app = app
        self._calls = calls
        self._faults = faults
        self._latency = latency

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self._app(scope, receive, send)
            return
        call = self._calls.arrived(scope)
        await asyncio.sleep(self._latency.api if scope["path"].startswith(API) else self._latency.workers)
        fault = self._faults.take(scope["method"], scope["path"])
        sending = _Sending(send, receive, call)
        if fault is None:
            await self._app(scope, receive, sending)
        else:
            await self._misbehave(fault, scope, receive, sending)

    async def _misbehave(self, fault: Fault, scope: Scope, receive: Receive, sending: _Sending) -> None:
        match fault.kind:
            case "hang":
                await _wait_for_leaving(receive, fault.seconds)
                await sending.cut()
            case "delay":
                arrived = await _whole(receive)
                await asyncio.sleep(fault.seconds)
                await self._app(scope, _again(arrived, receive), sending)
            case "cut":
                await sending.cut()
            case "cut_after":
                await self._app(scope, receive, _nowhere)
                await sending.cut()
            case _:
                response = answer_of(fault)
                if response is not None:
                    await _drain(receive)
                    await response(scope, receive, sending)


class _Sending:
    """Passes an answer on, notes its status and codes, and cuts the connection where that is wanted."""

    def __init__(self, send: Send, receive: Receive, call: RecordedCall) -> None:
        self._send = send
        self._receive = receive
        self._call = call
        self._cutting = False
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if self._cutting:
            return
        if message["type"] == "http.response.start":
            headers: Sequence[tuple[bytes, bytes]] = message.get("headers", [])
            if any(name == CUT_HEADER.encode() for name, _ in headers):
                await self.cut()
                return
            self._call.status = message["status"]
        elif self._call.status >= 400 and self._call.path.startswith(API):  # noqa: PLR2004
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                self._call.codes = _codes(bytes(self._body))
        await self._send(message)

    async def cut(self) -> None:
        """Close the connection without a word; uvicorn's own cycle object holds the transport."""
        self._cutting = True
        transport = getattr(getattr(self._send, "__self__", None), "transport", None)
        if transport is not None:
            transport.abort()
        await _wait_for_leaving(self._receive, 5.0)


async def _nowhere(_message: Message) -> None:
    """Swallow an answer."""


async def _wait_for_leaving(receive: Receive, seconds: float) -> None:
    async def left() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(left(), seconds)
    except TimeoutError:
        return


async def _whole(receive: Receive) -> list[Message]:
    """Take in a request to its end: what has arrived is carried out, even when its sender has gone by then."""
    messages = [await receive()]
    while messages[-1].get("more_body", False):
        messages.append(await receive())
    return messages


def _again(messages: list[Message], receive: Receive) -> Receive:
    async def repeated() -> Message:
        return messages.pop(0) if messages else await receive()

    return repeated


async def _drain(receive: Receive) -> None:
    """Read the request to its end, as the original does before it refuses."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return


def _codes(body: bytes) -> list[int]:
    try:
        told = json.loads(body)
    except ValueError:
        return []
    errors = told.get("errors", []) if isinstance(told, dict) else []
    return [error["code"] for error in errors if isinstance(error, dict) and "code" in error]
