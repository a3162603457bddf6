"""The same plan in the other mode: from a bot's card to its twin, and what may come in between."""

from __future__ import annotations

import re

import pytest

from bot.texts.render import body, render
from flows.codec import Dialog, dump, load
from flows.effects import KeepConsent, StartOperation
from flows.events import Ended, Json, Kind, Pasted, Worker
from flows.languages import Language
from flows.machine import is_waiting, view
from flows.plans import Limits, Mode, Pace, Recurring, Watch, limits, limits_json, plan_json
from flows.screen import Link, Place
from flows.states import (
    AskToken,
    ConfirmLive,
    Done,
    Held,
    Home,
    PickPlan,
    Reading,
    Review,
    Welcome,
    Working,
)
from flows.telling import report_of
from flows.twin import Another, copied
from tests.flows.talk import CEILINGS, LIVE, NOW, PAPER, Talk, told

WEEKLY: dict[str, Json] = {"kind": "recurring", "symbols": ["VTI"], "amount": "10.00", "every": "week"}
AGREED: dict[str, Json] = {"per_order": "10.00", "per_day": "10.00", "budget": "260.00", "symbols": ["VTI"]}
BUY = told(plan=WEEKLY, limits=AGREED, ceilings=AGREED)
VTI = Recurring(("VTI",), "10.00", Pace.WEEK)


def on_card(worker: Worker = PAPER, *others: Worker, **more: Json) -> Talk:
    """Tap Another bot on a card that shows what the bot told."""
    return Talk(Home(worker.id, report_of({**BUY, **more})), worker, *others).taps("another")


def text(talk: Talk) -> str:
    return plainly(body(view(Dialog(talk.state, talk.last.notice), talk.context()), Language.ENGLISH))


def plainly(words: str) -> str:
    return re.sub(r"<[^>]+>", "", words)


def places(talk: Talk) -> set[Place]:
    rows = view(Dialog(talk.state), talk.context()).rows
    return {each.place for row in rows for each in row if isinstance(each, Link)}


def job_of(talk: Talk) -> tuple[Mode, object, Limits | None]:
    assert isinstance(talk.state, Review)
    job = talk.state.job
    return job.mode, job.plan, getattr(job, "within", None)


def test_a_live_twin_takes_five_taps_a_phrase_and_two_pastes() -> None:
    talk = on_card().taps("same")
    assert job_of(talk) == (Mode.LIVE, VTI, limits(VTI))
    assert "Buy $10.00 of VTI once a week" in text(talk)
    assert "LIVE (real money)" in text(talk)
    assert isinstance(talk.taps("agree").state, ConfirmLive)
    assert "LIVE, real money" in render(talk.effect(KeepConsent).text, Language.ENGLISH)
    assert talk.says("yes").notice == "notice.phrase_differs"
    assert isinstance(talk.says("trade live").state, AskToken)
    talk.feel(Pasted(((Kind.TOKEN, Held("c", NOW + 3600)),)))
    talk.hears("connect", "connected", account="acc", account_name="Ann", subdomain="ann")
    talk.taps("keep", "yes").taps("next")
    talk.feel(Pasted(((Kind.KEY_ID, Held("k", NOW + 900)), (Kind.SECRET, Held("s", NOW + 900)))))
    assert isinstance(talk.state, Working)
    asked = talk.effect(StartOperation).arguments
    assert (asked["mode"], asked["plan"], asked["limits"]) == ("live", plan_json(VTI), limits_json(limits(VTI)))
    assert asked["worker"] != PAPER.id


def test_real_money_needs_an_open_account_with_money_and_practice_does_not() -> None:
    assert "opened, and with money in it" in text(on_card())
    assert Place.ALPACA_LIVE in places(on_card())
    talk = on_card(LIVE)
    assert "with money in it" not in text(talk)
    assert not places(talk)
    assert isinstance(talk.taps("same").taps("agree").state, AskToken)
    assert talk.state.job.mode is Mode.PAPER  # type: ignore[union-attr]


def test_a_bot_of_the_other_mode_is_named_and_nothing_forbidden() -> None:
    talk = on_card(PAPER, LIVE)
    assert f"You have LIVE already: {LIVE.script}" in text(talk)
    assert isinstance(talk.taps("same").state, Review)
    assert "already" not in text(on_card(PAPER, Worker("c" * 16, Mode.PAPER, "soar-paper-c", "acc", holds_token=False)))


def test_the_plan_is_the_one_in_force_and_no_limit_gets_wider() -> None:
    """She may have gone below what was agreed to, and real money gets no more than that; it is all agreed to anew."""
    own: dict[str, Json] = {**CEILINGS, "per_order": "50.00", "budget": "300.00", "daily_loss": "25.00"}
    mix: dict[str, Json] = {"kind": "mix", "weights": {"VTI": 100}, "band": 5}
    talk = on_card(plan=mix, limits=own, ceilings=CEILINGS).taps("same")
    wanted = Limits("50.00", "300.00", "300.00", ("VTI",), cash_kept="20.00", daily_loss="25.00")
    assert job_of(talk)[2] == wanted
    shown, agreed = text(talk), plainly(render(talk.taps("agree").effect(KeepConsent).text, Language.ENGLISH))
    for words in ("$300.00 invested", "Per order: at most $50.00", "never touches: $20.00", "loses $25.00 in a day"):
        assert words in shown
        assert words in agreed
    buys = on_card(limits={**AGREED, "budget": "40.00"}).taps("same")
    assert "$10.00 per order, $10.00 per day, $40.00 in all" in text(buys)


