"""Serves an ASGI app from inside the bot's event loop, and finishes what it took before it stops."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from bot.address import Address

BACKLOG: Final = 1024
IDLE_SECONDS: Final = 75  # longer than Telegram and balancers keep idle connections, so that they are who closes


class _Server(uvicorn.Server):
    """Leaves signals to the process around."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Listener:
    """One server on one address; it listens at once, so that a port already taken is found before anything starts."""

    def __init__(self, app: ASGIApp, address: Address, *, grace: float) -> None:
        """Listen, without taking anything yet. Raises OSError.

        `grace` is how many seconds requests that were taken may still use after a stop.
        """
        self._socket = _listening(address)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            backlog=BACKLOG,
            timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=max(1, round(grace)),
        )
        self._server = _Server(config)

    @property
    def port(self) -> int:
        """The port it is bound to."""
        return int(self._socket.getsockname()[1])

    async def run(self) -> None:
        """Serve until cancelled; then take nothing more, and return when what was taken is answered."""
        serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        try:
            await asyncio.shield(serving)
        finally:
            self._server.should_exit = True
            await serving


def _listening(address: Address) -> socket.socket:
    made = socket.socket(socket.AF_INET6 if ":" in address.host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((address.host, address.port))
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        raise OSError(f"cannot listen on {address}: {error.strerror or error}") from None
    return made
