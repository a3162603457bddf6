"""Sealed tickets: a secret on its short way from the chat to the one request that needs it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

from bot.storage import tickets
from bot.storage.database import Database
from bot.vault.daykeys import DayKeys
from bot.vault.keyring import CannotOpen, Context
from deploy.secret import Secret
from flows.events import Kind
from flows.plans import Mode
from flows.states import Held

log = logging.getLogger(__name__)
LIFETIME: Final = {Kind.KEY_ID: 15 * 60, Kind.SECRET: 15 * 60, Kind.TOKEN: 60 * 60}  # seconds
SLACK: Final = 60.0  # seconds by which a clock may be put right without a word


class SealingKeys(Protocol):
    """What seals tickets: the key ring, or the keys of days where the database cannot shred."""

    @property
    def newest(self) -> str:
        """The name of the key that seals."""
        ...

    def seal(self, secret: Secret, context: Context) -> bytes:
        """Encrypt for exactly this context."""
        ...

    def open(self, blob: bytes, context: Context) -> Secret:
        """Decrypt what was sealed for exactly this context; raises CannotOpen."""
        ...


class Tickets:
    """Seals and opens; only a ticket's id travels further."""

    def __init__(
        self, keyring: SealingKeys, database: Database, *, clock: Callable[[], float], fresh_id: Callable[[], str]
    ) -> None:
        """Take the keys, the place to keep tickets, time and ids."""
        self._keyring = keyring
        self._database = database
        self._clock = clock
        self._fresh_id = fresh_id

    def seal(self, chat_id: int, kind: Kind, secret: Secret, looks: Mode | None = None) -> tuple[Held, tickets.Ticket]:
        """Seal a secret; the row is stored together with the step that takes it."""
        ticket_id = self._fresh_id()
        until = int(self._clock()) + LIFETIME[kind]
        sealed = self._keyring.seal(secret, Context(str(kind), chat_id, ticket_id))
        row = tickets.Ticket(ticket_id, chat_id, str(kind), sealed, self._keyring.newest, float(until))
        ending = secret.ending if kind is Kind.KEY_ID else ""
        return Held(ticket_id, until, ending, looks), row

    async def open(self, chat_id: int, kind: Kind, ticket_id: object) -> Secret | None:
        """Open a ticket; None when it has expired, is gone, or belongs to something else."""
        if not isinstance(ticket_id, str):
            return None
        row = await self._database.read(partial(tickets.get, ticket_id=ticket_id, now=self._clock()))
        if row is None or row.chat_id != chat_id or row.purpose != str(kind):
            return None
        try:
            return self._keyring.open(row.sealed, Context(str(kind), chat_id, ticket_id))
        except CannotOpen:
            # Its owner is asked again; replicas that do not share their key folder, or a ring cut too soon, show here.
            log.warning("a ticket opens with no key there is", extra={"key": row.key_name})
            return None

    async def sweep(self) -> set[int]:
        """Shred what has expired, and what a clock put back would let live too long; returns the chats concerned."""
        if isinstance(self._keyring, DayKeys):
            await asyncio.to_thread(self._keyring.tidy)
        chats: set[int] = set()
        for kind, seconds in LIFETIME.items():
            now = self._clock()
            latest = now + seconds + SLACK
            gone = await self._database.read(partial(tickets.expired, now=now, of=str(kind), latest=latest))
            if gone:
                await self._database.write(partial(tickets.delete_expired, now=now, of=str(kind), latest=latest))
            chats |= {ticket.chat_id for ticket in gone}
        if chats:
            await self._database.shred()
        return chats
