"""What carries python-telegram-bot's calls: aiohttp, whose pool of connections costs the same however many there are.

The library's own class goes through httpx, which looks at every idle connection twice per call; with two hundred chats
at once that is most of the process's time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.transport import open_session, proxy_for

CONNECT_SECONDS: Final = 5.0
POOL_SECONDS: Final = 60.0
PLAIN: Final = {"Accept-Encoding": "identity"}
Told: TypeAlias = Callable[[str, int | str], None]
HEADERS: Final = {"Content-Type": "application/json", **PLAIN}


def unheard(_method: str, _answer: int | str) -> None:
    """Take no notice of a call."""


class QuietRequest(BaseRequest):
    """Calls of the Bot API. What comes back is never logged: the library's own logs what it cannot parse."""

    def __init__(self, connections: int, read_seconds: float, proxy: str | None, told: Told = unheard) -> None:
        """Hold at most so many connections; `read_seconds` bounds each wait for an answer, unless a call says else.

        `told` hears of each call's method, and of its status or how it failed.
        """
        self._connections = connections
        self._proxy = proxy
        self._told = told
        self._read_seconds = read_seconds
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """Seconds to wait for each piece of an answer."""
        return self._read_seconds

    async def initialize(self) -> None:
        """Open the pool."""
        if self._session is None:
            self._session = open_session(self._connections)

    async def shutdown(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(  # noqa: PLR0917  (the library's signature)
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401, ARG002
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401, ARG002
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401, ARG002
    ) -> tuple[int, bytes]:
        """Send a call. Raises TimedOut or NetworkError, with nothing of the call."""
        if self._session is None:
            raise NetworkError("not initialized")
        read = self._read_seconds if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        patience = aiohttp.ClientTimeout(total=None, connect=POOL_SECONDS, sock_connect=CONNECT_SECONDS, sock_read=read)
        form, headers = _body(request_data)
        try:
            async with self._session.request(
                method, url, data=form, headers=headers, timeout=patience, allow_redirects=False, proxy=self._proxy
            ) as answer:
                body = await answer.read()
                self._told(url.rpartition("/")[2], answer.status)
                return answer.status, body
        except TimeoutError:
            self._told(url.rpartition("/")[2], "timeout")
            raise TimedOut from None
        except (aiohttp.ClientError, OSError) as error:
            self._told(url.rpartition("/")[2], "unreached")
            raise NetworkError(type(error).__name__) from None

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


def _body(data: RequestData | None) -> tuple[bytes | aiohttp.FormData | None, dict[str, str]]:
    """Encode a call's values as JSON, or as a form in parts when there is a file among them.

    Telegram takes both, https://core.telegram.org/bots/api#making-requests. A form as the library makes it costs an
    eighth of all the CPU, for every letter that is not English is written as nine.
    """
    if data is None:
        return None, PLAIN
    if not data.contains_files:
        return data.json_payload, HEADERS
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form, PLAIN


def request(connections: int, read_seconds: float, api_url: str, told: Told = unheard) -> QuietRequest:
    """Make what carries the library's calls to `api_url`, through the environment's proxy if it names one for it."""
    address = urlsplit(api_url)
    return QuietRequest(connections, read_seconds, proxy_for(address.scheme, address.hostname or ""), told)
