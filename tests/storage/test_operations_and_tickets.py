from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from bot.storage import (
    consents,
    deletions,
    dialogs,
    lookouts,
    menus,
    notices,
    operations,
    outbox,
    pictures,
    tickets,
    updates,
    workers,
)
from bot.storage.forgetting import forget_chat
from bot.storage.tables import metadata
from bot.storage.tickets import Ticket
from tests.storage.rows import dialog, worker


def start(connection: Connection, operation_id: str = "o1", *, chat_id: int = 1, now: float = 1.0) -> bool:
    return operations.start(
        connection, operation_id=operation_id, chat_id=chat_id, kind="deploy", arguments={"ticket": "t1"}, now=now
    )


def ids(found: list[operations.Operation]) -> list[str]:
    return [operation.id for operation in found]


def ticket(ticket_id: str = "t1", *, chat_id: int = 1, expires_at: float = 100.0, key_name: str = "k1") -> Ticket:
    return Ticket(ticket_id, chat_id, "alpaca_secret", b"sealed", key_name, expires_at)


def test_starting_an_operation_again_changes_nothing(connection: Connection) -> None:
    assert start(connection)
    begun = operations.mark_running(connection, "o1", now=2.0)
    assert not start(connection, now=9.0)
    assert operations.get(connection, "o1") == begun


def test_an_operation_runs_and_ends_once(connection: Connection) -> None:
    start(connection)
    operations.mark_running(connection, "o1", now=2.0)
    operations.progress(connection, "o1", step="upload", now=3.0)
    operations.mark_alive(connection, "o1", now=4.0)
    again = operations.mark_running(connection, "o1", now=5.0)
    assert again is not None
    assert (again.state, again.step, again.attempts, again.started_at) == ("running", "upload", 2, 2.0)
    ending = {"outcome": {"script": "s"}, "error_code": "cron_limit", "incident": "i1"}
    assert operations.finish(connection, "o1", state="failed", now=6.0, **ending)  # type: ignore[arg-type]
    ended = operations.get(connection, "o1")
    assert ended == replace(again, state="failed", ended_at=6.0, **ending)  # type: ignore[arg-type]
    assert not operations.finish(connection, "o1", state="done", now=7.0)
    assert operations.mark_running(connection, "o1", now=7.0) is None
    assert operations.request_cancel(connection, "o1") is None
    operations.progress(connection, "o1", step="late", now=8.0)
    operations.mark_alive(connection, "o1", now=8.0)
    assert operations.get(connection, "o1") == ended


def test_an_operation_that_is_gone_is_no_error(connection: Connection) -> None:
    assert operations.get(connection, "o1") is None
    assert operations.mark_running(connection, "o1", now=1.0) is None
    assert not operations.finish(connection, "o1", state="done", now=1.0)


def test_a_wish_to_cancel_is_remembered(connection: Connection) -> None:
    start(connection)
    wished = operations.request_cancel(connection, "o1")
    assert wished is not None
    assert wished.cancelling
    begun = operations.mark_running(connection, "o1", now=2.0)
    assert begun is not None
    assert begun.cancelling


def test_unfinished_stuck_and_old_operations_are_found(connection: Connection) -> None:
    for number in range(4):
        start(connection, f"o{number}", chat_id=number % 2, now=float(number))
    operations.mark_running(connection, "o1", now=50.0)
    operations.mark_alive(connection, "o2", now=90.0)  # alive is not the same as moving
    operations.finish(connection, "o3", state="done", now=60.0)
    assert ids(operations.unfinished(connection)) == ["o0", "o1", "o2"]
    assert ids(operations.stuck(connection, before=40.0)) == ["o0", "o2"]
    assert ids(operations.for_chat(connection, 1)) == ["o3", "o1"]
    assert ids(operations.for_chat(connection, 1, limit=1)) == ["o3"]
    assert operations.housekeep(connection, before=60.0) == 0
    assert operations.housekeep(connection, before=61.0) == 1
    assert ids(operations.for_chat(connection, 1)) == ["o1"]


def test_arguments_must_be_json(connection: Connection) -> None:
    with pytest.raises(TypeError):
        operations.start(connection, operation_id="o", chat_id=1, kind="deploy", arguments={"x": object()}, now=1.0)


