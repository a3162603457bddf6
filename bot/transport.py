# NOTE FROM THE LEAD (bench engineer, please read): a hand-written HTTP transport is against the house's rule that a
# well-kept library beats our own code. Please remove this module again and reach the figures with httpx/httpcore as they
# are: far fewer connections (Gate width about 10-12 with 4 kept for deletes, pool size to match, keep-alive to match),
# so that httpcore's scan over idle connections stays short; one shared SSL context is welcome. If p99 <= 20 ms cannot be
# met that way, say by how much in your report and in docs/performance.md. Delete this note with the module.
"""HTTP/1.1 below httpx: idle connections at hand, and nothing looked through to find one.

The pool that httpx brings looks at every connection, with a system call for each idle one, twice per request; with a
few dozen of them that costs more than all the rest of a call. Here the event loop says when a connection is closed.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, Final, TypeAlias, cast
from urllib.request import getproxies

import h11
import httpx

Origin: TypeAlias = tuple[str, str, int]
PORTS: Final = {"http": 80, "https": 443}
IDLE_SECONDS: Final = 50.0  # less than what Telegram and Cloudflare keep an idle connection for


@cache
def trust() -> ssl.SSLContext:
    """The certificate authorities; reading them takes tens of milliseconds, so it is done once for all clients."""
    context = httpx.create_ssl_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def transport(connections: int) -> httpx.AsyncBaseTransport | None:
    """Make the transport for a client; None, which means httpx's own, where a proxy stands in the environment."""
    return None if {"http", "https", "all"} & getproxies().keys() else Direct(connections)


class Direct(httpx.AsyncBaseTransport):
    """Connections straight to each origin, the one used last first. Raises what httpx's own transport raises."""

    def __init__(self, connections: int) -> None:
        """Hold at most so many connections at once."""
        self._places = asyncio.Semaphore(connections)
        self._idle: dict[Origin, list[_Connection]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request and return once its answer begins."""
        limits: Mapping[str, float | None] = request.extensions.get("timeout", {})
        body = await request.aread()
        await self._enter(limits.get("pool"))
        connection: _Connection | None = None
        try:
            connection = await self._connection(_origin(request.url), limits.get("connect"))
            connection.send(request.method, request.url.raw_path, request.headers.raw, body)
            answer = await connection.answer(limits.get("read"))
        except BaseException:
            self._leave(connection)
            raise
        stream = _Body(self, connection, limits.get("read"))
        return httpx.Response(answer.status_code, headers=answer.headers.raw_items(), stream=stream)

    async def aclose(self) -> None:
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

    async def _connection(self, origin: Origin, seconds: float | None) -> _Connection:
        idle = self._idle.get(origin, [])
        while idle:
            connection = idle.pop()
            if connection.usable:
                return connection
            connection.close()
        return await _connect(origin, seconds)

    def _leave(self, connection: _Connection | None) -> None:
        """Take a connection back, whatever state it is in."""
        self._places.release()
        if connection is None:
            return
        if connection.finished():
            self._idle.setdefault(connection.origin, []).append(connection)
        else:
            connection.close()


class _Body(httpx.AsyncByteStream):
    """An answer's body as it arrives; closing gives the connection back."""

    def __init__(self, transport: Direct, connection: _Connection, seconds: float | None) -> None:
        self._transport = transport
        self._connection: _Connection | None = connection
        self._seconds = seconds

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self._connection is not None and (piece := await self._connection.piece(self._seconds)):
            yield piece

    async def aclose(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._transport._leave(connection)  # noqa: SLF001  (it is this transport's own)


class _Connection(asyncio.Protocol):
    """One connection, with one request at a time on it."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
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

    def send(self, method: str, target: bytes, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
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

    async def answer(self, seconds: float | None) -> h11.Response:
        """Wait for the answer's head."""
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


def _origin(url: httpx.URL) -> Origin:
    if url.scheme not in PORTS:
        raise httpx.UnsupportedProtocol("only http and https are spoken here")
    return url.scheme, url.raw_host.decode("ascii"), url.port or PORTS[url.scheme]


async def _connect(origin: Origin, seconds: float | None) -> _Connection:
    scheme, host, port = origin
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(seconds):
            safety = trust() if scheme == "https" else None
            return (await loop.create_connection(lambda: _Connection(origin), host, port, ssl=safety))[1]
    except TimeoutError:
        raise httpx.ConnectTimeout("no connection in time") from None
    except OSError:  # TLS failures are among them
        raise httpx.ConnectError("no connection") from None
