"""Moments to remember beyond a restart, by name."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, select, update

from bot.storage.dialect import InsertOnce
from bot.storage.tables import marks

_AT = select(marks.c.at).where(marks.c.name == bindparam("mark"))
_MOVE = update(marks).where(marks.c.name == bindparam("mark")).values(at=bindparam("moment"))
_ADVANCE = _MOVE.where(marks.c.at < bindparam("before"))
_OLDER = select(marks.c.name, marks.c.at).where(marks.c.name.like(bindparam("like")), marks.c.at < bindparam("before"))
_REMOVE = delete(marks).where(marks.c.name == bindparam("mark"))
_ADD = InsertOnce(marks)


def at(connection: Connection, name: str) -> float | None:
    """When it was last set, in Unix seconds; None when it never was."""
    moment: float | None = connection.execute(_AT, {"mark": name}).scalar()
    return moment


def advance(connection: Connection, name: str, *, now: float, before: float) -> bool:
    """Set it to `now` if it was set before `before`; False when it was not, so that one of many notices."""
    return connection.execute(_ADVANCE, {"mark": name, "moment": now, "before": before}).rowcount == 1


def older(connection: Connection, beginning: str, *, before: float) -> dict[str, float]:
    """The marks whose names begin so and that were set before then, with their moments."""
    found = connection.execute(_OLDER, {"like": f"{beginning}%", "before": before})
    return {row[0]: row[1] for row in found}


def remove(connection: Connection, name: str) -> bool:
    """Forget one; False when another process was quicker."""
    return connection.execute(_REMOVE, {"mark": name}).rowcount == 1


def put(connection: Connection, name: str, *, now: float) -> None:
    """Set it to `now`."""
    if connection.execute(_MOVE, {"mark": name, "moment": now}).rowcount == 0:
        _ADD.run(connection, {"name": name, "at": now})
