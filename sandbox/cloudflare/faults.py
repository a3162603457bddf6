"""Misbehaviour on demand: which requests go wrong, how, and how often."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from starlette.responses import HTMLResponse, Response

from sandbox.cloudflare.answers import KNOWN, Refusal, refusal, refused

BAD_GATEWAY = """<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center>
<hr><center>cloudflare</center></body></html>"""
KINDS = {
    "answer": "a given status, body, content_type and headers",
    "refusal": "an envelope with a given code, and status and message if they differ from the usual",
    "bad_gateway": "502 with an HTML page",
    "throttled": "429 with code 971, and Retry-After if retry_after is given",
    "conflict": "409 with code 10035",
    "hang": "no answer until the client leaves or `seconds` have passed",
    "delay": "the right answer, `seconds` late",
    "cut": "the connection is cut before anything is applied",
    "cut_after": "the request is applied, then the connection is cut",
    "new_address": "a Worker's address answers 404 for `seconds` after it was first switched on",
}
FIELDS = frozenset(
    {"kind", "method", "path", "times", "skip", "status", "body", "content_type", "headers", "code", "message"}
    | {"retry_after", "seconds"}
)


class InvalidFaultError(ValueError):
    """A fault's description is wrong; the text says how."""


@dataclass(slots=True)
class Fault:
    """One rule. `skip` matching requests pass first; then `times` requests are hit (None: all)."""

    id: int
    kind: str
    method: re.Pattern[str]
    path: re.Pattern[str]
    times: int | None
    skip: int
    detail: Mapping[str, Any] = field(default_factory=dict)
    hits: int = 0

    @property
    def seconds(self) -> float:
        """How long, for the kinds that take time."""
        return float(self.detail.get("seconds", 60.0))

    def take(self, method: str, path: str) -> bool:
        """Tell whether this request is hit, and count it."""
        if self.times == 0 or not self.method.fullmatch(method) or not self.path.search(path):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        self.hits += 1
        return True

    def shown(self) -> dict[str, Any]:
        """Describe the rule and how often it has hit."""
        rule = {"id": self.id, "kind": self.kind, "method": self.method.pattern, "path": self.path.pattern}
        return {**rule, "times": self.times, "skip": self.skip, "hits": self.hits, **self.detail}


class Faults:
    """The rules in force, oldest first; a request is hit by the first that takes it."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._last = 0

    def add(self, description: object) -> Fault:
        """Read and enforce a rule; raises InvalidFaultError."""
        if not isinstance(description, dict) or description.get("kind") not in KINDS:
            raise InvalidFaultError(f"kind must be one of {', '.join(KINDS)}")
        unknown = set(description) - FIELDS
        if unknown:
            raise InvalidFaultError(f"unknown field {min(unknown)}")
        self._last += 1
        fault = _read(self._last, description)
        self._rules.append(fault)
        return fault

    def remove(self, number: int | None = None) -> None:
        """Drop one rule, or all."""
        self._rules = [rule for rule in self._rules if number is not None and rule.id != number]

    def shown(self) -> list[dict[str, Any]]:
        """Describe all rules."""
        return [rule.shown() for rule in self._rules]

    def take(self, method: str, path: str) -> Fault | None:
        """Find the rule that hits this request."""
        active = (rule for rule in self._rules if rule.kind != "new_address")
        return next((rule for rule in active if rule.take(method, path)), None)

    def address_hidden_for(self, path: str) -> timedelta:
        """How long a new Worker address answers 404 at present; `path` is its own, below /workers."""
        late = (rule for rule in self._rules if rule.kind == "new_address" and rule.path.search(path))
        seconds = [rule.seconds for rule in late]
        return timedelta(seconds=max(seconds, default=0.0))


def answer_of(fault: Fault) -> Response | None:
    """Give the wrong answer of a fault that has one."""
    detail = fault.detail
    match fault.kind:
        case "answer":
            media_type = detail.get("content_type", "text/plain")
            return Response(detail.get("body", ""), detail.get("status", 500), detail.get("headers"), media_type)
        case "refusal":
            return refused(_refusal(detail))
        case "bad_gateway":
            return HTMLResponse(BAD_GATEWAY, 502)
        case "throttled":
            wait = {"retry-after": str(detail["retry_after"])} if "retry_after" in detail else None
            return refused(refusal(971), wait)
        case "conflict":
            return refused(refusal(10035))
        case _:
            return None


def _refusal(detail: Mapping[str, Any]) -> Refusal:
    code = int(detail["code"])
    status, message = KNOWN.get(code, (400, "Unknown error"))
    return Refusal(int(detail.get("status", status)), code, str(detail.get("message", message.replace("{}", "…"))))


def _read(number: int, description: Mapping[str, Any]) -> Fault:
    kind = description["kind"]
    if kind == "refusal" and not isinstance(description.get("code"), int):
        raise InvalidFaultError("a refusal needs a code")
    times, skip = description.get("times", 1), description.get("skip", 0)
    if not (times is None or (isinstance(times, int) and times > 0)) or not isinstance(skip, int) or skip < 0:
        raise InvalidFaultError("times must be null or a positive number, skip a number from 0")
    try:
        method = re.compile(description.get("method", ".*"))
        path = re.compile(description.get("path", ""))
    except (re.error, TypeError) as error:
        raise InvalidFaultError("method and path must be regular expressions") from error
    rest = {
        name: value for name, value in description.items() if name not in ("kind", "method", "path", "times", "skip")
    }
    return Fault(number, kind, method, path, times, skip, rest)
