"""Runs a stand-in's ASGI app on loopback, in a thread of its own, so that others can talk real HTTP to it."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Any, Self

import uvicorn

HOST = "127.0.0.1"


class Served:
    """A running server for one ASGI app; `url` is where it answers."""

    def __init__(self, app: Any, port: int = 0) -> None:  # noqa: ANN401  (ASGI apps have no common type)
        """Bind at once (0 picks a free port), so `url` is true before the server has started."""
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((HOST, port))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{HOST}:{self.port}"
        config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=1, backlog=4096)
        self._server = uvicorn.Server(config)
        self._started = threading.Event()
        self._server.startup = self._announced_startup  # type: ignore[method-assign]
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    async def _announced_startup(self, sockets: list[socket.socket] | None = None) -> None:
        await uvicorn.Server.startup(self._server, sockets)
        self._started.set()

    def start(self, timeout: float = 10.0) -> Self:
        """Start serving; returns once requests are accepted. Raises TimeoutError after `timeout` seconds."""
        self._thread.start()
        if not self._started.wait(timeout):
            raise TimeoutError(self.url)
        return self

    def close(self) -> None:
        """Stop serving and wait for the thread to end."""
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()

    def __enter__(self) -> Self:
        """Start on entering a `with` block."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop on leaving it."""
        self.close()
