"""The private form in chat: choosing it, pasting instead at any stage, what ends it, and what cancelling takes back."""

from __future__ import annotations

import pytest

from bot.texts.render import body
from flows.codec import Dialog
from flows.effects import CancelOperation, StartOperation, Tell
from flows.events import Ended, Json, Kind, Pasted
from flows.forming import FormOpen, FormOver, Opening, Preparing, Unready
from flows.languages import Language
from flows.machine import tickets, view
from flows.plans import Mode, Watch
from flows.states import (
    Account,
    AskKeyId,
    AskSecret,
    AskToken,
    ConfirmCancel,
    Connected,
    Destroying,
    Done,
    Held,
    Home,
    MakeKey,
    NewKeys,
    NewWorker,
    Welcome,
    Working,
)
from flows.telling import report_of
from tests.flows.talk import NOW, PAPER, Talk, told

ACCESS = Connected(Held("token", NOW + 3600), Account("acc", "Ann"), "ann")
JOB = NewWorker(Mode.PAPER, Watch(), PAPER.id)
FIRST = NewKeys(PAPER.id, Mode.PAPER, "acc", first=True)
KEY_ID, SECRET = (Kind.KEY_ID, Held("key", NOW + 900, "4F2A")), (Kind.SECRET, Held("secret", NOW + 900))
OPENED: dict[str, Json] = {"worker": PAPER.id, "form": "a" * 22, "expires": NOW + 600}
FREE = type(PAPER)(PAPER.id, PAPER.mode, PAPER.script, PAPER.account, holds_token=False)


def preparing() -> Talk:
    return Talk(MakeKey(JOB, ACCESS)).taps("form")


def open_form(worker: object = PAPER) -> Talk:
    talk = preparing()
    talk.workers = (worker,)  # type: ignore[assignment]  (a Worker)
    return talk.hears("prepare", "prepared", **OPENED)


def text(talk: Talk) -> str:
    return body(view(Dialog(talk.state, talk.last.notice), talk.context()), Language.ENGLISH)


def cancelled(talk: Talk) -> list[str]:
    return [effect.id for effect in talk.last.effects if isinstance(effect, CancelOperation)]


def test_the_bot_is_put_in_place_without_keys_and_the_token_is_let_go() -> None:
    talk = preparing()
    start = talk.effect(StartOperation)
    assert (start.kind, start.arguments["token"]) == ("prepare", "token")
    assert not {"key_id", "secret"} & start.arguments.keys()
    assert tickets(talk.state) == {"token"}
    talk.workers = (PAPER,)
    talk.hears("prepare", "prepared", **OPENED)
    assert isinstance(talk.state, FormOpen)
    assert tickets(talk.state) == frozenset(), "nothing is held while the form is open"
    waits = talk.effect(StartOperation)
    assert (waits.kind, waits.arguments) == ("keys", {"worker": PAPER.id, "expires": NOW + 600, "first": True})


def test_the_paste_road_is_as_long_as_it_was() -> None:
    talk = Talk(MakeKey(JOB, ACCESS)).feel(Pasted((KEY_ID,)))
    assert isinstance(talk.state, AskSecret)
    assert isinstance(talk.feel(Pasted((SECRET,))).state, Working)


def test_keys_pasted_early_become_a_deploy_with_keys() -> None:
    talk = preparing().feel(Pasted((KEY_ID,)))
    assert isinstance(talk.state, Preparing)
    assert talk.notice == "form.now_secret"
    before = talk.state.operation
    talk.feel(Pasted((SECRET,)))
    assert isinstance(talk.state, Working)
    assert cancelled(talk) == [before]
    assert talk.effect(StartOperation).kind == "deploy"
    assert tickets(talk.state) == {"token", "key", "secret"}


def test_a_token_or_nothing_of_use_pasted_early_is_told_and_changes_nothing() -> None:
    talk = preparing().feel(Pasted(((Kind.TOKEN, Held("other", NOW + 900)),)))
    assert (type(talk.state), talk.notice) == (Preparing, "paste.token_instead")
    assert not talk.last.effects


@pytest.mark.parametrize("worker", [PAPER, FREE])
def test_keys_pasted_late_go_in_as_a_change_of_keys(worker: object) -> None:
    talk = open_form(worker)
    waiting = getattr(talk.state, "operation", "")
    talk.feel(Pasted((KEY_ID, SECRET)))
    assert cancelled(talk) == [waiting]
    if worker is FREE:
        assert isinstance(talk.state, AskToken)
        assert talk.notice == "form.token_for_paste"
        return
    assert isinstance(talk.state, Working)
    start = talk.effect(StartOperation)
    assert (start.kind, start.arguments["first"], start.arguments["token"]) == ("rotate", True, None)
    talk.hears("rotate", "connected", worker=PAPER.id, account_ending="1234", armed=True)
    assert isinstance(talk.state, Done)
    assert "account ending in <code>1234</code>" in text(talk)


def test_pasting_instead_can_be_chosen() -> None:
    assert isinstance(open_form().taps("paste").state, AskKeyId)
    assert isinstance(open_form(FREE).taps("paste").state, AskToken)


def test_connected_ends_where_the_paste_road_ends() -> None:
    orders: list[Json] = []
    talk = open_form().hears("keys", "connected", worker=PAPER.id, account_ending="1234", orders=orders, armed=False)
    assert isinstance(talk.state, Done)
    assert ("arm", "") in talk.offers()
    assert "account ending in <code>1234</code>, PAPER" in text(talk)