def test_another_plan_on_the_way_is_a_plan_of_its_own() -> None:
    talk = on_card(limits={**AGREED, "budget": "40.00"}).taps("same").taps("back")
    assert talk.state == PickPlan(Mode.LIVE)
    assert job_of(talk.taps("suggested")) == (Mode.LIVE, VTI, None)


def test_a_bot_whose_plan_is_not_known_is_asked_once_and_then_it_goes_on() -> None:
    talk = Talk(Done(PAPER.id, "idle", "Nothing to do."), PAPER).taps("another")
    assert "Plan:" not in text(talk)
    asked = talk.taps("same").effect(StartOperation)
    assert (asked.kind, asked.arguments) == ("describe", {"worker": PAPER.id})
    assert is_waiting(talk.state)
    assert "Asking your bot" in text(talk)
    assert ("same", "") not in talk.offers()
    assert load(dump(Dialog(talk.state))) == Dialog(talk.state)
    talk.feel(Ended(asked.id, "describe", "status", BUY))
    assert job_of(talk) == (Mode.LIVE, VTI, limits(VTI))


@pytest.mark.parametrize(
    ("code", "more", "notice"),
    [
        ("worker_unreachable", {}, "error.worker_unreachable"),
        ("status", {"plan": {"kind": "from the future"}}, "another.unknown"),
        ("status", {"limits": None}, "another.unknown"),
        ("status", {"plan": {**WEEKLY, "amount": "much"}}, "another.unknown"),
        ("status", {"plan": {**WEEKLY, "amount": "-5.00"}}, "another.unknown"),
        ("status", {"plan": {**WEEKLY, "amount": "1e1"}}, "another.unknown"),
        ("status", {"plan": {**WEEKLY, "amount": "9.999"}}, "another.unknown"),
        ("status", {"limits": {**AGREED, "per_order": "9.995"}}, "another.unknown"),
        ("status", {"limits": {**AGREED, "cash_kept": "9" * 40}}, "another.unknown"),
        ("status", {"plan": {"kind": "mix", "weights": {"VTI": 60}, "band": 10**40}}, "another.unknown"),
        ("status", {"plan": {**WEEKLY, "symbols": ["../VTI"]}}, "another.unknown"),
        ("status", {"plan": {**WEEKLY, "symbols": []}}, "another.unknown"),
        ("status", {"plan": {"kind": "mix", "weights": {"VTI": 101}, "band": 5}}, "another.unknown"),
        ("status", {"plan": {"kind": "mix", "weights": {"VTI": 60}, "band": 5}, "limits": {"symbols": ["VTI"]}},
         "another.unknown"),
    ],
)  # fmt: skip
def test_a_bot_that_cannot_say_leaves_a_new_one(code: str, more: dict[str, Json], notice: str) -> None:
    talk = Talk(Home(PAPER.id), PAPER).taps("another").taps("same").hears("describe", code, **{**BUY, **more})
    assert talk.notice == notice
    assert isinstance(talk.state, Another)
    assert ("same", "") in talk.offers(), "it can be asked again"
    assert isinstance(talk.taps("anew").state, Welcome)


def test_what_only_watches_is_copied_without_any_order_allowed() -> None:
    nothing: dict[str, Json] = {"per_order": "0.00", "per_day": "0.00", "budget": "0.00", "symbols": []}
    watching = report_of(told(plan={"kind": "watch"}, limits=nothing, ceilings=nothing))
    assert copied(watching) == (Watch(), limits(Watch()))


def test_an_answer_that_comes_too_late_is_not_told() -> None:
    talk = Talk(Home(PAPER.id), PAPER).taps("another").taps("same")
    late = Ended(talk.effect(StartOperation).id, "describe", "status", BUY)
    assert talk.taps("back").state == Home(PAPER.id)
    assert not talk.feel(late).last.effects
    talk.taps("another").taps("same").taps("anew")
    assert talk.feel(late).state == Welcome()
    assert not talk.last.effects


def test_back_cancel_help_and_language_in_the_middle() -> None:
    card = Home(PAPER.id, report_of(BUY))
    assert on_card().taps("back").state == card
    assert on_card().commands("cancel").state == card
    talk = on_card().commands("help")
    assert isinstance(talk.state, Reading)
    assert talk.taps("back").state == card
    talk = on_card().commands("language").taps("language", "de")
    assert isinstance(talk.state, Another)
    assert isinstance(talk.taps("same").commands("language").taps("language", "de").state, Review)
    asking = Talk(Home(PAPER.id), PAPER).taps("another").taps("same").commands("language")
    assert asking.taps("back").state == Home(PAPER.id)
    stopped = on_card().taps("same").taps("agree").commands("cancel").taps("yes")
    assert stopped.notice == "notice.cancelled"
    assert stopped.state == Home(PAPER.id)


def test_a_status_under_way_is_shown_when_it_comes() -> None:
    talk = Talk(Home(PAPER.id), PAPER).taps("do", "status")
    asked = talk.effect(StartOperation).id
    talk.taps("another").feel(Ended(asked, "status", "status", BUY))
    assert "Plan: Buy $10.00 of VTI once a week" in text(talk)
    assert isinstance(talk.taps("same").state, Review)


def test_where_there_is_no_bot_the_road_begins() -> None:
    assert Talk(Home()).taps("another").state == Welcome()
    gone = on_card()
    gone.workers = ()
    assert ("same", "") not in gone.offers()
    assert gone.taps("anew").state == Welcome()
