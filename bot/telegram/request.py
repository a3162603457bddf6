"""How python-telegram-bot's calls reach Telegram: straight over kept connections, without logging what came back."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Final

import httpx
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, HTTPXRequest, RequestData

from bot.transport import Headers, Limits, Pool, origin, proxied

CONNECT_SECONDS, WRITE_SECONDS, POOL_SECONDS = 5.0, 5.0, 60.0
FORM: Final = b"application/x-www-form-urlencoded"


class Quiet(BaseRequest):
    """The library's own logs what it cannot parse, pasted keys included; this one does not."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Parse an answer. Raises TelegramError without quoting it."""
        try:
            answer = json.loads(payload.decode("utf-8", "replace"))
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise TelegramError("Invalid server response") from None
        return answer


class Straight(Quiet):
    """Calls over a pool of one's own: a quarter of the CPU that the library's way through an httpx client takes."""

    def __init__(self, connections: int, read_seconds: float) -> None:
        """Wait `read_seconds` for each piece of an answer, unless a call says otherwise."""
        self._connections = connections
        self._read_seconds = read_seconds
        self._pool = Pool(connections)

    @property
    def read_timeout(self) -> float | None:
        """Seconds to wait for each piece of an answer."""
        return self._read_seconds

    async def initialize(self) -> None:
        """Nothing is opened before it is needed."""

    async def shutdown(self) -> None:
        """Close the connections."""
        await self._pool.close()

    async def do_request(  # noqa: PLR0917  (the library's signature)
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401, ARG002
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401
    ) -> tuple[int, bytes]:
        """Send a call, which never carries a file here. Raises TimedOut or NetworkError."""
        address = _address(url)
        body = request_data.url_encoded_parameters().encode() if request_data else b""
        limits = Limits(
            pool=_seconds(pool_timeout, POOL_SECONDS),
            connect=_seconds(connect_timeout, CONNECT_SECONDS),
            read=_seconds(read_timeout, self._read_seconds),
        )
        try:
            answer = await self._pool.ask(
                origin(address), method, address.raw_path, _headers(address, body), body, limits
            )
            return answer.status, await answer.read()
        except httpx.TimeoutException:
            raise TimedOut from None
        except httpx.HTTPError as error:
            raise NetworkError(type(error).__name__) from None


class Proxied(Quiet, HTTPXRequest):
    """Calls through the proxy that stands in the environment."""


def request(connections: int, read_seconds: float) -> BaseRequest:
    """Make what carries the library's calls; times are in seconds."""
    if not proxied():
        return Straight(connections, read_seconds)
    return Proxied(
        connection_pool_size=connections,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=read_seconds,
        write_timeout=WRITE_SECONDS,
        pool_timeout=POOL_SECONDS,
    )


@lru_cache(maxsize=64)
def _address(url: str) -> httpx.URL:
    """Read a method's address, of which there are few."""
    return httpx.URL(url)


def _headers(address: httpx.URL, body: bytes) -> Headers:
    return [
        (b"Host", address.netloc),
        (b"User-Agent", b"Soar"),
        (b"Content-Type", FORM),
        (b"Content-Length", str(len(body)).encode()),
    ]


def _seconds(chosen: Any, usual: float | None) -> float | None:  # noqa: ANN401  (a number, None, or the library's mark)
    return usual if chosen is BaseRequest.DEFAULT_NONE else chosen
