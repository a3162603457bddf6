"""What the bot called and everything it ever sent, for tests that count, time and search."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

CALLS_KEPT: Final = 20_000
_HIDDEN: Final = frozenset({"secret_token"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One answered call; times are monotonic seconds, `at` when it was read, `done` when its answer went out."""

    n: int
    method: str
    at: float
    done: float
    chat_id: int | None
    params: dict[str, Any]
    status: int
    updates: tuple[int, ...]

    def described(self) -> dict[str, Any]:
        """Shape the entry for the control API."""
        params = {name: "•••" if name in _HIDDEN else value for name, value in self.params.items()}
        return {
            "n": self.n, "method": self.method, "at": self.at, "done": self.done, "chat_id": self.chat_id,
            "params": params, "status": self.status, "updates": self.updates,
        }  # fmt: skip


@dataclass(slots=True)
class Journal:
    """Both records; each can be switched off for load runs."""

    calls: bool = True
    traffic: bool = True
    count: int = 0
    _entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=CALLS_KEPT))
    _sent: list[tuple[str, bytes, dict[str, Any]]] = field(default_factory=list)

    def sent(self, method: str, body: bytes, params: dict[str, Any]) -> None:
        """Keep the bytes of a call and what was read from them."""
        if self.traffic:
            self._sent.append((method, body, params))

    def answered(
        self, method: str, times: tuple[float, float], *, chat_id: int | None, params: dict[str, Any], status: int,
        updates: tuple[int, ...] = (),
    ) -> None:  # fmt: skip
        """Keep one call; a status of 0 means that no answer was sent."""
        if self.calls:
            self._entries.append(Entry(self.count, method, *times, chat_id, params, status, updates))
        self.count += 1

    def since(self, n: int, method: str | None) -> tuple[int, list[dict[str, Any]]]:
        """List the kept calls numbered `n` and later, and the number to ask for next time."""
        wanted = method.lower() if method else None
        found = [
            entry.described()
            for entry in self._entries
            if entry.n >= n and (wanted is None or entry.method.lower() == wanted)
        ]
        return self.count, found

    def searchable(self) -> str:
        """Write everything that was sent as one text: each call's raw bytes and each value as it was read."""
        lines = []
        for method, body, params in self._sent:
            lines += [method, body.decode("utf-8", "replace"), *_leaves(params.values())]
        return "\n".join(lines)


def _leaves(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, dict):
            yield from _leaves(value.values())
        elif isinstance(value, list | tuple):
            yield from _leaves(value)
        else:
            yield str(value)
