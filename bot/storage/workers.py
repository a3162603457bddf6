"""The Workers Soar has put into users' accounts, and the sealed keys that sign commands to them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypedDict, Unpack

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from bot.storage.tables import workers


@dataclass(frozen=True, slots=True)
class Worker:
    """One Worker; `plan` and `ceilings` are what it was deployed with, `last_event` the last event read from it.

    `template` is the whole digest of the code it was deployed with, empty when that is not known. `schedule` says what
    wakes it: `cron`, or in an account without a free one its own `alarm`.
    """

    id: str
    chat_id: int
    mode: str
    script: str
    cloudflare_account: str
    subdomain: str
    url: str
    alpaca_account_hash: str
    alpaca_account_ending: str
    command_key: bytes = field(repr=False)
    plan: Mapping[str, Any]
    ceilings: Mapping[str, Any]
    template: str
    holds_cloudflare_token: bool
    key_ending: str
    state: str
    created_at: float
    last_event: int = 0
    schedule: str = "cron"


class WorkerChanges(TypedDict, total=False):
    """What may change in a Worker's row after it was added."""

    subdomain: str
    url: str
    alpaca_account_hash: str
    alpaca_account_ending: str
    command_key: bytes
    plan: Mapping[str, Any]
    ceilings: Mapping[str, Any]
    template: str
    holds_cloudflare_token: bool
    key_ending: str
    state: str
    schedule: str


_one = workers.c.id == bindparam("worker")
_GET = select(workers).where(_one)
_FOR_CHAT = select(workers).where(workers.c.chat_id == bindparam("chat")).order_by(workers.c.created_at, workers.c.id)
_IN_ACCOUNT = select(workers).where(workers.c.cloudflare_account == bindparam("account")).order_by(workers.c.id)
_OTHERS = delete(workers).where(
    workers.c.chat_id == bindparam("chat"),
    workers.c.cloudflare_account == bindparam("account"),
    workers.c.script == bindparam("script"),
    workers.c.id != bindparam("worker"),
    workers.c.state == "deploying",
)
_PAGE = select(workers).where(workers.c.id > bindparam("after")).order_by(workers.c.id).limit(bindparam("most"))
_DELETE = delete(workers).where(_one)
_RESEAL = update(workers).where(_one, workers.c.command_key == bindparam("was")).values(command_key=bindparam("blob"))
_COUNT = select(func.count()).select_from(workers)
_ADVANCE = update(workers).where(_one, workers.c.last_event < bindparam("event")).values(last_event=bindparam("event"))


def save(connection: Connection, worker: Worker) -> None:
    """Add a Worker, or replace the whole row of one with that id."""
    row = _as_text(asdict(worker))
    changes = {name: value for name, value in row.items() if name != "id"}
    if connection.execute(update(workers).where(_one).values(changes), {"worker": worker.id}).rowcount == 0:
        connection.execute(insert(workers), row)


def change(connection: Connection, worker_id: str, **changes: Unpack[WorkerChanges]) -> bool:
    """Change only the named columns; False when there is no such Worker."""
    statement = update(workers).where(_one).values(_as_text(dict(changes)))
    return connection.execute(statement, {"worker": worker_id}).rowcount == 1


def reseal(connection: Connection, worker_id: str, *, was: bytes, sealed: bytes) -> bool:
    """Replace a command key's seal by another; False when it is no longer `was`."""
    return connection.execute(_RESEAL, {"worker": worker_id, "was": was, "blob": sealed}).rowcount == 1


def advance_events(connection: Connection, worker_id: str, last_event: int) -> bool:
    """Move the mark of the last event read forward; False when it was there or beyond."""
    return connection.execute(_ADVANCE, {"worker": worker_id, "event": last_event}).rowcount == 1


def get(connection: Connection, worker_id: str) -> Worker | None:
    """The Worker; None when there is none of that id."""
    row = connection.execute(_GET, {"worker": worker_id}).first()
    return None if row is None else _worker(row)


def for_chat(connection: Connection, chat_id: int) -> list[Worker]:
    """The chat's Workers, oldest first."""
    return [_worker(row) for row in connection.execute(_FOR_CHAT, {"chat": chat_id})]


def in_account(connection: Connection, account: str) -> list[Worker]:
    """The Workers in a Cloudflare account, whoever set them up."""
    return [_worker(row) for row in connection.execute(_IN_ACCOUNT, {"account": account})]


def save_only(connection: Connection, worker: Worker) -> None:
    """Save a Worker in place of what earlier attempts at the same script have left in the same chat."""
    facts = {"chat": worker.chat_id, "account": worker.cloudflare_account, "script": worker.script, "worker": worker.id}
    connection.execute(_OTHERS, facts)
    save(connection, worker)


def page(connection: Connection, *, after: str = "", limit: int = 500) -> list[Worker]:
    """Workers of all chats by id, from the one after `after` on: to go through them all without holding them all."""
    return [_worker(row) for row in connection.execute(_PAGE, {"after": after, "most": limit})]


def remove(connection: Connection, worker_id: str) -> bool:
    """Delete a Worker's row, its command key with it; False when it was gone."""
    return connection.execute(_DELETE, {"worker": worker_id}).rowcount == 1


def count(connection: Connection) -> int:
    """How many Workers there are."""
    return connection.execute(_COUNT).scalar_one()


def _as_text(row: dict[str, Any]) -> dict[str, Any]:
    return {name: json.dumps(dict(value)) if name in {"plan", "ceilings"} else value for name, value in row.items()}


def _worker(row: Row[Any]) -> Worker:
    values = dict(row._mapping)  # noqa: SLF001  (SQLAlchemy's public way to names, despite its underscore)
    for name in ("plan", "ceilings"):
        values[name] = json.loads(values[name])
    return Worker(**values)
