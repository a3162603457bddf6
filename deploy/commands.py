"""Signed commands to a deployed Worker: the only power Soar keeps after a deploy."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.clock import Clock, SystemClock
from deploy.deployment import Keys
from deploy.errors import WorkerAbsent, WorkerError, WorkerRefused, WorkerUnreachable
from deploy.fields import Fields, clipped, maybe, record, records, text, truth, whole
from deploy.holding import Form
from deploy.outcomes import Cancelled, Chosen, Closing, Day, Page, Table, Timer
from deploy.reports import Events, Pause, Run, Status
from deploy.secret import Secret, blot
from deploy.wire import Answer, Composed, Cut, Http, Outgoing, exchange

SCHEME = "soar1"
MOST_BYTES = 512 * 1024
KEY_BYTES = 32
UNKNOWN_COMMAND = "unknown command"


@dataclass(frozen=True, slots=True)
class CommandKey:
    """An Ed25519 key pair: the Worker is given `public`, Soar keeps `private` sealed (both base64url, no padding)."""

    private: Secret
    public: str

    @classmethod
    def generate(cls) -> Self:
        """Make a new pair."""
        return cls._of(Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, private: Secret) -> Self:
        """Bring back a stored pair; raises ValueError when it is not one."""
        try:
            raw = unpadded(private.reveal())
        except (binascii.Error, UnicodeEncodeError, ValueError):
            raw = b""
        if len(raw) != KEY_BYTES:
            raise ValueError("not a command key")
        return cls._of(Ed25519PrivateKey.from_private_bytes(raw))

    @classmethod
    def _of(cls, key: Ed25519PrivateKey) -> Self:
        return cls(Secret(padless(key.private_bytes_raw())), padless(key.public_key().public_bytes_raw()))

    def sign(self, *, method: str, path: str, time_ms: int, nonce: str, body: bytes) -> str:
        """Sign one request, in the Worker's own notation."""
        return self.sign_text(f"{SCHEME}\n{method}\n{path}\n{time_ms}\n{nonce}\n{hashlib.sha256(body).hexdigest()}")

    def sign_text(self, message: str) -> str:
        """Sign a text that begins with a word of its own for each use, so that no signature serves another."""
        key = Ed25519PrivateKey.from_private_bytes(unpadded(self.private.reveal()))
        return padless(key.sign(message.encode()))