def test_a_ticket_is_read_until_it_expires_or_is_deleted(connection: Connection) -> None:
    tickets.put(connection, ticket())
    assert tickets.get(connection, "t1", now=99.9) == ticket()
    assert tickets.get(connection, "t1", now=100.0) is None
    assert tickets.expired(connection, now=99.9) == []
    assert tickets.expired(connection, now=100.0) == [ticket()]
    assert tickets.alive(connection) == 1
    assert tickets.delete_one(connection, "t1")
    assert not tickets.delete_one(connection, "t1")
    assert tickets.get(connection, "t1", now=1.0) is None
    assert "sealed" not in repr(ticket())


def test_a_ticket_id_is_not_used_twice(connection: Connection) -> None:
    tickets.put(connection, ticket())
    with pytest.raises(IntegrityError):
        tickets.put(connection, ticket())


def test_tickets_go_with_their_operation_chat_or_time(connection: Connection) -> None:
    for number in range(6):
        tickets.put(connection, ticket(f"t{number}", chat_id=number % 2, expires_at=float(number)))
    tickets.attach(connection, ["t0", "t3"], "o1")
    assert tickets.delete_for_operation(connection, "o1") == 2
    assert tickets.delete_expired(connection, now=1.0) == 1
    assert [found.id for found in tickets.for_chat(connection, 0)] == ["t2", "t4"]
    assert tickets.delete_for_chat(connection, 0) == 2
    assert tickets.alive(connection) == 1


def test_tickets_of_older_keys_are_found_and_resealed(connection: Connection) -> None:
    tickets.put(connection, ticket("old"))
    tickets.put(connection, ticket("new", key_name="k2"))
    assert [found.id for found in tickets.not_sealed_with(connection, "k2")] == ["old"]
    assert tickets.reseal(connection, "old", sealed=b"again", key_name="k2")
    assert tickets.not_sealed_with(connection, "k2") == []
    assert tickets.get(connection, "old", now=1.0) == replace(ticket("old"), sealed=b"again", key_name="k2")
    assert not tickets.reseal(connection, "gone", sealed=b"again", key_name="k2")


def fill(connection: Connection, chat_id: int) -> None:
    updates.add(connection, update_id=chat_id, chat_id=chat_id, kind="message", now=1.0)
    dialogs.save(connection, dialog(chat_id), was=0)
    start(connection, f"o{chat_id}", chat_id=chat_id)
    tickets.put(connection, ticket(f"t{chat_id}", chat_id=chat_id))
    workers.save(connection, worker(f"w{chat_id}", chat_id=chat_id))
    deletions.add(connection, chat_id=chat_id, message_id=1, now=1.0)
    consents.add(connection, consents.Consent(chat_id, "aa", 1.0))
    outbox.put(connection, outbox.Message(f"m{chat_id}", chat_id, "tell", "[]", 1.0, 1.0))
    pictures.put(connection, chat_id, 7)
    menus.put(connection, chat_id, "0badcafe")
    lookouts.enlist(connection, first_due=[1.0])
    notices.put(connection, notices.Wishes(chat_id, "trade", "UTC", 18, 22, 7, 2.0))


OF_A_CHAT = [name for name, table in metadata.tables.items() if "chat_id" in table.c]


def test_only_moments_belong_to_no_chat() -> None:
    assert set(metadata.tables) - set(OF_A_CHAT) == {"marks"}


def rows_of(connection: Connection, chat_id: int) -> dict[str, int]:
    return {
        name: connection.execute(
            text(f"SELECT count(*) FROM {name} WHERE chat_id = :chat"),  # noqa: S608  (a table's own name)
            {"chat": chat_id},
        ).scalar_one()
        for name in OF_A_CHAT
    }


def test_a_forgotten_chat_has_no_row_in_any_table(connection: Connection) -> None:
    fill(connection, 1)
    fill(connection, 2)
    assert set(rows_of(connection, 1).values()) == {1}  # every table there is has been filled
    assert forget_chat(connection, 1) == dict.fromkeys(OF_A_CHAT, 1)
    assert set(rows_of(connection, 1).values()) == {0}
    assert set(rows_of(connection, 2).values()) == {1}
    assert updates.seen(connection, 1)  # the id alone stays, against repetitions
    assert set(forget_chat(connection, 1).values()) == {0}
