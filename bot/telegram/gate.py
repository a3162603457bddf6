"""Lets outgoing calls through at Telegram's pace and a few at a time, most urgent first."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from bot.telegram.pace import Call, Limits, Pace, Urgency

__all__ = ["Gate", "Limits", "Urgency"]


class Timer(Protocol):
    """Something that will happen unless it is cancelled."""

    def cancel(self) -> None:
        """Let it not happen."""
        ...


Later = Callable[[float, Callable[[], None]], Timer]


def _later(seconds: float, action: Callable[[], None]) -> Timer:
    return asyncio.get_running_loop().call_later(seconds, action)


@dataclass(slots=True, eq=False)
class _Waiting(Call):
    turn: asyncio.Future[None] | None = None
    let_through: bool = False


class Gate:
    """At most `width` calls at once, of which the last few places are kept for deletes."""

    def __init__(
        self,
        width: int = 128,
        kept_for_deletes: int = 96,
        *,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
        later: Later = _later,
    ) -> None:
        """Open a gate; both numbers count calls in flight. Without `limits` only what Telegram names is kept."""
        self._free = width
        self._kept = kept_for_deletes
        self._pace = Pace(limits)
        self._clock = clock
        self._later = later
        self._timer: Timer | None = None
        self._timer_at = float("inf")

    @asynccontextmanager
    async def through(self, urgency: Urgency, chat_id: int | None = None) -> AsyncIterator[None]:
        """Hold one place for the length of a `with` block; `chat_id` is the chat that a call is about."""
        waiting = _Waiting(urgency, chat_id)
        self._pace.wants(waiting, self._clock())
        self._admit()
        if not waiting.let_through:
            await self._wait(waiting)
        try:
            yield
        finally:
            self._free += 1
            self._admit()

    def refused(self, urgency: Urgency, chat_id: int | None, seconds: float) -> None:
        """Take note of a 429: what concerns its chat waits for so many seconds, or everything, if all are meant."""
        self._pace.refused(Call(urgency, chat_id), seconds, self._clock())

    def held(self, urgency: Urgency, chat_id: int | None) -> float:
        """For how many seconds Telegram has said that such a call must wait."""
        return self._pace.held(Call(urgency, chat_id), self._clock())

    async def _wait(self, waiting: _Waiting) -> None:
        waiting.turn = asyncio.get_running_loop().create_future()
        try:
            await waiting.turn
        except asyncio.CancelledError:
            if waiting.let_through:
                self._free += 1
            waiting.gone = True
            self._admit()
            raise

    def _fits(self, urgency: Urgency) -> bool:
        return self._free > (0 if urgency is Urgency.DELETE else self._kept)

    def _admit(self) -> None:
        now = self._clock()
        while (call := self._pace.next(now, self._fits)) is not None:
            self._free -= 1
            if isinstance(call, _Waiting):
                call.let_through = True
                if call.turn is not None and not call.turn.done():
                    call.turn.set_result(None)
        at = self._pace.wake_at(now)
        if at is not None and at > now:
            self._wake_by(at, now)

    def _wake_by(self, at: float, now: float) -> None:
        if self._timer is not None and self._timer_at <= at:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = at
        self._timer = self._later(at - now, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self._admit()
