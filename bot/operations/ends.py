"""The end of an operation in one transaction: its row, the Worker's row, the tickets, the conversation's step."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from bot.board import Board
from bot.conversation import Occasion
from bot.runner.port import Operation, Outcome
from bot.stage import Stage
from bot.storage import operations, tickets, workers
from flows.events import Ended
from flows.trouble import KNOWN_CODES

log = logging.getLogger(__name__)

RENAMED = {"timed_out": "timeout", "too_many_starts": "stuck"}


class Ends:
    """Commits ends; the runner calls `commit` and tries again when it fails."""

    def __init__(self, stage: Stage, board: Board, clock: Callable[[], float], new_incident: Callable[[], str]) -> None:
        """`stage` takes the conversation's step; `board` stops showing progress."""
        self._stage = stage
        self._board = board
        self._clock = clock
        self._new_incident = new_incident

    async def commit(self, operation: Operation, outcome: Outcome) -> None:
        """Commit the end of an operation. Raises StorageError."""
        now = self._clock()
        outcome = self._numbered(operation, outcome)
        code = (
            "cancelled" if outcome.kind == "cancelled" else RENAMED.get(outcome.code or "", outcome.code or "internal")
        )
        data: dict[str, Any] = dict(outcome.data)
        if outcome.incident:
            data["incident"] = outcome.incident

        def beside(connection: Connection) -> bool:
            kept = operations.finish(
                connection,
                operation.id,
                state=outcome.kind,
                outcome=_lasting(outcome),
                error_code=outcome.code,
                incident=outcome.incident,
                attempt=operation.attempts,
                now=now,
            )
            if kept:
                tickets.delete_for_operation(connection, operation.id)
                _worker_row(connection, operation, code, data)
            return kept

        self._board.ended(operation.id)
        event = Ended(operation.id, operation.kind, code, data)
        await self._stage.take(Occasion(operation.chat_id, operation.chat_id, event), beside)

    def _numbered(self, operation: Operation, outcome: Outcome) -> Outcome:
        """Give an incident id to a failure nobody has words for, so that chat and log can be put together."""
        if outcome.kind != "failed" or outcome.incident or outcome.code in KNOWN_CODES | RENAMED.keys():
            return outcome
        incident = self._new_incident()
        detail = str(outcome.data.get("detail", ""))
        log.error(
            "a failure without a name",
            extra={"incident": incident, "kind": operation.kind, "code": outcome.code, "detail": detail},
        )
        return replace(outcome, incident=incident)


def _lasting(outcome: Outcome) -> dict[str, Any]:
    """What is kept of an outcome: ids and codes; what an account holds is not."""
    return {name: value for name, value in outcome.data.items() if name in {"worker", "script", "account"}}


def _worker_row(connection: Connection, operation: Operation, code: str, data: dict[str, Any]) -> None:
    worker_id = str(operation.arguments.get("worker", ""))
    if code in {"undone", "destroyed", "unsure"}:
        workers.remove(connection, worker_id)
    elif changes := _changes(code, data):
        workers.change(connection, worker_id, **changes)


def _changes(code: str, data: dict[str, Any]) -> workers.WorkerChanges:
    """What an end changes in the Worker's row."""
    match code:
        case "deployed" | "prepared":
            state = "running" if data.get("answering") is not False else "arriving"
            schedule = str(data.get("schedule", "cron"))
            return {"state": state, "schedule": schedule, "subdomain": data["subdomain"], "url": data["url"]}
        case "updated":
            return {"template": data["template"], "schedule": data["schedule"]}
        case "widened":
            return {"plan": data["plan"], "ceilings": data["ceilings"]}
        case "rotated" | "connected" if "key_ending" in data:  # an account that is connected tells no such thing
            return _keys(data)
        case "paused":
            return {"state": "paused"}
        case "resumed" | "arrived":
            return {"state": "running"}
        case "woken" if "running" in data:
            return {"schedule": "alarm", "state": "running" if data["running"] else "paused"}
        case _ if "running" in data:  # whatever was asked, the Worker said how it stands
            return {"state": "running" if data["running"] else "paused", **_keys(data), **_token(data)}
        case _:  # a token given or taken away; whatever else ended so changes nothing
            return _token(data)


def _token(data: dict[str, Any]) -> workers.WorkerChanges:
    """Whether it holds a Cloudflare token, as it says itself: its owner may add or delete one at Cloudflare."""
    holds = data.get("holds_token")
    return {"holds_cloudflare_token": holds} if isinstance(holds, bool) else {}


def _keys(data: dict[str, Any]) -> workers.WorkerChanges:
    """What is known of the keys, by their ends alone; nothing where nothing was told."""
    known: workers.WorkerChanges = {}
    if data.get("key_ending"):
        known["key_ending"] = str(data["key_ending"])
    if data.get("account_ending"):
        known["alpaca_account_ending"] = str(data["account_ending"])
    return known
