"""When a call to Telegram may go, so that its limits are kept rather than run into; knows nothing of tasks or timers.

Telegram names no exact limits: about thirty messages a second in all and one a second in a chat, short bursts apart
(https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this). What it does name is how long to wait
after a 429. So deletes are counted but wait for nothing except what Telegram has named when it put off a delete, since
a guess must not keep a key in a chat; everything else waits its turn.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

SEVERAL: Final = 3  # chats refused within ALIKE seconds: the limit is the bot's, not theirs
ALIKE: Final = 1.0
MOST_CHATS: Final = 4096  # remembered before those that are rested are forgotten
NEVER: Final = float("inf")
MARGIN: Final = 0.8
ROUNDING: Final = 1e-9  # so that a wait of exactly as long as it takes is long enough


class Urgency(IntEnum):
    """What goes first when calls wait."""

    DELETE = 0
    ANSWER = 1
    EDIT = 2
    SEND = 3
    PROFILE = 4


@dataclass(frozen=True, slots=True)
class Limits:
    """Calls a second over all chats and in one chat, and how many a chat that was quiet may have at once.

    Bursts are kept smaller than what Telegram lets pass: calls may arrive closer together than they were sent.
    """

    overall: float = 30.0
    per_chat: float = 1.0
    burst: float = 2.5

    @property
    def overall_burst(self) -> float:
        """How many calls may go at once after a quiet second."""
        return max(1.0, self.overall * MARGIN)


@dataclass(slots=True, eq=False)
class Call:
    """A call that wants to go; `gone` says that its caller no longer waits."""

    urgency: Urgency
    chat: int | None
    gone: bool = False


@dataclass(slots=True)
class _Bucket:
    """Fills at `rate` a second up to `most`."""

    rate: float
    most: float
    level: float
    at: float

    def fill(self, now: float) -> None:
        self.level = min(self.most, self.level + max(0.0, now - self.at) * self.rate)
        self.at = now

    def ready_at(self, now: float) -> float:
        self.fill(now)
        return now if self.level >= 1 - ROUNDING else now + (1 - self.level) / self.rate


@dataclass(slots=True)
class _Hold:
    """Until when Telegram has asked to wait: with deletes, and with everything else."""

    deletes: float = 0.0
    others: float = 0.0

    def until(self, urgency: Urgency) -> float:
        return self.deletes if urgency is Urgency.DELETE else self.others

    def extend(self, urgency: Urgency, until: float) -> None:
        self.others = max(self.others, until)
        if urgency is Urgency.DELETE:
            self.deletes = max(self.deletes, until)


@dataclass(slots=True)
class _Chat:
    bucket: _Bucket | None
    hold: _Hold = field(default_factory=_Hold)
    waiting: list[tuple[int, int, Call]] = field(default_factory=list)
    alarm: float = NEVER


class Pace:
    """Lines calls up. All times are seconds on one clock that never goes back."""

    def __init__(self, limits: Limits | None) -> None:
        """Keep `limits`; with None only what Telegram has named is kept."""
        self._limits = limits
        self._overall: _Bucket | None = None
        self._hold = _Hold()
        self._chats: dict[int, _Chat] = {}
        self._ready: list[tuple[int, int, Call]] = []
        self._alarms: list[tuple[float, int]] = []
        self._refusals: list[tuple[float, int]] = []
        self._order = itertools.count()

    def wants(self, call: Call, now: float) -> None:
        """Line a call up behind those that are as urgent."""
        entry = (int(call.urgency), next(self._order), call)
        if call.chat is None:
            heapq.heappush(self._ready, entry)
            return
        chat = self._chat(call.chat, now)
        heapq.heappush(chat.waiting, entry)
        self._advance(call.chat, chat, now)

    def next(self, now: float, fits: Callable[[Urgency], bool]) -> Call | None:
        """Take the call that goes now, if any may; `fits` says whether there is a place for one so urgent."""
        self._wake(now)
        while self._ready:
            urgency, _, call = self._ready[0]
            if call.gone:
                heapq.heappop(self._ready)
                self._give_back(call)
            elif self._ready_at(call, now) > now or not fits(Urgency(urgency)):
                return None
            else:
                heapq.heappop(self._ready)
                self._count(now)
                return call
        return None

    def wake_at(self, now: float) -> float | None:
        """When something may go that may not yet; None when nothing waits for time to pass."""
        times = [self._alarms[0][0]] if self._alarms else []
        if self._ready and (at := self._ready_at(self._ready[0][2], now)) > now:
            times.append(at)
        return min(times, default=None)

    def refused(self, call: Call, seconds: float, now: float) -> None:
        """Take note of a 429: it holds its chat back, or everything when it has none or several chats get one."""
        until = now + seconds
        if call.chat is not None:
            self._chat(call.chat, now).hold.extend(call.urgency, until)
            self._refusals = [(at, who) for at, who in self._refusals if at > now - ALIKE and who != call.chat]
            self._refusals.append((now, call.chat))
        if call.chat is None or len(self._refusals) >= SEVERAL:
            self._hold.extend(call.urgency, until)

    def held(self, call: Call, now: float) -> float:
        """For how many seconds Telegram has said that such a call must wait."""
        chat = self._chats.get(call.chat) if call.chat is not None else None
        holds = (self._hold, chat.hold) if chat else (self._hold,)
        return max(0.0, *(hold.until(call.urgency) - now for hold in holds))

    def _chat(self, chat_id: int, now: float) -> _Chat:
        chat = self._chats.get(chat_id)
        if chat is None:
            if len(self._chats) >= MOST_CHATS:
                self._forget(now)
            limits = self._limits
            bucket = _Bucket(limits.per_chat, limits.burst, limits.burst, now) if limits else None
            chat = self._chats[chat_id] = _Chat(bucket)
        return chat

    def _forget(self, now: float) -> None:
        for chat_id, chat in list(self._chats.items()):
            if chat.bucket is not None:
                chat.bucket.fill(now)
            rested = chat.bucket is None or chat.bucket.level >= chat.bucket.most
            if rested and not chat.waiting and chat.hold.others <= now:
                del self._chats[chat_id]

    def _wake(self, now: float) -> None:
        while self._alarms and self._alarms[0][0] <= now:
            _, chat_id = heapq.heappop(self._alarms)
            if (chat := self._chats.get(chat_id)) is not None:
                chat.alarm = NEVER
                self._advance(chat_id, chat, now)

    def _advance(self, chat_id: int, chat: _Chat, now: float) -> None:
        """Let those calls of a chat step forward that only wait for the others now; note when to look again."""
        while chat.waiting:
            call = chat.waiting[0][2]
            if call.gone:
                heapq.heappop(chat.waiting)
                continue
            bucket = chat.bucket if call.urgency >= Urgency.EDIT else None
            at = max(chat.hold.until(call.urgency), bucket.ready_at(now) if bucket else now)
            if at > now:
                if at < chat.alarm:
                    chat.alarm = at
                    heapq.heappush(self._alarms, (at, chat_id))
                return
            if bucket is not None:
                bucket.level -= 1
            heapq.heappush(self._ready, heapq.heappop(chat.waiting))

    def _give_back(self, call: Call) -> None:
        chat = self._chats.get(call.chat) if call.chat is not None else None
        if chat is not None and chat.bucket is not None and call.urgency >= Urgency.EDIT:
            chat.bucket.level += 1

    def _ready_at(self, call: Call, now: float) -> float:
        held = self._hold.until(call.urgency)
        if self._limits is None or call.urgency is Urgency.DELETE:
            return max(held, now)
        return max(held, self._bucket(now).ready_at(now))

    def _bucket(self, now: float) -> _Bucket:
        if self._overall is None:
            limits = self._limits or Limits()
            self._overall = _Bucket(limits.overall, limits.overall_burst, limits.overall_burst, now)
        return self._overall

    def _count(self, now: float) -> None:
        """Count a call; a burst of deletes leaves the others waiting for a second at most."""
        if self._limits is not None:
            bucket = self._bucket(now)
            bucket.fill(now)
            bucket.level = max(-bucket.rate, bucket.level - 1)