def padless(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def unpadded(text: str) -> bytes:
    """The bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def fresh_nonce() -> str:
    """A value that no command has carried before."""
    return padless(secrets.token_bytes(16))


@dataclass(frozen=True, slots=True)
class Destroying:
    """The Worker has paused, cancelled `cancelled` of its own orders and is about to delete itself.

    `warning` says what it could not make sure of at the broker.
    """

    cancelled: int
    warning: str | None


@dataclass(frozen=True, slots=True)
class WorkerClient:
    """Speaks to one Worker at `url`; every method raises a WorkerError when there is no good answer.

    A Worker from an older template refuses a command it does not know: WorkerRefused with the reason UNKNOWN_COMMAND.
    """

    http: Http
    url: str
    key: CommandKey
    clock: Clock = field(default_factory=SystemClock)
    nonce: Callable[[], str] = fresh_nonce
    seconds: float = 30.0

    async def status(self) -> Status:
        """What the Worker knows; it does not ask the broker for it."""
        return Status.read(await self._ask("status"))

    async def tick(self, *, dry: bool = False) -> Run:
        """Run the plan now; a slot that was already traded is never traded again, and `dry` trades nothing at all."""
        return Run.read(self._part(await self._ask("tick", {"dry": True} if dry else None), "run"))

    async def pause(self, reason: str = "user") -> Pause:
        """Stop trading at once; asking twice is fine."""
        return Pause.read(self._part(await self._ask("pause", {"reason": reason}), "paused"))

    async def resume(self) -> Pause | None:
        """Trade again from the next tick on; returns the pause that is still in force, if the Worker keeps one."""
        paused = record(await self._ask("resume"), "paused")
        return Pause.read(paused) if paused else None

    async def events(self, *, after: int = 0, limit: int = 50) -> Events:
        """What happened after event number `after`."""
        return Events.read(await self._ask("events", {"after": after, "limit": limit}))

    async def arm(self) -> bool:
        """Let the plan trade from the next tick on; before that, every tick only says what it would order."""
        return truth(await self._ask("arm"), "armed") is True

    async def set(self, *, plan: Fields | None = None, limits: Fields | None = None) -> Chosen:
        """Change plan or limits within the ceilings of the deploy; what is None stays.

        A new plan must be armed again. Refused with the reason `beyond_ceiling`, `bad_plan` or `bad_limits`.
        """
        wanted = {"plan": plan, "limits": limits}
        return Chosen.read(await self._ask("set", {name: value for name, value in wanted.items() if value is not None}))

    async def cancel(self) -> Cancelled:
        """Cancel the open orders this Worker placed, and no others."""
        return Cancelled.read(await self._ask("cancel"))

    async def close(self, *, dry: bool) -> Closing:
        """Sell all shares this Worker bought and pause it, or with `dry` only tell what that would sell.

        Refused with the reason `market_closed` outside market hours. Asking again sells nothing twice.
        """
        return Closing.read(await self._ask("close", {"dry": dry}))

    async def lock(self) -> bool:
        """Switch off all new orders of the broker account, the owner's own too, and pause; True when it is locked."""
        return truth(await self._ask("lock"), "locked") is True

    async def unlock(self) -> bool:
        """Allow new orders in the broker account again; False when it is no longer locked.

        Ends the pause that came with the lock and no other.
        """
        return truth(await self._ask("unlock"), "locked") is not False

    async def history(self, *, days: int = 90) -> tuple[Day, ...]:
        """The last trading days, oldest first."""
        return tuple(Day.read(entry) for entry in records(await self._ask("history", {"days": days}), "days"))

    async def export(self, table: Table, *, after: int = 0, limit: int = 500) -> Page:
        """Rows of what the Worker remembers, oldest first; an answer may hold fewer rows than `limit`."""
        return Page.read(await self._whole("export", {"table": table, "after": after, "limit": limit}))

    async def alarm(self, *, on: bool) -> Timer:
        """Have the Worker wake itself up every quarter of an hour, for an account without a free cron slot."""
        return Timer.read(await self._ask("alarm", {"on": on}))

    async def rotate(self, keys: Keys) -> str:
        """Hand over a new broker key pair, which the Worker checks and puts in place; returns the new id's ending."""

        def body() -> bytes:
            return _json({"key_id": keys.key_id.reveal(), "secret": keys.secret.reveal()})

        answer = await self._send("rotate", body, hide=(keys.key_id, keys.secret))
        if truth(answer, "rotated") is not True:
            raise WorkerUnreachable("it does not say that the keys were changed")
        return text(answer, "key_ending")

    async def open_form(self, *, ticket: str, code: str, expires: int) -> Form:
        """Let the private form take one pair of keys from whoever brings what these digests are of, until `expires`.

        An earlier ticket is worth nothing any more.
        """
        fields = {"ticket": ticket, "code": code, "expires": expires}
        return Form.read(self._part(await self._ask("form", fields), "form"))

    async def close_form(self) -> None:
        """End the ticket that is out."""
        await self._ask("form_close")

    async def clear_keys(self) -> None:
        """Forget a pair that was sealed in its memory; those among its secrets stay."""
        await self._ask("keys_clear")

    async def clear_token(self) -> bool:
        """Have the Worker delete the Cloudflare token among its secrets; True when it holds none any more.

        Refused with the reason `cloudflare_refused` where that token is not good for it.
        """
        return truth(await self._ask("token_clear"), "holds_cloudflare_token") is False

    async def destroy(self) -> Destroying:
        """Have the Worker cancel its orders and delete itself; its answer may get lost on the way, which is normal."""
        answer = await self._send("destroy", lambda: b"{}")
        return Destroying(whole(answer, "cancelled"), maybe(answer, "warning"))

    def _part(self, answer: Fields, name: str) -> Fields:
        part = record(answer, name)
        if part is None:
            raise WorkerUnreachable(f"its answer lacks what was asked for ({name})")
        return part

    async def _ask(self, command: str, fields: Mapping[str, object] | None = None) -> Fields:
        """Send a command that may be repeated; of a flood the beginning is read."""
        return clipped(await self._whole(command, fields))

    async def _whole(self, command: str, fields: Mapping[str, object] | None = None) -> Fields:
        """Send a command that may be repeated, and do so once when the line breaks."""
        try:
            return await self._send(command, lambda: _json(fields or {}))
        except WorkerUnreachable as error:
            if not error.detail.startswith("no answer"):
                raise
        return await self._send(command, lambda: _json(fields or {}))

    async def _send(self, command: str, body: Callable[[], bytes], *, hide: tuple[Secret, ...] = ()) -> Fields:
        outcome = judge(await exchange(self.http, self._outgoing(f"/v1/{command}", body)), hide)
        if isinstance(outcome, WorkerError):
            raise outcome
        return outcome

    def _outgoing(self, path: str, body: Callable[[], bytes]) -> Outgoing:
        def compose() -> Composed:
            content, nonce, time_ms = body(), self.nonce(), int(self.clock.now() * 1000)
            signature = self.key.sign(method="POST", path=path, time_ms=time_ms, nonce=nonce, body=content)
            headers = {
                "Content-Type": "application/json",
                "Soar-Time": str(time_ms),
                "Soar-Nonce": nonce,
                "Soar-Signature": signature,
            }
            return Composed(headers=headers, content=content)

        return Outgoing(
            method="POST",
            url=self.url.rstrip("/") + path,
            compose=compose,
            seconds=self.seconds,
            most_bytes=MOST_BYTES,
        )


def judge(answer: Answer | Cut, hide: tuple[Secret, ...] = ()) -> Fields | WorkerError:
    """Turn what came back from a Worker's address into its JSON object or the error to raise."""
    if isinstance(answer, Cut):
        return WorkerUnreachable(f"no answer ({answer.kind})")
    fields = _object(answer.body)
    if fields is None or (answer.status >= 400 and "error" not in fields):  # noqa: PLR2004
        if answer.status == 404:  # noqa: PLR2004
            return WorkerAbsent("the address says 404")
        return WorkerUnreachable(f"HTTP {answer.status}{_edge_code(answer.body)}, not from the Worker's own code")
    if answer.status < 400:  # noqa: PLR2004
        return fields
    reason, message = (blot(text(fields, name), hide) for name in ("error", "message"))
    code = whole(fields, "cloudflare_code") or None
    warning = bool(text(fields, "warning"))
    return WorkerRefused(reason[:60], message[:300], status=answer.status, cloudflare_code=code, warning=warning)


def _edge_code(body: bytes) -> str:
    """The number on Cloudflare's own error pages, such as 1101 (exception) or 1102 (out of CPU time)."""
    found = re.search(rb"error (?:code: )?(\d{4})", body[:4096], re.IGNORECASE)
    return f", error {found[1].decode()}" if found else ""


def _object(body: bytes) -> Fields | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _json(fields: Mapping[str, object]) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode()
