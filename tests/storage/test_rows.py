from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from bot.storage import consents, deletions, dialogs, updates, workers
from bot.storage.errors import StaleDialog
from tests.storage.rows import dialog, worker


def test_an_update_is_added_once(connection: Connection) -> None:
    assert not updates.seen(connection, 5)
    assert updates.add(connection, update_id=5, chat_id=1, kind="message", now=1.0)
    assert updates.seen(connection, 5)
    assert not updates.add(connection, update_id=5, chat_id=1, kind="message", now=2.0)
    assert not updates.seen(connection, 4)  # a set, not a high-water mark
    assert updates.parked(connection) == []


def test_a_poison_update_is_parked_whether_it_was_added_or_not(connection: Connection) -> None:
    updates.add(connection, update_id=5, chat_id=1, kind="message", now=1.0)
    updates.park(connection, update_id=5, chat_id=1, kind="message", reason="internal", now=2.0)
    updates.park(connection, update_id=6, chat_id=None, kind="unknown", reason="unreadable", now=2.0)
    assert updates.parked(connection) == [
        updates.Update(5, 1, "message", 1.0, "internal"),
        updates.Update(6, None, "unknown", 2.0, "unreadable"),
    ]
    assert not updates.add(connection, update_id=6, chat_id=1, kind="message", now=3.0)


def test_old_updates_go_a_bounded_number_at_a_time(connection: Connection) -> None:
    for number in range(10):
        updates.add(connection, update_id=number, chat_id=1, kind="message", now=float(number))
    assert updates.housekeep(connection, before=7.0, limit=5) == 5
    assert not updates.seen(connection, 4)
    assert updates.seen(connection, 5)
    assert updates.housekeep(connection, before=7.0, limit=5) == 2
    assert updates.housekeep(connection, before=7.0, limit=5) == 0
    assert updates.seen(connection, 7)


def test_a_dialog_is_loaded_as_it_was_saved(connection: Connection) -> None:
    assert dialogs.load(connection, 1) is None
    first = dialog(state='{"name":"Ж…"}')
    dialogs.save(connection, first, was=0)
    assert dialogs.load(connection, 1) == first
    second = replace(first, version=2, rendered_version=1, anchor_message_id=2**40, language=None, updated_at=2.5)
    dialogs.save(connection, second, was=1)
    assert dialogs.load(connection, 1) == second


def test_a_stale_dialog_is_not_saved(connection: Connection) -> None:
    with pytest.raises(StaleDialog):
        dialogs.save(connection, dialog(version=5), was=4)
    dialogs.save(connection, dialog(), was=0)
    for was in (0, 2):
        with pytest.raises(StaleDialog) as stale:
            dialogs.save(connection, dialog(version=was + 1, state="CANARY"), was=was)
        assert stale.value.chat_id == 1
        assert "CANARY" not in str(stale.value)
    assert dialogs.load(connection, 1) == dialog()


def test_what_is_shown_only_moves_forward(connection: Connection) -> None:
    dialogs.save(connection, dialog(version=3), was=0)
    assert [waiting.chat_id for waiting in dialogs.unrendered(connection)] == [1]
    assert dialogs.rendered(connection, 1, version=3, anchor_message_id=9)
    assert dialogs.unrendered(connection) == []
    assert not dialogs.rendered(connection, 1, version=2, anchor_message_id=8)
    assert not dialogs.rendered(connection, 2, version=2, anchor_message_id=8)
    loaded = dialogs.load(connection, 1)
    assert loaded is not None
    assert (loaded.rendered_version, loaded.anchor_message_id, loaded.version) == (3, 9, 3)


