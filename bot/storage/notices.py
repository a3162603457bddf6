"""Who wants to be told what, and when; a chat without a row has chosen nothing yet."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, or_, select, update

from bot.storage.dialect import InsertOnce
from bot.storage.tables import notices

FUTURE = 2 * 86_400.0


@dataclass(frozen=True, slots=True)
class Wishes:
    """One chat's; `silenced` is a comma-separated list, hours are local to `zone`, `summary_at` is in Unix seconds."""

    chat_id: int
    silenced: str
    zone: str
    summary_hour: int | None
    quiet_from: int | None
    quiet_to: int | None
    summary_at: float | None


_one = notices.c.chat_id == bindparam("chat")
_GET = select(notices).where(_one)
_ADD = InsertOnce(notices)
_CHANGE = (
    update(notices)
    .where(_one)
    .values({column: bindparam(f"new_{column.name}") for column in notices.c if column.name != "chat_id"})
)
_DUE = (
    select(notices)
    .where(or_(notices.c.summary_at <= bindparam("now"), notices.c.summary_at > bindparam("latest")))
    .order_by(notices.c.summary_at)
    .limit(bindparam("most"))
)
_MOVE = update(notices).where(_one, notices.c.summary_at == bindparam("was")).values(summary_at=bindparam("then"))


def get(connection: Connection, chat_id: int) -> Wishes | None:
    """The chat's wishes; None when it has chosen nothing yet."""
    row = connection.execute(_GET, {"chat": chat_id}).first()
    return None if row is None else Wishes(*row)


def put(connection: Connection, wishes: Wishes) -> None:
    """Store a chat's wishes."""
    row = {column.name: getattr(wishes, column.name) for column in notices.c}
    changes = {f"new_{name}": value for name, value in row.items() if name != "chat_id"}
    if connection.execute(_CHANGE, changes | {"chat": wishes.chat_id}).rowcount == 0:
        _ADD.run(connection, row)


def due(connection: Connection, *, now: float, limit: int = 100) -> list[Wishes]:
    """Whose hour has come, longest-waiting first, and whose is too far away: the clock was put back."""
    return [Wishes(*row) for row in connection.execute(_DUE, {"now": now, "latest": now + FUTURE, "most": limit})]


def move_summary(connection: Connection, wishes: Wishes, *, until: float | None) -> bool:
    """Set when the next summary is due; False when that was changed meanwhile."""
    return connection.execute(_MOVE, {"chat": wishes.chat_id, "was": wishes.summary_at, "then": until}).rowcount == 1
