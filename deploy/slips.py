"""The one-time ticket that opens a Worker's private form: signed with its command key, made again whenever needed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from secrets import token_bytes
from typing import Final, Self
from urllib.parse import quote

from deploy.commands import CommandKey, padless

LIFETIME: Final = 600  # seconds
ID_BYTES: Final = 16
CODES: Final = 10**6


@dataclass(frozen=True, slots=True)
class Slip:
    """All that is kept of a ticket: its id, and when it expires (unix seconds). Neither opens anything."""

    id: str
    expires: int

    @classmethod
    def fresh(cls, now: float) -> Self:
        """Make one that lasts ten minutes."""
        return cls(padless(token_bytes(ID_BYTES)), int(now) + LIFETIME)


@dataclass(frozen=True, slots=True, repr=False)
class Ticket:
    """What goes into the link's fragment, and the six digits that are shown beside a plain link."""

    text: str
    code: str

    @property
    def digest(self) -> str:
        """All that the Worker is told of the ticket before somebody comes with it."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def code_digest(self) -> str:
        """The same of ticket and code together."""
        return hashlib.sha256(f"{self.text}:{self.code}".encode()).hexdigest()

    def link(self, worker_url: str, language: str) -> str:
        """Where the form opens; a fragment is sent to no server, and no server logs it."""
        return f"{worker_url.rstrip('/')}/form#t={self.text}&l={quote(language, safe='-')}"


def ticket_of(slip: Slip, script: str, key: CommandKey) -> Ticket:
    """Sign the slip: the same slip, Worker and key always give the same ticket and code."""
    signature = key.sign_text(f"soar-form\n{script}\n{slip.id}\n{slip.expires}")
    # Whoever has the link alone cannot work the code out: that takes the key.
    seed = hashlib.sha256(key.sign_text(f"soar-code\n{script}\n{slip.id}\n{slip.expires}").encode()).digest()
    code = f"{int.from_bytes(seed[:8]) % CODES:06}"
    return Ticket(f"f1.{slip.id}.{slip.expires}.{signature}", code)
