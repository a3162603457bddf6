"""Delivers updates to a webhook: one request in flight per lane, retried until it is accepted or expires."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from sandbox.telegram.updates import Lane, Pending, UpdateQueue

DEFAULT_CONNECTIONS: Final = 40
LONGEST_DELAY: Final = 60.0
LONGEST_RETRY_AFTER: Final = 3600.0
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  (a header's name)
ANSWER_TIMEOUT: Final = 60.0

Execute = Callable[[str, dict[str, Any]], Awaitable[None]]


@dataclass(slots=True)
class Webhook:
    """Where updates go instead of a long poll, and how the last deliveries went."""

    url: str
    secret: str | None
    connections: int
    has_certificate: bool = False
    last_error_at: int | None = None
    last_error: str | None = None


@dataclass(slots=True)
class _Delivery:
    queue: list[Pending] = field(default_factory=list)
    task: asyncio.Task[None] | None = None


class Sender:
    """Sends one bot's updates to its webhook while there is one."""

    def __init__(self, queue: UpdateQueue, webhook: Webhook, execute: Execute, patience: Callable[[], float]) -> None:
        """`execute` runs a method call found in an accepted answer; `patience` scales the waits between retries."""
        self.webhook = webhook
        self._queue = queue
        self._execute = execute
        self._patience = patience
        self._lanes: dict[Lane, _Delivery] = {}
        self._free = asyncio.Semaphore(webhook.connections)
        limits = httpx.Limits(max_connections=webhook.connections, max_keepalive_connections=webhook.connections)
        self._client = httpx.AsyncClient(limits=limits, timeout=ANSWER_TIMEOUT, trust_env=False)
        queue.on_arrival = self._arrived

    def start(self) -> None:
        """Take on what was waiting already."""
        for pending in list(self._queue.waiting()):
            self._arrived(pending)

    async def close(self) -> None:
        """Stop delivering; what was not accepted keeps waiting in the queue."""
        self._queue.on_arrival = None
        tasks = [lane.task for lane in self._lanes.values() if lane.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.aclose()

    def resume(self) -> None:
        """Go on after a pause."""
        for lane in list(self._lanes):
            self._work(lane)

    def _arrived(self, pending: Pending) -> None:
        self._lanes.setdefault(pending.lane, _Delivery()).queue.append(pending)
        self._work(pending.lane)

    def _work(self, lane: Lane) -> None:
        delivery = self._lanes[lane]
        if delivery.task is None and delivery.queue and not self._queue.paused:
            delivery.task = asyncio.get_running_loop().create_task(self._deliver(lane, delivery))

    async def _deliver(self, lane: Lane, delivery: _Delivery) -> None:
        while delivery.queue and not self._queue.paused:
            await self._until_accepted(delivery.queue[0])
            delivery.queue.pop(0)
        delivery.task = None
        if not delivery.queue:
            del self._lanes[lane]

    async def _until_accepted(self, pending: Pending) -> None:
        failures, delay = 0, 1.0
        while not self._queue.expired(pending):
            async with self._free:
                wait = await self._attempt(pending)
            if wait is None:
                break
            if failures and not wait:
                delay = min(delay * 2, LONGEST_DELAY * random.uniform(1, 2))  # noqa: S311  (no secret hangs on it)
                wait = delay
            failures += 1
            await asyncio.sleep(min(wait, LONGEST_RETRY_AFTER) * self._patience())
        self._queue.drop(pending)

    async def _attempt(self, pending: Pending) -> float | None:
        """Send once; None when accepted, else the seconds the receiver asked to wait (0 if it did not say)."""
        headers = {"Content-Type": "application/json"}
        if self.webhook.secret:
            headers[SECRET_HEADER] = self.webhook.secret
        try:
            answer = await self._client.post(self.webhook.url, content=json.dumps(pending.body), headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self._failed(f"Connection failed: {type(error).__name__}")
            return 0.0
        if not answer.is_success:
            self._failed(f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}")
            asked = answer.headers.get("Retry-After", "")
            return float(asked) if asked.isdigit() else 0.0
        pending.handed_out = True
        await self._run_answer(answer)
        return None

    def _failed(self, reason: str) -> None:
        self.webhook.last_error = reason
        self.webhook.last_error_at = int(self._queue.clock.now())

    async def _run_answer(self, answer: httpx.Response) -> None:
        try:
            call = json.loads(answer.content) if answer.content else None
        except ValueError:
            return
        if isinstance(call, dict) and isinstance(method := call.pop("method", None), str):
            barred = method.lower() in {"setwebhook", "deletewebhook", "close", "logout"}
            if not barred and not method.lower().startswith("get"):
                await self._execute(method, call)
