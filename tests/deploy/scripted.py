"""A small HTTP server that answers what a test tells it to, odd things included, and notes what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True)
class Got:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Raw:
    """An answer of any kind."""

    status: int
    body: bytes
    kind: str = "text/html"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cut:
    """Close the connection instead of answering."""


@dataclass(frozen=True)
class Hang:
    """Keep the connection and never answer."""


@dataclass(frozen=True)
class Held:
    """Answer only once the event is set."""

    until: asyncio.Event
    then: Raw


Act = Raw | Cut | Hang | Held
Handler = Callable[[Got], Act]


def good(result: object, **info: object) -> Raw:
    envelope = {"success": True, "errors": [], "messages": [], "result": result}
    return Raw(200, json.dumps(envelope | ({"result_info": info} if info else {})).encode(), "application/json")


def bad(status: int, code: int, message: str, *, chain: tuple[int, str] | None = None, **headers: str) -> Raw:
    error: dict[str, object] = {"code": code, "message": message}
    if chain:
        error["error_chain"] = [{"code": chain[0], "message": chain[1]}]
    envelope = {"success": False, "errors": [error], "messages": [], "result": None}
    return Raw(status, json.dumps(envelope).encode(), "application/json", headers)


def said(status: int, fields: object) -> Raw:
    """A Worker's answer."""
    return Raw(status, json.dumps(fields).encode(), "application/json")


async def until(met: Callable[[], bool]) -> None:
    """Wait for a condition, five seconds at most."""
    async with asyncio.timeout(5):
        while not met():  # noqa: ASYNC110  (what is waited for cannot be told to set an event)
            await asyncio.sleep(0.005)


class Scripted:
    """Routes are "METHOD /path"; a route with several answers gives them in turn and then repeats the last."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.routes: dict[str, list[Act]] = {}
        self.otherwise: Handler = lambda got: bad(400, 7003, f"Could not route to {got.path}")
        self.url = ""
        self._server: asyncio.Server | None = None
        self._over = asyncio.Event()

    def on(self, route: str, *acts: Act) -> None:
        self.routes[route] = list(acts)

    @property
    def lines(self) -> list[str]:
        return [got.line for got in self.got]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._over.set()
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        pairs = (line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): value for name, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        parts = urlsplit(target)
        got = Got(method, unquote(parts.path), dict(parse_qsl(parts.query)), headers, body)
        self.got.append(got)
        act = self._act(got)
        if isinstance(act, Held):
            await act.until.wait()
            act = act.then
        if isinstance(act, Raw):
            writer.write(_wire(act))
            await writer.drain()
            return True
        if isinstance(act, Hang):
            await self._over.wait()
        return False

    def _act(self, got: Got) -> Act:
        acts = self.routes.get(got.line)
        if not acts:
            return self.otherwise(got)
        return acts.pop(0) if len(acts) > 1 else acts[0]


def _wire(raw: Raw) -> bytes:
    headers = {"Content-Type": raw.kind, "Content-Length": str(len(raw.body))} | raw.headers
    lines = [f"HTTP/1.1 {raw.status} Whatever", *(f"{name.replace('_', '-')}: {v}" for name, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + raw.body


class FakeClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.time = now
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)
