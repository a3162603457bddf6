"""HTTP/1.1 connections kept at hand, for httpx clients and for python-telegram-bot.

The pool that httpx brings looks at every connection, with a system call for each idle one, twice per request; with a
few dozen of them that costs more than all the rest of a call. Here the event loop says when a connection is closed.
Everything that can go wrong is raised as httpx would raise it, with nothing of the request in it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias, cast
from urllib.request import getproxies

import h11
import httpx

Origin: TypeAlias = tuple[str, str, int]
Headers: TypeAlias = list[tuple[bytes, bytes]]
PORTS: Final = {"http": 80, "https": 443}
IDLE_SECONDS: Final = 50.0  # less than Telegram and Cloudflare keep an idle connection for


@cache
def trust() -> ssl.SSLContext:
    """The certificate authorities; reading them takes tens of milliseconds, so it is done once for all clients."""
    context = httpx.create_ssl_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def proxied() -> bool:
    """Whether a proxy stands in the environment; connections cannot go straight then, and httpx's own pool serves."""
    return not {"http", "https", "all"}.isdisjoint(getproxies())


def origin(url: httpx.URL) -> Origin:
    """Where a URL's requests go: scheme, host, port. Raises httpx.UnsupportedProtocol."""
    if url.scheme not in PORTS:
        raise httpx.UnsupportedProtocol("only http and https are spoken here")
    return url.scheme, url.raw_host.decode("ascii"), url.port or PORTS[url.scheme]


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds to wait for a free place, for a connection, and for each piece of an answer; None waits for ever."""

    pool: float | None = None
    connect: float | None = None
    read: float | None = None


class Pool:
    """Connections straight to each origin; the one used last is used first."""

    def __init__(self, connections: int) -> None:
        """Hold at most so many at once."""
        self._places = asyncio.Semaphore(connections)
        self._idle: dict[Origin, list[_Connection]] = {}

    async def ask(  # noqa: PLR0917  (a request has these parts, in this order)
        self, to: Origin, method: str, target: bytes, headers: Headers, body: bytes, limits: Limits
    ) -> Answer:
        """Send one request and return once its answer begins; the answer is to be closed."""
        await self._enter(limits.pool)
        connection: _Connection | None = None
        try:
            connection = await self._connection(to, limits.connect)
            connection.send(method, target, headers, body)
            return Answer(self, connection, await connection.head(limits.read), limits.read)
        except BaseException:
            self.leave(connection)
            raise

    def leave(self, connection: _Connection | None) -> None:
        """Take a connection back, whatever state it is in."""
        self._places.release()
        if connection is None:
            return
        if connection.finished():
            self._idle.setdefault(connection.origin, []).append(connection)
        else:
            connection.close()

    async def close(self) -> None:
        """Close what is idle; what is under way is closed when it ends."""
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()
        await asyncio.sleep(0)  # closing takes a turn of the loop

    async def _enter(self, seconds: float | None) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(seconds):
                await self._places.acquire()
        except TimeoutError:
            raise httpx.PoolTimeout("every connection is busy") from None

    async def _connection(self, to: Origin, seconds: float | None) -> _Connection:
        idle = self._idle.get(to, [])
        while idle:
            connection = idle.pop()
            if connection.usable:
                return connection
            connection.close()
        return await _connect(to, seconds)


class Answer:
    """An answer whose body is still arriving."""

    def __init__(self, pool: Pool, connection: _Connection, head: h11.Response, seconds: float | None) -> None:
        """`seconds` is how long to wait for each further piece."""
        self.status = head.status_code
        self.headers = head.headers.raw_items()
        self._pool = pool
        self._connection: _Connection | None = connection
        self._seconds = seconds

    async def pieces(self) -> AsyncIterator[bytes]:
        """Give the body as it comes."""
        while self._connection is not None and (piece := await self._connection.piece(self._seconds)):
            yield piece

    async def read(self) -> bytes:
        """Wait for the whole body, and close."""
        try:
            return b"".join([piece async for piece in self.pieces()])
        finally:
            self.close()

    def close(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._pool.leave(connection)


class Transport(httpx.AsyncBaseTransport):
    """A pool as httpx wants it."""

    def __init__(self, connections: int) -> None:
        """Hold at most so many connections at once."""
        self._pool = Pool(connections)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request and return once its answer begins."""
        times: Mapping[str, float | None] = request.extensions.get("timeout", {})
        limits = Limits(times.get("pool"), times.get("connect"), times.get("read"))
        url, body = request.url, await request.aread()
        answer = await self._pool.ask(origin(url), request.method, url.raw_path, request.headers.raw, body, limits)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Stream(answer))

    async def aclose(self) -> None:
        """Close the pool."""
        await self._pool.close()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._answer.pieces():
            yield piece

    async def aclose(self) -> None:
        self._answer.close()


