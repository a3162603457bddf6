"""Cloudflare's REST API, as far as Soar needs it: one way to call it, with patience where patience is safe."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar
from urllib.parse import quote
from weakref import WeakValueDictionary

from deploy.clock import Clock, SystemClock
from deploy.errors import DeployError, Throttled
from deploy.limits import Pace
from deploy.refusals import Reply, judge, judge_file
from deploy.secret import Secret
from deploy.tokens import refuse_misfit
from deploy.wire import Answer, Composed, Cut, File, Http, Outgoing, exchange

API_URL = "https://api.cloudflare.com/client/v4"
PAUSES = (0.5, 2.0, 5.0)  # seconds before the second, third and fourth attempt
PATIENCE = 60.0  # no attempt starts later than this many seconds after the first one
LONGEST_RETRY_AFTER = 30.0
T = TypeVar("T", Reply, Answer)
Judge: TypeAlias = Callable[[Answer | Cut, tuple[Secret, ...]], T | DeployError]
ARRIVAL_SECONDS = 5.0  # that a change which nobody wants any more may still take to arrive


@dataclass(frozen=True, slots=True)
class Body:
    """What a write carries; `compose` is called once per attempt and may reveal the `secrets` it names."""

    compose: Callable[[], bytes | tuple[File, ...]]
    secrets: tuple[Secret, ...] = ()


def json_body(value: object) -> Body:
    """A JSON body with nothing secret in it."""
    return Body(lambda: json.dumps(value).encode())


@dataclass(slots=True)
class Cloudflare:
    """The API behind one shared httpx client; one object per process, the token comes with each call.

    Reads and repeatable writes are tried again after lost connections, time-outs, 5xx, 429 and "busy"; writes to one
    account go one after another, since Cloudflare refuses concurrent ones (10035).
    """

    http: Http
    base_url: str = API_URL
    clock: Clock = field(default_factory=SystemClock)
    attempt_seconds: float = 30.0
    _pace: Pace = field(init=False, repr=False)
    _writing: WeakValueDictionary[str, asyncio.Lock] = field(
        init=False, repr=False, default_factory=WeakValueDictionary
    )

    def __post_init__(self) -> None:
        """Count requests from now on."""
        self._pace = Pace(self.clock)

    async def read(self, token: Secret, path: str, params: Mapping[str, str] | None = None) -> Reply:
        """GET `path`; raises a DeployError when the answer is no."""
        return await self._insist(token, self._outgoing("GET", path, params, token, None), (), judge)

    async def fetch(self, token: Secret, path: str) -> Answer:
        """GET what is no JSON, such as a Worker's modules; raises a DeployError when the answer is no."""
        return await self._insist(token, self._outgoing("GET", path, None, token, None), (), judge_file)

    async def write(
        self,
        token: Secret,
        method: str,
        path: str,
        body: Body | None = None,
        params: Mapping[str, str] | None = None,
        *,
        account_id: str,
    ) -> Reply:
        """Change something. Every write made here may be repeated without harm, so it is, when its answer is lost."""
        outgoing = self._outgoing(method, path, params, token, body)
        lock = self._writing.setdefault(account_id, asyncio.Lock())
        async with lock:
            return await self._insist(token, outgoing, body.secrets if body else (), judge)

    def _outgoing(
        self, method: str, path: str, params: Mapping[str, str] | None, token: Secret, body: Body | None
    ) -> Outgoing:
        refuse_misfit(token)

        def compose() -> Composed:
            headers = {"Authorization": f"Bearer {token.reveal()}", "Accept": "application/json"}
            content = body.compose() if body else None
            if isinstance(content, tuple):
                return Composed(headers=headers, files=content)
            if content is not None:
                headers["Content-Type"] = "application/json"
            return Composed(headers=headers, content=content)

        return Outgoing(
            method=method,
            url=self.base_url.rstrip("/") + path,
            params=params or {},
            compose=compose,
            seconds=self.attempt_seconds,
        )

    async def _insist(self, token: Secret, outgoing: Outgoing, secrets: tuple[Secret, ...], read: Judge[T]) -> T:
        began = self.clock.monotonic()
        for pause in (*PAUSES, None):
            outcome = await self._pace.turn(token) or read(await self._send(outgoing), (token, *secrets))
            if not isinstance(outcome, DeployError):
                return outcome
            wait = _worth_waiting(outcome, pause)
            if wait is None or self.clock.monotonic() - began + wait > PATIENCE:
                raise outcome
            await self.clock.sleep(wait)
        raise AssertionError("the last round returns or raises")

    async def _send(self, outgoing: Outgoing) -> Answer | Cut:
        """Send; a change that is on its way may arrive before a cancellation goes through, so that an undo is last."""
        if outgoing.method == "GET":
            return await exchange(self.http, outgoing)
        sending = asyncio.ensure_future(exchange(self.http, outgoing))
        try:
            return await asyncio.shield(sending)
        except asyncio.CancelledError:
            await asyncio.wait({sending}, timeout=ARRIVAL_SECONDS)
            sending.cancel()
            raise


def _worth_waiting(error: DeployError, pause: float | None) -> float | None:
    """Seconds to wait before trying again after `error`, or None to give up."""
    if pause is None or not error.retryable:
        return None
    if not isinstance(error, Throttled):
        return pause
    if error.retry_after is None:
        return pause * 3
    return error.retry_after if error.retry_after <= LONGEST_RETRY_AFTER else None


def account_path(account_id: str, *rest: str) -> str:
    """The path of something in an account, each part made safe for a URL."""
    return "/" + "/".join(quote(part, safe="") for part in ("accounts", account_id, "workers", *rest))
