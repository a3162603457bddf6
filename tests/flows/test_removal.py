"""Taking a Worker away: a phrase, a moment to think better of it, and what is left to do by hand."""

from __future__ import annotations

import pytest

from flows.effects import CancelOperation
from flows.events import Ended, Kind
from flows.states import (
    AskToken,
    ConfirmDestroy,
    Destroying,
    Gone,
    Home,
    Leaving,
)
from tests.flows.chat import PAPER, Chat


def test_destroy_wants_a_phrase_and_ends_with_what_is_left_to_do() -> None:
    chat = Chat(Home(PAPER.id), PAPER).taps("do", "destroy")
    assert isinstance(chat.state, ConfirmDestroy)
    assert isinstance(chat.says("ok").state, ConfirmDestroy)
    chat.says("destroy")
    assert isinstance(chat.state, Leaving)
    chat.ends("over")
    assert isinstance(chat.state, Destroying)
    chat.workers = ()
    chat.ends("destroyed", script=PAPER.script)
    assert isinstance(chat.state, Gone)


def test_destroy_without_a_token_asks_for_one() -> None:
    chat = Chat(Home(PAPER.id), PAPER).commands("destroy").says("DESTROY").ends("over")
    chat.ends("no_token", account="acc")
    assert isinstance(chat.state, AskToken)
    chat.pastes(Kind.TOKEN, lasting=3600).ends("connected", account="acc", account_name="Ann", subdomain="")
    assert isinstance(chat.state, Leaving)
    chat.ends("over")
    assert isinstance(chat.state, Destroying)


@pytest.mark.parametrize("how", ["tap", "command"])
def test_a_removal_can_be_thought_better_of(how: str) -> None:
    chat = Chat(Home(PAPER.id), PAPER).taps("do", "destroy").says("destroy")
    waited = chat.state
    assert isinstance(waited, Leaving)
    chat = chat.taps("undo") if how == "tap" else chat.commands("cancel")
    assert chat.state == Home(PAPER.id)
    assert chat.notice == "notice.kept_worker"
    assert chat.effect(CancelOperation) == CancelOperation(waited.operation)
    chat.feel(Ended(waited.operation, "grace", "over"))  # it was over in the same moment
    assert chat.state == Home(PAPER.id)


def test_while_a_removal_may_be_taken_back_nothing_else_begins() -> None:
    chat = Chat(Home(PAPER.id), PAPER).taps("do", "destroy").says("destroy")
    for command in ("forget", "rotate", "pause"):
        assert isinstance(chat.commands(command).state, Leaving)
