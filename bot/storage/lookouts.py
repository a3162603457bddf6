"""Whose turn it is to be looked after: one row per Worker, with what its owner knows already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, bindparam, delete, exists, func, or_, select, update

from bot.storage.dialect import InsertOnce
from bot.storage.tables import lookouts, workers


@dataclass(frozen=True, slots=True)
class Lookout:
    """One Worker's turn, next at `due_at`; how it has been failing; `told` is the trouble its owner knows of."""

    worker_id: str
    chat_id: int
    due_at: float
    answered_at: float | None = None
    failing_since: float | None = None
    failures: int = 0
    told: str = ""


_one = lookouts.c.worker_id == bindparam("worker")
_NEW = (
    select(workers.c.id, workers.c.chat_id)
    .where(workers.c.state != "deploying", ~exists().where(lookouts.c.worker_id == workers.c.id))
    .limit(bindparam("most"))
)
_ADD = InsertOnce(lookouts)
_DUE = (
    select(lookouts)
    .where(or_(lookouts.c.due_at <= bindparam("now"), lookouts.c.due_at > bindparam("latest")))
    .order_by(lookouts.c.due_at)
    .limit(bindparam("most"))
)
_CLAIM = update(lookouts).where(_one, lookouts.c.due_at == bindparam("was")).values(due_at=bindparam("until"))
_SETTLE = (
    update(lookouts)
    .where(_one)
    .values({column: bindparam(f"new_{column.name}") for column in lookouts.c if column.name != "worker_id"})
)
_REST = update(lookouts).where(lookouts.c.chat_id == bindparam("chat")).values(due_at=bindparam("until"))
_GET = select(lookouts).where(_one)
_REMOVE = delete(lookouts).where(_one)
_COUNT = select(func.count()).select_from(lookouts)


def enlist(connection: Connection, *, first_due: Sequence[float]) -> int:
    """Give Workers that have none a turn, at most one for each of these times; returns how many there were."""
    found = connection.execute(_NEW, {"most": len(first_due)}).all()
    for (worker_id, chat_id), due_at in zip(found, first_due, strict=False):
        _ADD.run(connection, asdict(Lookout(worker_id, chat_id, due_at)))
    return len(found)


def due(connection: Connection, *, now: float, latest: float, limit: int = 100) -> list[Lookout]:
    """Whose turn it is, longest-waiting first; one later than `latest` counts too: the clock was put back."""
    return [Lookout(*row) for row in connection.execute(_DUE, {"now": now, "latest": latest, "most": limit})]


def claim(connection: Connection, found: Sequence[Lookout], *, until: float) -> list[Lookout]:
    """Take turns that were `due` until then; those that another process was quicker to take are left out."""
    values = [(each, {"worker": each.worker_id, "was": each.due_at, "until": until}) for each in found]
    return [each for each, value in values if connection.execute(_CLAIM, value).rowcount == 1]


def settle(connection: Connection, lookout: Lookout) -> None:
    """Store what came of a look."""
    row = {f"new_{name}": value for name, value in asdict(lookout).items() if name != "worker_id"}
    connection.execute(_SETTLE, row | {"worker": lookout.worker_id})


def rest(connection: Connection, chat_id: int, *, until: float) -> None:
    """Look after a chat's Workers no earlier than then."""
    connection.execute(_REST, {"chat": chat_id, "until": until})


def get(connection: Connection, worker_id: str) -> Lookout | None:
    """A Worker's turn; None when it has none yet."""
    row = connection.execute(_GET, {"worker": worker_id}).first()
    return None if row is None else Lookout(*row)


def remove(connection: Connection, worker_id: str) -> None:
    """Forget the turn of a Worker that is gone."""
    connection.execute(_REMOVE, {"worker": worker_id})


def count(connection: Connection) -> int:
    """How many Workers are looked after."""
    return connection.execute(_COUNT).scalar_one()
