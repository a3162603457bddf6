"""The steps of one connection: the link from the chat, Cloudflare's page, the way back, and the proof of whose it is.

A link that somebody else was sent must not put *their* account into *this* chat. So the browser that comes back must be
the one that set out (a cookie), and what it brings counts only when it is carried into the chat it was begun in.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy import Connection

from bot.oauth.client import NotGranted, Registration, redeem, revoke
from bot.stage import Standing
from bot.storage import tickets
from bot.storage.database import Database
from bot.tickets import SealingKeys
from bot.vault.keyring import CannotOpen, Context
from deploy.secret import Secret
from deploy.wire import Http
from flows.events import Kind
from flows.jobs import GRANTED, Held
from flows.languages import Language

log = logging.getLogger(__name__)
LIFETIME: Final = 600.0  # seconds from the tap to the way back, and again from there to the chat
TOKEN_SECONDS: Final = 3600.0  # as long as a pasted token
SHORTEST: Final = 300.0  # a token that ends sooner is of no use
LINK, VERIFIER, GRANT = "oauth-link", "oauth-verifier", "oauth-grant"
NOBODY: Final = 0  # a link names its chat inside the seal, not beside it


class Shut(Exception):  # noqa: N818  (says how the door is)
    """This connection does not go on; `why` is the message id's last part for the page."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Passage:
    """Where a browser is sent, and what it must bring back."""

    url: str
    state: str


class Door:
    """Keeps, sealed and for minutes, what lies between the chat and Cloudflare's page."""

    def __init__(
        self,
        registration: Registration,
        http: Http,
        database: Database,
        *,
        links: SealingKeys,
        sealing: SealingKeys,
        standing: Callable[[int], Awaitable[Standing]],
        clock: Callable[[], float],
    ) -> None:
        """`links` seals a chat's link, `sealing` what is kept; `standing` tells what a chat waits for."""
        self.registration = registration
        self._http = http
        self._database = database
        self._links = links
        self._sealing = sealing
        self._standing = standing
        self._clock = clock

    def link(self, chat_id: int) -> str:
        """The address behind a chat's button."""
        sealed = self._links.seal(Secret(str(chat_id)), Context(LINK, NOBODY, LINK))
        return f"{self.registration.redirect_url}?begin={urlsafe_b64encode(sealed).rstrip(b'=').decode()}"

    async def begin(self, text: str) -> Passage:
        """Send a browser on to Cloudflare. Raises Shut or StorageError."""
        chat_id = self._read_link(text)
        if Kind.TOKEN not in (await self._standing(chat_id)).asks:
            raise Shut("not_asked")
        verifier, state = Secret(secrets.token_urlsafe(48)), secrets.token_urlsafe(24)
        await self._keep(VERIFIER, chat_id, state, verifier)
        return Passage(self.registration.page(state, verifier), state)

    async def back(self, state: str, cookie: str, code: Secret) -> tuple[str, Language]:
        """Take what Cloudflare's page gave; returns the word to carry into the chat, and the chat's language.

        Raises Shut or StorageError.
        """
        if not cookie or not hmac.compare_digest(state.encode(), cookie.encode()):
            raise Shut("other_browser")
        chat_id, verifier = await self._take(VERIFIER, state)
        standing = await self._standing(chat_id)
        if Kind.TOKEN not in standing.asks:
            raise Shut("not_asked")
        try:
            grant = await redeem(self._http, self.registration, code, verifier)
        except NotGranted as refusal:
            log.warning("cloudflare gave no token for a code", extra={"why": refusal.reason})
            raise Shut("not_granted") from None
        seconds = min(TOKEN_SECONDS, grant.seconds or TOKEN_SECONDS)
        if seconds < SHORTEST:
            await self._end(grant.token)
            raise Shut("not_granted")
        word = secrets.token_urlsafe(24)
        until = int(self._clock() + seconds)
        await self._keep(GRANT, chat_id, word, Secret(f"{until}:{grant.token.reveal()}"))
        return word, standing.language

    async def enter(self, chat_id: int, word: str) -> tuple[Held, tickets.Ticket] | None:
        """Give the token to the chat it was begun in, as if it had been pasted there; None otherwise, and it ends."""
        try:
            begun_in, kept = await self._take(GRANT, word)
        except Shut:
            return None
        until, _, token = kept.reveal().partition(":")
        if begun_in != chat_id:
            log.warning("a connection was carried into another chat")
            await self._end(Secret(token))
            return None
        held = Held(f"{GRANTED}{secrets.token_hex(13)}", int(until))
        row = self._sealed(str(Kind.TOKEN), chat_id, held.ticket, Secret(token), float(until))
        return held, row

    async def give_back(self, lent: Sequence[tickets.Ticket]) -> None:
        """End tokens that have done their work; their tickets are gone already."""
        for row in lent:
            with suppress(CannotOpen):
                await self._end(self._sealing.open(row.sealed, Context(row.purpose, row.chat_id, row.id)))

    async def _end(self, token: Secret) -> None:
        if not await revoke(self._http, self.registration, token):
            log.warning("a token could not be given back; it ends by itself")

    def _read_link(self, text: str) -> int:
        try:
            sealed = urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
            return int(self._links.open(sealed, Context(LINK, NOBODY, LINK)).reveal())
        except (ValueError, CannotOpen):
            raise Shut("old_link") from None

    def _sealed(self, purpose: str, chat_id: int, ticket_id: str, secret: Secret, until: float) -> tickets.Ticket:
        blob = self._sealing.seal(secret, Context(purpose, chat_id, ticket_id))
        return tickets.Ticket(ticket_id, chat_id, purpose, blob, self._sealing.newest, until)

    async def _keep(self, purpose: str, chat_id: int, ticket_id: str, secret: Secret) -> None:
        row = self._sealed(purpose, chat_id, ticket_id, secret, self._clock() + LIFETIME)
        await self._database.write(partial(tickets.put, ticket=row))

    async def _take(self, purpose: str, ticket_id: str) -> tuple[int, Secret]:
        """Read a ticket once: it is gone then. Raises Shut."""
        now = self._clock()

        def work(connection: Connection) -> tickets.Ticket | None:
            row = tickets.get(connection, ticket_id, now=now)
            fits = row is not None and row.purpose == purpose
            return row if fits and tickets.delete_one(connection, ticket_id) else None

        row = await self._database.write(work)
        if row is None:
            raise Shut("too_late")
        await self._database.shred()
        try:
            return row.chat_id, self._sealing.open(row.sealed, Context(purpose, row.chat_id, ticket_id))
        except CannotOpen:
            raise Shut("too_late") from None
