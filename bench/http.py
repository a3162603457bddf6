"""As little of an HTTP server as a load run can do with, so that what is measured is the bot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, cast

Reply = Callable[[int, bytes], None]
Answer = Callable[[str, bytes, Reply], None]
_HEAD: Final = b"HTTP/1.1 %d X\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"


class Connection(asyncio.Protocol):
    """One client's connection, kept open; requests have a Content-Length and come one after the other."""

    def __init__(self, answer: Answer) -> None:
        """`answer` gets path, body and a function that sends the answer, now or later."""
        self._answer = answer
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Forget it."""
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Hand on each request that is whole."""
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._received[:end])
            size = _length(head)
            if len(self._received) < end + 4 + size:
                return
            body = bytes(self._received[end + 4 : end + 4 + size])
            del self._received[: end + 4 + size]
            self._answer(head.split(b" ", 2)[1].decode(), body, self._send)

    def _send(self, status: int, body: bytes) -> None:
        if self._transport is not None:
            self._transport.write(_HEAD % (status, len(body)) + body)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def serve(answer: Answer) -> str:
    """Listen on a free loopback port; returns the address."""
    server = await asyncio.get_running_loop().create_server(lambda: Connection(answer), "127.0.0.1", 0, backlog=4096)
    return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