def test_a_worker_is_saved_changed_and_removed(connection: Connection) -> None:
    workers.save(connection, worker())
    assert workers.get(connection, "w1") == worker()
    workers.save(connection, replace(worker(), url="http://127.0.0.1:1"))
    assert workers.change(connection, "w1", state="paused", plan={"kind": "recurring"}, holds_cloudflare_token=False)
    wanted = replace(
        worker(),
        url="http://127.0.0.1:1",
        state="paused",
        plan={"kind": "recurring"},
        holds_cloudflare_token=False,
    )
    assert workers.get(connection, "w1") == wanted
    assert workers.for_chat(connection, 1) == [wanted]
    assert workers.for_chat(connection, 2) == []
    assert workers.remove(connection, "w1")
    assert not workers.remove(connection, "w1")
    assert not workers.change(connection, "w1", state="live")
    assert workers.get(connection, "w1") is None


def test_the_mark_of_read_events_only_moves_forward(connection: Connection) -> None:
    workers.save(connection, worker())
    assert workers.advance_events(connection, "w1", 5)
    assert not workers.advance_events(connection, "w1", 5)
    assert not workers.advance_events(connection, "w1", 4)
    assert not workers.advance_events(connection, "w2", 4)


def test_all_workers_are_gone_through_page_by_page(connection: Connection) -> None:
    ids = [f"w{number}" for number in range(5)]
    for worker_id in ids:
        workers.save(connection, worker(worker_id, chat_id=int(worker_id[1])))
    first = workers.page(connection, limit=3)
    second = workers.page(connection, after=first[-1].id, limit=3)
    assert [found.id for found in first + second] == ids
    assert workers.page(connection, after=second[-1].id) == []
    assert workers.count(connection) == 5


def test_a_worker_does_not_show_its_key() -> None:
    assert "CANARY" not in repr(worker(command_key=b"CANARY"))


def test_a_deletion_is_due_retried_and_done(connection: Connection) -> None:
    assert deletions.next_due(connection) is None
    assert deletions.add(connection, chat_id=1, message_id=7, now=10.0)
    assert not deletions.add(connection, chat_id=1, message_id=7, now=11.0)
    assert deletions.add(connection, chat_id=2, message_id=7, now=10.0, next_at=12.0)
    assert deletions.due(connection, now=11.0) == [deletions.Deletion(1, 7, 10.0, 0, 10.0, told=False)]
    deletions.retry_at(connection, chat_id=1, message_id=7, next_at=20.0)
    assert deletions.due(connection, now=11.0) == []
    assert deletions.next_due(connection) == 12.0
    assert [found.attempts for found in deletions.due(connection, now=20.0)] == [0, 1]
    assert deletions.done(connection, chat_id=1, message_id=7)
    assert not deletions.done(connection, chat_id=1, message_id=7)
    assert deletions.count(connection) == 1
    assert deletions.for_chat(connection, 1) == []


def test_a_deletion_that_cannot_be_done_is_told_once_and_then_forgotten(connection: Connection) -> None:
    deletions.add(connection, chat_id=1, message_id=7, now=10.0)
    deletions.add(connection, chat_id=1, message_id=8, now=20.0)
    assert [found.message_id for found in deletions.overdue(connection, before=10.0)] == [7]
    deletions.told(connection, chat_id=1, message_id=7)
    assert deletions.overdue(connection, before=10.0) == []
    assert [found.message_id for found in deletions.due(connection, now=99.0)] == [8]
    assert deletions.count(connection) == 1
    assert deletions.housekeep(connection, before=20.0) == 1
    assert [found.message_id for found in deletions.for_chat(connection, 1)] == [8]


def test_the_first_consent_to_a_text_is_kept(connection: Connection) -> None:
    assert consents.add(connection, consents.Consent(1, "aa", 1.0))
    assert not consents.add(connection, consents.Consent(1, "aa", 2.0))
    assert consents.add(connection, consents.Consent(1, "bb", 3.0))
    assert consents.get(connection, chat_id=1, text_sha256="aa") == consents.Consent(1, "aa", 1.0)
    assert consents.get(connection, chat_id=2, text_sha256="aa") is None
    assert [found.text_sha256 for found in consents.for_chat(connection, 1)] == ["aa", "bb"]
