"""The updates a bot has not yet acknowledged, and long polling for them.

As in the original: an offset acknowledges everything below it, a second poller ends the first with 409, the same
offset twice within half a second narrows the answer to one update, and updates expire.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.telegram.clock import Clock
from sandbox.telegram.refusals import OTHER_POLLER, Refused

LIFETIME: Final = 24 * 3600.0
TAP_LIFETIME: Final = 150.0
IMPATIENT: Final = 0.5
KINDS: Final = frozenset(
    {
        "message", "edited_message", "channel_post", "edited_channel_post", "business_connection", "business_message",
        "edited_business_message", "deleted_business_messages", "message_reaction", "message_reaction_count",
        "inline_query", "chosen_inline_result", "callback_query", "shipping_query", "pre_checkout_query",
        "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member", "chat_join_request",
        "chat_boost", "removed_chat_boost", "guest_message", "managed_bot",
    }
)  # fmt: skip
ON_REQUEST: Final = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
KEPT_FOR_REPEATS: Final = 5000

Lane = tuple[str, int]


@dataclass(slots=True)
class Pending:
    """One update on its way; `lane` is the queue within which webhook delivery keeps the order."""

    id: int
    body: dict[str, Any]
    lane: Lane
    expires_at: float
    repeat: bool = False
    handed_out: bool = False


@dataclass(slots=True)
class UpdateQueue:
    """All updates of one bot."""

    clock: Clock
    next_id: int = 1
    paused: bool = False
    allowed: frozenset[str] | None = None
    on_arrival: Callable[[Pending], None] | None = None
    _pending: OrderedDict[int, Pending] = field(default_factory=OrderedDict)
    _repeats: list[Pending] = field(default_factory=list)
    _history: OrderedDict[int, Pending] = field(default_factory=OrderedDict)
    _poll: asyncio.Future[None] | None = None
    _last_offset: int = -1
    _last_poll_at: float = float("-inf")

    def wants(self, kind: str) -> bool:
        """Tell whether the bot asked for this kind of update."""
        return kind in self.allowed if self.allowed else kind not in ON_REQUEST

    def add(self, kind: str, content: object, lane: Lane, lifetime: float = LIFETIME) -> int | None:
        """Queue a new update; returns its id, or None if the bot does not want its kind."""
        if not self.wants(kind):
            return None
        body = {"update_id": self.next_id, kind: content}
        self._insert(Pending(self.next_id, body, lane, self.clock.now() + lifetime))
        return self.next_id - 1

    def inject(self, body: dict[str, Any]) -> int:
        """Queue any object as an update, however wrong; an absent `update_id` is filled in."""
        update_id = body.get("update_id")
        if not isinstance(update_id, int) or isinstance(update_id, bool):
            update_id = self.next_id
        raw = {"update_id": update_id, **body}
        pending = Pending(update_id, raw, ("raw", update_id), self.clock.now() + LIFETIME)
        if update_id < self.next_id:
            self._insert_repeat(pending)
        else:
            self._insert(pending)
        return update_id

    def searchable(self) -> str:
        """Write the last updates as one text, for tests that search them."""
        return "\n".join(json.dumps(pending.body, ensure_ascii=False) for pending in self._history.values())

    def repeat(self, update_id: int, *, under_new_id: bool) -> int:
        """Deliver an update once more. Raises KeyError if it was never sent or is long forgotten."""
        old = self._history[update_id]
        expires = self.clock.now() + LIFETIME
        if under_new_id:
            new = Pending(self.next_id, {**old.body, "update_id": self.next_id}, old.lane, expires)
            self._insert(new)
            return new.id
        self._insert_repeat(Pending(old.id, old.body, old.lane, expires, repeat=True))
        return old.id

    def _insert(self, pending: Pending) -> None:
        self._pending[pending.id] = pending
        self.next_id = pending.id + 1
        self._history[pending.id] = pending
        if len(self._history) > KEPT_FOR_REPEATS:
            self._history.popitem(last=False)
        self._announce(pending)

    def _insert_repeat(self, pending: Pending) -> None:
        pending.repeat = True
        self._repeats.append(pending)
        self._announce(pending)

    def _announce(self, pending: Pending) -> None:
        if self.on_arrival is not None:
            self.on_arrival(pending)
        if not self.paused:
            self._wake()

    def count(self) -> int:
        """Count the updates that wait."""
        return len(self._pending) + len(self._repeats)

    def waiting(self) -> Iterator[Pending]:
        """Go through the updates that wait, in their order."""
        yield from self._repeats
        yield from self._pending.values()

    def drop(self, pending: Pending) -> None:
        """Forget one update: delivered, or expired."""
        if pending.repeat:
            self._repeats = [other for other in self._repeats if other is not pending]
        else:
            self._pending.pop(pending.id, None)

    def clear(self) -> None:
        """Forget everything that waits (`drop_pending_updates`)."""
        self._pending.clear()
        self._repeats.clear()

    def expired(self, pending: Pending) -> bool:
        """Tell whether an update is too old to be delivered."""
        return pending.expires_at < self.clock.now()

    def pause(self, *, paused: bool) -> None:
        """Stop or go on handing out updates; they keep arriving meanwhile."""
        self.paused = paused
        if not paused:
            self._wake()

    async def poll(self, offset: int, limit: int, patience: float) -> list[dict[str, Any]]:
        """Answer one getUpdates. Raises Refused (409) when another poller takes over."""
        self.interrupt(Refused(409, OTHER_POLLER))
        now = self.clock.steady()
        if offset == self._last_offset and now - self._last_poll_at < IMPATIENT:
            limit = 1
        self._last_offset, self._last_poll_at = offset, now
        self._acknowledge(offset)
        ready = self._ready(limit)
        if ready or patience <= 0:
            return ready
        return await self._wait(limit, patience)

    async def _wait(self, limit: int, patience: float) -> list[dict[str, Any]]:
        deadline = self.clock.steady() + patience
        while (left := deadline - self.clock.steady()) > 0:
            self._poll = woken = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(left):
                    await woken
            except TimeoutError:
                break
            finally:
                if self._poll is woken:
                    self._poll = None
            if ready := self._ready(limit):
                return ready
        return []

    @property
    def polling(self) -> bool:
        """Tell whether a poll waits."""
        return self._poll is not None

    def interrupt(self, reason: Refused) -> None:
        """End the poll that waits, if any, with this answer."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(reason)
        self._poll = None

    def _wake(self) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)

    def _acknowledge(self, offset: int) -> None:
        self._repeats = [pending for pending in self._repeats if not pending.handed_out]
        if offset < 0:
            offset = sorted(self._pending)[offset:][0] if self._pending else 0
        while self._pending and next(iter(self._pending)) < offset:
            self._pending.popitem(last=False)

    def _ready(self, limit: int) -> list[dict[str, Any]]:
        if self.paused:
            return []
        ready: list[dict[str, Any]] = []
        late: list[Pending] = []
        for pending in self.waiting():
            if self.expired(pending):
                late.append(pending)
            elif len(ready) < limit:
                pending.handed_out = True
                ready.append(pending.body)
            else:
                break
        for pending in late:
            self.drop(pending)
        return ready
