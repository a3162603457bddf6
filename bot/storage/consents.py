"""What each user has agreed to: the exact text, its hash, and when."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, bindparam, select

from bot.storage.dialect import InsertOnce
from bot.storage.tables import consents


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent; `text_sha256` is lower-case hex, `wording` the text as JSON, as `flows.codec` writes it."""

    chat_id: int
    text_sha256: str
    at: float
    wording: str | None = None


_ADD = InsertOnce(consents)
_FOR_CHAT = select(consents).where(consents.c.chat_id == bindparam("chat")).order_by(consents.c.at)
_GET = select(consents).where(consents.c.chat_id == bindparam("chat"), consents.c.text_sha256 == bindparam("sha256"))


def add(connection: Connection, consent: Consent) -> bool:
    """Note a consent; False, keeping the first time, when that text was agreed to before."""
    return _ADD.run(connection, asdict(consent))


def get(connection: Connection, *, chat_id: int, text_sha256: str) -> Consent | None:
    """The consent to exactly that text; None when there is none."""
    row = connection.execute(_GET, {"chat": chat_id, "sha256": text_sha256}).first()
    return None if row is None else Consent(*row)


def for_chat(connection: Connection, chat_id: int) -> list[Consent]:
    """All consents of a chat, oldest first."""
    return [Consent(*row) for row in connection.execute(_FOR_CHAT, {"chat": chat_id})]
