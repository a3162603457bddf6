"""Failures that a test or the demo orders in advance, and flood control, which is off until switched on."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.telegram.refusals import Refused, too_many_requests

KINDS: Final = frozenset({"429", "5xx", "hang", "hang_after", "drop_before", "drop_after", "malformed", "duplicate"})
NUMBERS: Final = frozenset({"count", "skip", "seconds", "retry_after", "status", "chat_id"})
UNLIMITED: Final = frozenset(
    {"getme", "getupdates", "setwebhook", "deletewebhook", "getwebhookinfo", "close", "logout"}
)


@dataclass(slots=True)
class Fault:
    """One ordered failure: what happens, to which calls, and how many of them."""

    id: int
    kind: str
    method: str | None = None
    chat_id: int | None = None
    count: int = 1
    skip: int = 0
    seconds: float = 30.0
    retry_after: int = 1
    status: int = 502

    def concerns(self, method: str, chat_id: int | None) -> bool:
        """Tell whether a call is one of those meant; without a name all are, except getUpdates."""
        if self.kind == "duplicate" or (self.chat_id is not None and self.chat_id != chat_id):
            return False
        return method != "getUpdates" if self.method is None else method.lower() == self.method.lower()

    def described(self) -> dict[str, Any]:
        """Shape the fault for the control API."""
        return {name: getattr(self, name) for name in Fault.__dataclass_fields__}


@dataclass(slots=True)
class FaultBook:
    """The failures still to come."""

    _faults: list[Fault] = field(default_factory=list)
    _last_id: int = 0

    def order(self, wanted: dict[str, Any]) -> Fault:
        """Write a failure down. Raises ValueError for one that does not exist."""
        self._last_id += 1
        names = Fault.__dataclass_fields__.keys() - {"id"}
        if unknown := sorted(wanted.keys() - names):
            raise ValueError(f"unknown field {unknown[0]!r}; known are {', '.join(sorted(names))}")
        if wanted.get("kind") not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(sorted(KINDS))}")
        if wrong := next((name for name in NUMBERS & wanted.keys() if not isinstance(wanted[name], int | float)), None):
            raise ValueError(f"{wrong} must be a number")
        fault = Fault(self._last_id, **wanted)
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Let everything work again."""
        self._faults.clear()

    def listed(self) -> list[dict[str, Any]]:
        """Describe the failures still to come."""
        return [fault.described() for fault in self._faults]

    def strike(self, method: str, chat_id: int | None) -> Fault | None:
        """Take the failure that this call must suffer, if any."""
        return self._take(lambda fault: fault.concerns(method, chat_id)) if self._faults else None

    def doubles(self, chat_id: int) -> bool:
        """Tell whether the next update of this chat must be delivered twice."""
        if not self._faults:
            return False
        return self._take(lambda f: f.kind == "duplicate" and f.chat_id in {None, chat_id}) is not None

    def _take(self, meant: Callable[[Fault], bool]) -> Fault | None:
        for fault in self._faults:
            if not meant(fault):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.count -= 1
            if fault.count <= 0:
                self._faults.remove(fault)
            return fault
        return None


@dataclass(slots=True)
class _Bucket:
    level: float
    at: float


@dataclass(slots=True)
class FloodControl:
    """About one message a second per chat (short bursts pass) and 30 calls a second in all."""

    steady: Callable[[], float]
    on: bool = False
    per_chat: float = 1.0
    burst: float = 3.0
    overall: float = 30.0
    _chats: dict[int, _Bucket] = field(default_factory=dict)
    _all: _Bucket | None = None

    def check(self, method: str, chat_id: int | None) -> None:
        """Count a call. Raises Refused (429) when it is one too many."""
        name = method.lower()
        if not self.on or name in UNLIMITED:
            return
        now = self.steady()
        self._all = self._all or _Bucket(self.overall, now)
        refused = _draw(self._all, self.overall, self.overall, now)
        if refused is None and chat_id is not None and name.startswith(("send", "edit")):
            bucket = self._chats.setdefault(chat_id, _Bucket(self.burst, now))
            refused = _draw(bucket, self.per_chat, self.burst, now)
        if refused is not None:
            raise refused


def _draw(bucket: _Bucket, rate: float, most: float, now: float) -> Refused | None:
    bucket.level = min(most, bucket.level + (now - bucket.at) * rate)
    bucket.at = now
    if bucket.level < 1:
        return too_many_requests(max(1, math.ceil((1 - bucket.level) / rate)))
    bucket.level -= 1
    return None
