"""One `workerd` process for one version of one Worker: started, asked, ended by its pid."""

from __future__ import annotations

import asyncio
import ctypes
import json
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from sandbox.cloudflare.program import Place, write_program
from sandbox.cloudflare.state import Version
from sandbox.time.timeline import REAL, Course

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 20.0
ANSWER_SECONDS = 120.0
SOCKETS = 2
PR_SET_PDEATHSIG = 1  # linux/prctl.h
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class InvalidWorkerError(Exception):
    """The runtime did not accept the code; the text is the runtime's own."""


class WorkerGoneError(Exception):
    """The process was replaced or removed while it was answering."""


class WorkerThrewError(Exception):
    """The Worker ended the request without an answer."""


@dataclass(frozen=True, slots=True)
class Exports:
    """What the code offers: handlers of its default export, and classes by name."""

    handlers: tuple[str, ...]
    classes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """A Worker's HTTP answer, its body as it came over the wire."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes


def find_binary() -> Path:
    """Find the runtime that npm installed into this project; raises FileNotFoundError with what to do."""
    for path in sorted((ROOT / "node_modules" / "@cloudflare").glob("workerd-*/bin/workerd")):
        return path
    raise FileNotFoundError("Cloudflare's runtime is not installed: run `npm ci` in the project's folder.")


def _end_with_parent() -> None:
    """Ask the kernel to end this process with the one that started it; runs between fork and exec."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Workerd:
    """A running process; make one with `start`."""

    def __init__(self, place: Place, process: subprocess.Popen[bytes]) -> None:
        self._place = place
        self._process = process
        self._worker = _client(place.worker_socket)
        self._attendant = _client(place.attendant_socket)
        self._ended = False

    @classmethod
    async def start(cls, version: Version, place: Place, course: Course = REAL) -> Workerd:
        """Start and wait until it listens; its clock runs by `course`.

        Raises InvalidWorkerError if the code does not load.
        """
        place.folder.mkdir(mode=0o700)
        place.objects.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_program(version, place, course)
        ours, theirs = socket.socketpair()
        with theirs:
            process = _spawn(place, theirs.fileno())
        running = cls(place, process)
        try:
            ready = await asyncio.wait_for(_listening(ours), START_SECONDS)
        except TimeoutError as error:
            await running.stop()
            raise InvalidWorkerError("Script startup exceeded its time limit.") from error
        except BaseException:
            await running.stop()
            raise
        if not ready:
            complaint = _complaint(place.folder / "log")
            await running.stop()
            raise InvalidWorkerError(complaint)
        place.config.unlink()
        return running

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Tell whether the process still runs."""
        return not self._ended and self._process.poll() is None

    def log(self) -> str:
        """Read what the Worker and the runtime have printed."""
        return (self._place.folder / "log").read_text(errors="replace") if self._place.folder.exists() else ""

    async def exports(self) -> Exports:
        """Ask what the code exports; raises InvalidWorkerError if it cannot be loaded a second time."""
        response = await self._attendant.get("/exports")
        if response.status_code != httpx.codes.OK:
            raise InvalidWorkerError(_complaint(self._place.folder / "log"))
        told = response.json()
        return Exports(tuple(told["handlers"]), frozenset(told["classes"]))

    async def scheduled(self, cron: str, scheduled_time: int) -> str:
        """Fire the cron handler; answers `ok`, `exception` or another outcome of the runtime."""
        try:
            response = await self._attendant.post("/", json={"cron": cron, "scheduledTime": scheduled_time})
        except httpx.TransportError:
            return "canceled"
        return str(response.json()["outcome"]) if response.status_code == httpx.codes.OK else "exception"

    async def fetch(self, method: str, target: bytes, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> Answer:
        """Pass a request to the Worker; raises WorkerGoneError or WorkerThrewError when no answer comes."""
        url = httpx.URL("http://worker", raw_path=target)
        request = self._worker.build_request(method, url, headers=list(headers), content=body)
        try:
            response = await self._worker.send(request, stream=True)
            content = b"".join([part async for part in response.aiter_raw()])
        except (httpx.TransportError, RuntimeError) as error:
            raise (WorkerThrewError if self.alive else WorkerGoneError) from error
        if _threw(response, content):
            raise WorkerThrewError
        return Answer(response.status_code, response.headers.raw, content)

    async def stop(self) -> None:
        """End the process, cutting what it was answering, and remove its files (not its stored objects)."""
        self._ended = True
        self._process.kill()
        await asyncio.to_thread(self._process.wait)
        await self._worker.aclose()
        await self._attendant.aclose()
        shutil.rmtree(self._place.folder, ignore_errors=True)

    def stop_now(self) -> None:
        """The same without a running event loop, for the interpreter's exit."""
        self._ended = True
        self._process.kill()
        self._process.wait()


def _client(socket: Path) -> httpx.AsyncClient:
    transport = httpx.AsyncHTTPTransport(
        uds=str(socket), verify=False
    )  # a Unix socket: no TLS, no certificates to load
    return httpx.AsyncClient(transport=transport, base_url="http://worker", timeout=ANSWER_SECONDS, trust_env=False)


def _spawn(place: Place, control: int) -> subprocess.Popen[bytes]:
    command: list[str | Path] = [find_binary(), "serve", "--experimental", f"--control-fd={control}", place.config]
    environment: Mapping[str, str] = {}
    with (place.folder / "log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603  (our own binary, our own arguments)
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(control,),
            env=environment,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509  (one prctl call; nothing in it takes a lock)
        )


async def _listening(control: socket.socket) -> bool:
    """Read what it tells of itself until both sockets listen; False if the process ended first.

    A pipe would do, but uvloop closes one twice, the second time what another thread may have opened under its number.
    """
    reader, writer = await asyncio.open_unix_connection(sock=control)
    try:
        for _ in range(SOCKETS):
            line = await reader.readline()
            if not line or json.loads(line).get("event") != "listen":
                return False
    finally:
        writer.close()
    return True


def _threw(response: httpx.Response, content: bytes) -> bool:
    """Recognise the runtime's own answer to an exception nobody caught: it closes the connection."""
    closed = response.headers.get("connection", "").lower() == "close"
    return response.status_code == httpx.codes.INTERNAL_SERVER_ERROR and closed and content == b"Internal Server Error"


def _complaint(log: Path) -> str:
    """Take the runtime's first complaint about the Worker out of its output."""
    lines = log.read_text(errors="replace").splitlines()
    for number, line in enumerate(lines):
        if line.startswith("service worker: "):
            more = [follow.strip() for follow in lines[number + 1 : number + 2] if follow.startswith("  ")]
            return "\n    ".join([line.removeprefix("service worker: "), *more])
    return "\n".join(lines[:5]) or "The script did not start."
