"""Questions to other machines; what comes back is an answer or a reason, never an exception that quotes an address."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, TypeAlias

import httpx


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and how many seconds the other clock is ahead, if it told."""

    status: int
    body: bytes = field(repr=False)
    ahead: float | None = None

    def json(self) -> Any:  # noqa: ANN401
        """Read the body; None when it is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Unreached:
    """Nothing came back; `why` is the kind of failure."""

    why: str


Ask: TypeAlias = Callable[[str], Awaitable[Answer | Unreached]]


def asking(http: httpx.AsyncClient, clock: Callable[[], float]) -> Ask:
    """Ask with `http`; `clock` is this machine's, in unix seconds."""

    async def ask(url: str) -> Answer | Unreached:
        begun = clock()
        try:
            answer = await http.get(url)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Unreached(type(error).__name__)
        return Answer(answer.status_code, answer.content, _ahead(answer.headers.get("Date"), begun, clock()))

    return ask


def _ahead(told: str | None, begun: float, ended: float) -> float | None:
    """How far the other clock is ahead. Its header counts whole seconds, so up to one of them is nobody's fault."""
    if told is None:
        return None
    try:
        there = parsedate_to_datetime(told).timestamp()
    except ValueError:
        return None
    if there > ended:
        return there - ended
    return min(0.0, there + 1 - begun)
