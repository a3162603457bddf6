"""Counts calls at the door where they leave the process, so that nobody who makes them has to; there they wait, too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import httpx

Told = Callable[[str, int | str], None]


async def _none() -> None:
    """Let a call go at once."""


class Metered(httpx.AsyncBaseTransport):
    """A transport that tells of each call: whom it was to, and the status or the error that came back.

    While `courtesy` says so, calls wait: something more urgent goes first.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        services: Mapping[str, str],
        *,
        other: str,
        told: Told,
        courtesy: Callable[[], Awaitable[None]] = _none,
    ) -> None:
        """`services` names whoever is called by how the address begins; the rest is `other`.

        `courtesy` is waited for before each call.
        """
        self._inner = inner
        self._services = services
        self._other = other
        self._told = told
        self._courtesy = courtesy

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request on, and tell how it went."""
        await self._courtesy()
        address = str(request.url)
        service = next((name for name, base in self._services.items() if address.startswith(base)), self._other)
        try:
            response = await self._inner.handle_async_request(request)
        except httpx.HTTPError as error:
            self._told(service, type(error).__name__)
            raise
        self._told(service, response.status_code)
        return response

    async def aclose(self) -> None:
        """Close what is behind."""
        await self._inner.aclose()