def test_it_is_told_also_to_who_has_gone_elsewhere() -> None:
    talk = open_form()
    operation = getattr(talk.state, "operation", "")
    talk.taps("back")
    assert isinstance(talk.state, Home)
    talk.feel(Ended(operation, "keys", "connected", {"worker": PAPER.id, "account_ending": "1234"}))
    assert talk.effect(Tell).text.id == "tell.connected"
    talk = open_form().taps("help")
    talk.feel(Ended(operation, "keys", "connected", {"worker": PAPER.id, "account_ending": "1234"}))


def test_under_a_help_topic_it_is_seen_as_well() -> None:
    talk = open_form()
    operation = getattr(talk.state, "operation", "")
    talk.taps("help")
    talk.feel(Ended(operation, "keys", "connected", {"worker": PAPER.id, "account_ending": "1234"}))
    assert isinstance(talk.state, Done)


@pytest.mark.parametrize("code", ["form_expired", "form_locked", "form_closed", "worker_absent", "timeout"])
def test_a_form_that_is_over_is_named_and_another_is_one_tap_away(code: str) -> None:
    talk = open_form().hears("keys", code)
    assert isinstance(talk.state, FormOver)
    assert "{" not in text(talk)
    talk.taps("new")
    assert isinstance(talk.state, Opening)
    assert talk.effect(StartOperation).kind == "form"
    assert isinstance(talk.hears("form", "form_open", **OPENED).state, FormOpen)


def test_asking_at_once_looks_anew_and_forgets_the_older_look() -> None:
    talk = open_form()
    older = getattr(talk.state, "operation", "")
    talk.taps("done")
    assert cancelled(talk) == [older]
    assert talk.effect(StartOperation).kind == "keys"
    talk.feel(Ended(older, "keys", "cancelled", {}))
    assert isinstance(talk.state, FormOpen)


def test_an_older_bot_is_named_and_can_be_given_keys_by_paste() -> None:
    talk = Talk(Home(PAPER.id), PAPER).taps("do", "rotate")
    assert isinstance(talk.state, MakeKey)
    talk.taps("form").hears("form", "worker_outdated")
    assert (type(talk.state), talk.notice) == (AskKeyId, "form.outdated")


def test_a_bot_without_a_token_needs_none_for_the_form() -> None:
    talk = Talk(Home(FREE.id), FREE).taps("do", "rotate")
    assert isinstance(talk.state, AskToken)
    talk.taps("form").hears("form", "form_open", **OPENED)
    talk.hears("keys", "connected", worker=FREE.id, account_ending="1234")
    assert (type(talk.state), talk.notice) == (Home, "form.connected")


def test_a_bot_without_keys_has_one_next_step() -> None:
    talk = Talk(Home(PAPER.id, report_of(told(keyless=True))), PAPER)
    assert "No keys yet" in text(talk)
    assert ("arm", "") not in talk.offers()
    assert ("do", "pause") not in talk.offers()
    talk.taps("form")
    assert talk.effect(StartOperation).kind == "form"
    assert isinstance(talk.state, Opening)
    assert talk.state.job.first


def test_stopping_while_it_is_put_in_place_takes_it_back() -> None:
    talk = preparing()
    running = getattr(talk.state, "operation", "")
    talk.taps("stop")
    assert cancelled(talk) == [running]
    talk.hears("prepare", "cancelled")
    assert talk.effect(StartOperation).kind == "undo"
    talk.hears("undo", "undone")
    assert (type(talk.state), talk.notice) == (Welcome, "notice.cancelled")


def test_what_does_not_come_up_can_be_tried_again_pasted_or_taken_back() -> None:
    talk = preparing().hears("prepare", "not_answering")
    assert isinstance(talk.state, Unready)
    assert isinstance(talk.taps("again").state, Preparing)
    talk.hears("prepare", "not_answering")
    talk.commands("cancel").taps("yes")
    assert talk.effect(StartOperation).kind == "undo"


@pytest.mark.parametrize("worker", [PAPER, FREE])
def test_cancelled_with_the_form_open_the_bot_goes_again(worker: object) -> None:
    talk = open_form(worker)
    waiting = getattr(talk.state, "operation", "")
    talk.commands("cancel")
    assert isinstance(talk.state, ConfirmCancel)
    talk.taps("yes")
    assert cancelled(talk) == [waiting]
    if worker is PAPER:
        assert isinstance(talk.state, Destroying)
        assert talk.effect(StartOperation).arguments == {"worker": PAPER.id, "token": None}
    else:
        assert (type(talk.state), talk.notice) == (AskToken, "form.token_to_undo")
        assert talk.effect(StartOperation).kind == "close_form", "nobody gives keys to a bot that is to go"


def test_a_cancelled_change_of_keys_closes_the_form_and_leaves_the_bot() -> None:
    talk = Talk(Home(PAPER.id), PAPER).taps("do", "rotate").taps("form").hears("form", "form_open", **OPENED)
    talk.commands("cancel").taps("yes")
    assert isinstance(talk.state, Home)
    assert talk.effect(StartOperation).kind == "close_form"


def test_keys_held_beside_an_open_form_are_let_go_when_they_expire() -> None:
    talk = open_form()
    talk.state = FormOpen(FIRST, "a" * 22, NOW + 600, "0" * 16, key_id=Held("key", NOW + 5))
    talk.now += 10
    talk.commands("start")
    assert tickets(talk.state) == frozenset()
