"""Faults on demand: errors, a proxy's page, silence, cut connections, before or after the request took effect."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Message, Receive, Send

from sandbox.alpaca.refusals import Json

Abort = Callable[[], object]

KINDS = ("status", "html", "empty", "rate_limit", "hang", "cut")
_PROXY_PAGE = (
    b"<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"
)
_JSON = (b"content-type", b"application/json; charset=UTF-8")
_HTML = (b"content-type", b"text/html")


@dataclass(slots=True)
class Fault:
    """One rule: which requests it meets, how many of them (None: all), and what it does to them.

    `when` is `before` or `after` the request took effect. A `hang` of so many `seconds` (None: until the client gives
    up) only delays when it comes before, and swallows the answer when it comes after.
    """

    id: int
    kind: str
    method: str | None
    path: re.Pattern[str]
    when: str
    left: int | None
    status: int = 500
    json: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float | None = None

    def answer(self) -> Json:
        """The rule as the control API lists it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "method": self.method,
            "path": self.path.pattern,
            "when": self.when,
            "left": self.left,
        }


class Faults:
    """The rules of one host, tried in the order they were posted."""

    def __init__(self) -> None:
        """Start without any."""
        self.rules: list[Fault] = []
        self._count = 0

    def add(self, **rule: Any) -> Fault:  # noqa: ANN401  (the fields of Fault)
        """Post a rule; see Fault for its fields."""
        self._count += 1
        self.rules.append(Fault(self._count, **rule))
        return self.rules[-1]

    def clear(self, rule_id: int | None = None) -> None:
        """Forget every rule, or one."""
        self.rules = [] if rule_id is None else [rule for rule in self.rules if rule.id != rule_id]

    def take(self, method: str, path: str) -> Fault | None:
        """The rule this request meets, used up by one."""
        for rule in self.rules:
            if rule.method in {None, method} and rule.path.search(path):
                if rule.left is not None:
                    rule.left -= 1
                    self.rules = [each for each in self.rules if each.left != 0]
                return rule
        return None


async def inflict(fault: Fault, receive: Receive, send: Send, *, abort: Abort, reset_at: int) -> bool:
    """Do to the connection what the rule says; tells whether the request is thereby over."""
    if fault.kind == "hang":
        return await _hang(fault, receive)
    if fault.kind == "cut":
        abort()
        await _until_client_leaves(receive)
    elif fault.kind == "html":
        await _answer(send, 502, _PROXY_PAGE, [_HTML])
    elif fault.kind == "empty":
        await _answer(send, 200, b"", [])
    elif fault.kind == "rate_limit":
        limits = {"X-RateLimit-Limit": 200, "X-RateLimit-Remaining": 0, "X-RateLimit-Reset": reset_at}
        headers = [(name.lower().encode(), str(value).encode()) for name, value in limits.items()]
        await _answer(send, 429, b'{"code":42910000,"message":"rate limit exceeded"}', [_JSON, *headers])
    else:
        headers = [(name.lower().encode(), value.encode()) for name, value in fault.headers.items()]
        await _answer(send, fault.status, json.dumps(fault.json).encode(), [_JSON, *headers])
    return True


async def _answer(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _hang(fault: Fault, receive: Receive) -> bool:
    if fault.when == "before" and fault.seconds is not None:
        await asyncio.sleep(fault.seconds)
        return False
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(_until_client_leaves(receive), fault.seconds)
    return True


async def _until_client_leaves(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def abort_of(send: Send) -> Abort:
    """What drops the connection behind `send` without a byte of answer; ASGI has no word for it, uvicorn has."""
    transport = send.__self__.transport  # type: ignore[attr-defined]
    abort: Abort = transport.abort
    return abort


async def nowhere(message: Message) -> None:
    """A `send` that throws the answer away, for a fault that comes after the request took effect."""
    del message
