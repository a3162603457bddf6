"""Keeps the whole process below Cloudflare's request limits: 1,200 in 5 minutes per token, 200 a second per address."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

from deploy.clock import Clock
from deploy.errors import Throttled
from deploy.secret import Secret

# A bucket lets through at most its burst plus what flows in during the window: 600 + 300 s × 2/s = 1,200.
TOKEN_BURST, TOKEN_RATE = 600.0, 2.0
PROCESS_BURST, PROCESS_RATE = 100.0, 100.0
LONGEST_WAIT = 20.0
MOST_BUCKETS = 10_000


@dataclass(slots=True)
class Bucket:
    """A token bucket whose level may go below zero: the debt is the time to wait."""

    burst: float
    rate: float
    level: float
    at: float

    def wait(self, now: float) -> float:
        """Seconds until one more request fits."""
        self.level = min(self.burst, self.level + (now - self.at) * self.rate)
        self.at = now
        return max(0.0, (1.0 - self.level) / self.rate)

    def take(self) -> None:
        """Count one request."""
        self.level -= 1.0


@dataclass(slots=True)
class Pace:
    """Hands out turns; one object serves the whole process."""

    clock: Clock
    _process: Bucket = field(init=False, repr=False)
    _tokens: dict[bytes, Bucket] = field(init=False, repr=False, default_factory=dict)
    # Buckets are found by a keyed digest, so that no token is kept here to be found.
    _key: bytes = field(init=False, repr=False, default_factory=lambda: secrets.token_bytes(32))

    def __post_init__(self) -> None:
        """Start with full buckets."""
        self._process = Bucket(PROCESS_BURST, PROCESS_RATE, PROCESS_BURST, self.clock.monotonic())

    async def turn(self, token: Secret) -> Throttled | None:
        """Wait for a turn; returns Throttled instead when that would take longer than is worth waiting."""
        mine = self._bucket(token)
        now = self.clock.monotonic()
        wait = max(mine.wait(now), self._process.wait(now))
        if wait > LONGEST_WAIT:
            return Throttled("our own budget for this token is used up", retry_after=wait)
        mine.take()
        self._process.take()
        if wait > 0:
            await self.clock.sleep(wait)
        return None

    def _bucket(self, token: Secret) -> Bucket:
        digest = hashlib.blake2b(token.reveal().encode(), key=self._key, digest_size=16).digest()
        bucket = self._tokens.get(digest)
        if bucket is None:
            self._forget_idle()
            bucket = Bucket(TOKEN_BURST, TOKEN_RATE, TOKEN_BURST, self.clock.monotonic())
            self._tokens[digest] = bucket
        return bucket

    def _forget_idle(self) -> None:
        if len(self._tokens) < MOST_BUCKETS:
            return
        now = self.clock.monotonic()
        for digest, bucket in list(self._tokens.items()):
            if bucket.wait(now) == 0.0 and bucket.level >= bucket.burst:
                del self._tokens[digest]
