"""httpx over aiohttp: the deployer's client keeps httpx's manners, aiohttp's pool carries what it sends.

The pool that httpx brings looks at every connection twice per request, with a system call for each that is idle; with
many deploys at once that was half of the process's time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from functools import lru_cache
from typing import Final
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from yarl import URL

IDLE_SECONDS: Final = 50.0  # less than Telegram and Cloudflare keep an idle connection for


def open_session(connections: int) -> aiohttp.ClientSession:
    """Make a pool of connections without cookies; proxies are named with each request. Needs a running loop."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=connections, keepalive_timeout=IDLE_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
    )


@lru_cache(maxsize=1024)
def proxy_for(scheme: str, host: str) -> str | None:
    """Find the environment's proxy for an address. Left to itself aiohttp asks at every request, in a thread."""
    proxies = getproxies()
    return None if proxy_bypass(host) else proxies.get(scheme) or proxies.get("all")


class Transport(httpx.AsyncBaseTransport):
    """What httpx sends goes through a session of aiohttp. Errors are httpx's, with nothing of the request in them."""

    def __init__(self, connections: int) -> None:
        """Use at most so many connections at once."""
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request and return once its answer begins."""
        if self._session is None:
            self._session = open_session(self._connections)
        answering = self._session.request(
            request.method,
            URL(str(request.url), encoded=True),
            data=await request.aread() or None,
            headers=request.headers.multi_items(),
            allow_redirects=False,
            proxy=proxy_for(request.url.scheme, request.url.host),
            timeout=_patience(request.extensions.get("timeout", {})),
        )
        try:
            answer = await answering
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise _translated(error) from None
        return httpx.Response(answer.status, headers=answer.raw_headers, stream=_Body(answer))

    async def aclose(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()


class _Body(httpx.AsyncByteStream):
    """An answer's body as it arrives; closing it early closes its connection."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._answer.content.iter_any():
                yield piece
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _translated(error) from None

    async def aclose(self) -> None:
        self._answer.close()


def _patience(times: Mapping[str, float | None]) -> aiohttp.ClientTimeout:
    """Translate time limits; aiohttp's `connect` covers the wait for a free connection as well."""
    return aiohttp.ClientTimeout(
        total=None, connect=times.get("pool"), sock_connect=times.get("connect"), sock_read=times.get("read")
    )


def _translated(error: Exception) -> httpx.HTTPError:
    match error:
        case aiohttp.SocketTimeoutError():
            return httpx.ReadTimeout("no answer in time")
        case aiohttp.ConnectionTimeoutError():
            return httpx.ConnectTimeout("no connection in time")
        case TimeoutError():
            return httpx.PoolTimeout("no connection in time")
        case aiohttp.ClientConnectorError():
            return httpx.ConnectError("no connection")
        case aiohttp.InvalidURL() | ValueError():
            return httpx.UnsupportedProtocol("the address or a header cannot be sent")
        case _:
            return httpx.ReadError(type(error).__name__)
