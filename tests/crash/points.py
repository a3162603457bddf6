"""Inside the bot's process: names every commit and every outgoing call, and ends the process at one of them if told to.

Nothing of the bot knows of this. Commits are seen in SQLAlchemy's dialect, calls in python-telegram-bot, httpx and
requests themselves, so that a call added tomorrow is found without anybody listing it here.
"""

from __future__ import annotations

import os
import re
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import httpx
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from sqlalchemy import Engine, event
from sqlalchemy.engine.default import DefaultDialect
from telegram.request import BaseRequest

KINDS: Final = ("commit", "telegram", "cloudflare", "worker", "alpaca")
KILLED: Final = "killed"
_CHANGE: Final = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE)\s+"?(\w+)', re.IGNORECASE)

When = Literal["before", "after"]


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """A place where the process can be ended: the `turn`-th commit or call of one name, before or after it."""

    name: str
    turn: int
    when: When

    @property
    def kind(self) -> str:
        """What it is: a commit, or whom the call goes to."""
        return self.name.partition(" ")[0]

    def __str__(self) -> str:
        return f"{self.when} {self.name} #{self.turn}"


def read_points(record: Path) -> list[Point]:
    """List the points a process has passed, in their order."""
    lines = [line.split("\t") for line in record.read_text().splitlines() if line.count("\t") == 2]
    return [Point(name, int(turn), "before" if when == "before" else "after") for name, turn, when in lines]


def was_killed(record: Path) -> bool:
    """Tell whether the process came to its point."""
    return KILLED in record.read_text().splitlines()


class Trace:
    """Writes down each point and ends the process at `stop`."""

    def __init__(self, record: Path, stop: Point | None) -> None:
        self._record = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._stop = stop
        self._seen: Counter[str] = Counter()
        self._counting = threading.Lock()

    @contextmanager
    def passing(self, name: str) -> Iterator[None]:
        """Pass the two points around one commit or call, also around one that fails."""
        with self._counting:
            self._seen[name] += 1
            turn = self._seen[name]
        self._at(Point(name, turn, "before"))
        try:
            yield
        finally:
            self._at(Point(name, turn, "after"))

    def _at(self, point: Point) -> None:
        os.write(self._record, f"{point.name}\t{point.turn}\t{point.when}\n".encode())
        if point == self._stop:
            os.write(self._record, f"{KILLED}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)


def trace(record: Path, stop: Point | None = None) -> None:
    """Begin, in this process, from now on."""
    found = Trace(record, stop)
    _watch_commits(found)
    _watch_telegram(found)
    _watch_httpx(found)
    _watch_requests(found)


def _watch_commits(trace: Trace) -> None:
    """Name each commit by the tables it changes; every thread has a connection of its own."""
    here = threading.local()
    commit: Any = DefaultDialect.do_commit
    rollback: Any = DefaultDialect.do_rollback

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if found := _CHANGE.match(statement):
            here.tables = {*getattr(here, "tables", ()), found[1].lower()}

    def do_commit(self: DefaultDialect, dbapi_connection: Any) -> None:
        tables: set[str] = getattr(here, "tables", set())
        here.tables = set()
        if not tables:
            commit(self, dbapi_connection)
            return
        what = "all tables" if "alembic_version" in tables else "+".join(sorted(tables))
        with trace.passing(f"commit {what}"):
            commit(self, dbapi_connection)

    def do_rollback(self: DefaultDialect, dbapi_connection: Any) -> None:
        here.tables = set()
        rollback(self, dbapi_connection)

    event.listen(Engine, "before_cursor_execute", note)
    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]
    DefaultDialect.do_rollback = do_rollback  # type: ignore[method-assign]


def _watch_telegram(trace: Trace) -> None:
    """See python-telegram-bot's calls where all of them pass, whatever carries them."""
    wrapper = BaseRequest._request_wrapper

    async def calling(self: BaseRequest, url: str, method: str, *more: Any, **options: Any) -> bytes:
        with trace.passing(name_of(method, url)):
            return await wrapper(self, url, method, *more, **options)

    BaseRequest._request_wrapper = calling  # type: ignore[method-assign]


def _watch_httpx(trace: Trace) -> None:
    send = httpx.AsyncClient.send

    async def sending(self: httpx.AsyncClient, request: httpx.Request, **options: Any) -> httpx.Response:
        name = name_of(request.method, str(request.url))
        if name.startswith("telegram "):  # seen already
            return await send(self, request, **options)
        with trace.passing(name):
            return await send(self, request, **options)

    httpx.AsyncClient.send = sending  # type: ignore[method-assign]


def _watch_requests(trace: Trace) -> None:
    send = HTTPAdapter.send

    def sending(self: HTTPAdapter, request: PreparedRequest, *more: Any, **options: Any) -> Response:
        with trace.passing(name_of(request.method or "", request.url or "")):
            return send(self, request, *more, **options)

    HTTPAdapter.send = sending  # type: ignore[method-assign]


def name_of(method: str, url: str) -> str:
    """Name a call by whom it goes to and what it wants, without ids; a token in the address does not get through."""
    path = urlsplit(url).path
    if path.startswith("/bot"):
        return f"telegram {path.rpartition('/')[2]}"
    if path.startswith("/client/v4"):
        path = re.sub(r"/(accounts|scripts)/[^/]+", r"/\1/…", path.removeprefix("/client/v4"))
        return f"cloudflare {method} {path}"
    if "/workers/" in path:
        return f"worker {path[path.rindex('/v1/') :]}"
    return f"alpaca {method} {path}"