class _Connection(asyncio.Protocol):
    """One connection, with one request at a time on it."""

    def __init__(self, to: Origin) -> None:
        self.origin = to
        self._loop = asyncio.get_running_loop()
        self._http = h11.Connection(h11.CLIENT)
        self._wire: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._rested = self._loop.time()
        self._busy = self._lost = False

    @property
    def usable(self) -> bool:
        """Whether a request may still be sent on it."""
        return not self._lost and self._loop.time() - self._rested < IDLE_SECONDS

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = cast("asyncio.Transport", transport)  # uvloop's is none by inheritance

    def data_received(self, data: bytes) -> None:
        if not self._busy:
            self.close()  # nothing was asked: it would pass for the next request's answer
            return
        self._http.receive_data(data)
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._lost = True
        with suppress(h11.RemoteProtocolError):
            self._http.receive_data(b"")
        self._wake()

    def close(self) -> None:
        """Cut it off."""
        self._lost = True
        if self._wire is not None:
            self._wire.abort()

    def send(self, method: str, target: bytes, headers: Headers, body: bytes) -> None:
        """Send a whole request. Raises httpx.LocalProtocolError when its parts cannot stand in one."""
        if self._wire is None:
            raise httpx.WriteError("not connected")
        self._busy = True
        try:
            head = self._http.send(h11.Request(method=method, target=target, headers=headers)) or b""
            content = self._http.send(h11.Data(data=body)) if body else b""
            self._wire.write(head + (content or b"") + (self._http.send(h11.EndOfMessage()) or b""))
        except h11.LocalProtocolError:
            raise httpx.LocalProtocolError("the request is malformed") from None  # the original quotes headers

    async def head(self, seconds: float | None) -> h11.Response:
        """Wait for the answer's status and headers."""
        while True:
            event = await self._event(seconds)
            if isinstance(event, h11.Response):
                return event

    async def piece(self, seconds: float | None) -> bytes:
        """Wait for more of the body; empty at its end."""
        while True:
            event = await self._event(seconds)
            if not isinstance(event, h11.Data):
                return b""
            if event.data:
                return bytes(event.data)

    def finished(self) -> bool:
        """Make ready for the next request; False when this one has not come to a clean end."""
        done = self._http.our_state is h11.DONE and self._http.their_state is h11.DONE
        if self._lost or not done or self._http.trailing_data[0]:
            return False
        self._http.start_next_cycle()
        self._busy, self._rested = False, self._loop.time()
        return True

    async def _event(self, seconds: float | None) -> Any:  # noqa: ANN401  (h11 has no common type for its events)
        while True:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError:
                raise httpx.RemoteProtocolError("what came is no HTTP, or ended too early") from None
            if event is not h11.NEED_DATA:
                return event
            if self._lost:
                raise httpx.ReadError("the connection was cut")
            self._waiter = self._loop.create_future()
            try:
                async with asyncio.timeout(seconds):
                    await self._waiter
            except TimeoutError:
                raise httpx.ReadTimeout("no answer in time") from None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


async def _connect(to: Origin, seconds: float | None) -> _Connection:
    scheme, host, port = to
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(seconds):
            safety = trust() if scheme == "https" else None
            return (await loop.create_connection(lambda: _Connection(to), host, port, ssl=safety))[1]
    except TimeoutError:
        raise httpx.ConnectTimeout("no connection in time") from None
    except OSError:  # TLS failures are among them
        raise httpx.ConnectError("no connection") from None
