"""One request and its answer over a shared httpx client; the only module that touches httpx.

Bodies and headers that hold secrets are composed inside `exchange` and die with it: it never raises on a failed
request but returns a `Cut`, so no exception, and no traceback, ever leads back to a request.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

IDLE = 8  # connections kept for later; httpcore looks at each of them twice per request
Http = httpx.AsyncClient
File = tuple[str, tuple[str | None, bytes, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """The parts of a request that may hold secrets, in clear; made last and dropped first."""

    headers: Mapping[str, str] = field(repr=False)
    content: bytes | None = field(default=None, repr=False)
    files: tuple[File, ...] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A request that is still free of secrets; `compose` adds them at the last moment."""

    method: str
    url: str
    compose: Callable[[], Composed]
    params: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 30.0
    most_bytes: int = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever it is."""

    status: int
    body: bytes = field(repr=False)
    retry_after: float | None = None
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Cut:
    """No answer: `kind` says how the exchange ended. Only after `connect` is it sure that nothing was received."""

    kind: str


def open_http(
    *, connect_seconds: float = 5.0, connections: int = 100, transport: httpx.AsyncBaseTransport | None = None
) -> Http:
    """Make the client that the process shares, over `transport` if one is given: it keeps no cookies."""
    return httpx.AsyncClient(
        timeout=httpx.Timeout(60.0, connect=connect_seconds, pool=30.0),
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=IDLE),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        transport=transport,
        verify=_trust() if transport is None else True,
    )


@cache
def _trust() -> ssl.SSLContext:
    """The certificate authorities; reading them takes tens of milliseconds, so it is done once."""
    return httpx.create_ssl_context()


async def exchange(http: Http, outgoing: Outgoing) -> Answer | Cut:
    """Send once and read the whole answer within `outgoing.seconds`."""
    try:
        async with asyncio.timeout(outgoing.seconds):
            return await _send(http, outgoing)
    except httpx.ConnectError:
        return Cut("connect")
    except (httpx.TimeoutException, TimeoutError):
        return Cut("timeout")
    except (httpx.HTTPError, httpx.InvalidURL):
        return Cut("reset")


async def _send(http: Http, outgoing: Outgoing) -> Answer | Cut:
    composed = outgoing.compose()
    request = http.build_request(
        outgoing.method,
        outgoing.url,
        params=outgoing.params or None,
        headers=composed.headers,
        content=composed.content,
        files=composed.files,
    )
    request.headers.pop("cookie", None)  # users share this client; what one was handed is not for the next
    request.headers["accept-encoding"] = "identity"  # a stranger's Worker could send bytes that unpack to gigabytes
    response = await http.send(request, stream=True, follow_redirects=False)
    try:
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > outgoing.most_bytes:
                return Cut("oversized")
    finally:
        await response.aclose()
    headers = response.headers
    retry_after = _seconds(headers.get("retry-after"))
    return Answer(response.status_code, bytes(body), retry_after, headers.get("content-type", ""))


def _seconds(header: str | None) -> float | None:
    """Read Retry-After; Cloudflare sends seconds, a date is treated as not told."""
    if header is None or not header.strip().isdigit():
        return None
    return float(header)
