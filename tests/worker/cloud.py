"""A Cloudflare API that answers as a test tells it and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    token: str
    body: Any


class Cloud:
    """Answers from a list, then with success; `on_request` is called before each answer."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: list[Answer] = []
        self.on_request: Callable[[Asked], None] = lambda _: None
        self._arrived = threading.Condition()
        cloud = self

        class Handler(BaseHTTPRequestHandler):
            def do_PATCH(self) -> None:
                cloud._serve(self)

            def do_DELETE(self) -> None:
                cloud._serve(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class names it so)
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/client/v4"

    def refuse(self, status: int, code: int, times: int = 1) -> None:
        body = {"success": False, "errors": [{"code": code, "message": "no"}], "messages": [], "result": None}
        self.answers += [(status, json.dumps(body).encode())] * times

    def wait_for(self, count: int) -> list[Asked]:
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.asked) >= count, 10), self.asked
            return list(self.asked)

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        raw = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        token = handler.headers.get("Authorization", "").removeprefix("Bearer ")
        asked = Asked(handler.command, handler.path, token, json.loads(raw) if raw else None)
        self.on_request(asked)
        fine = json.dumps({"success": True, "errors": [], "messages": [], "result": {}}).encode()
        status, body = self.answers.pop(0) if self.answers else (200, fine)
        with self._arrived:
            self.asked.append(asked)
            self._arrived.notify_all()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
