"""Choosing a plan: presets, one's own, another one after Alpaca does not know a symbol."""

from __future__ import annotations

import pytest

from bot.texts.render import body
from flows.codec import Dialog
from flows.effects import StartOperation
from flows.events import Elapsed, Ended, Kind, Pasted
from flows.languages import Language
from flows.machine import tickets, view
from flows.plans import MIXES, Mix, Mode, Pace, Recurring, Trend, Watch, Weight, limits, plan_json, plan_of
from flows.states import (
    Account,
    AskToken,
    Complete,
    ConfirmLive,
    Connected,
    Held,
    MakeKey,
    NewWorker,
    PickBudget,
    PickMix,
    PickPlan,
    Review,
    Working,
)
from tests.flows.talk import NOW, Talk

KEY_ID, SECRET = Held("k", NOW + 900, "4F2A"), Held("s", NOW + 900)
ACCESS = Connected(Held("c", NOW + 3600), Account("acc", "Ann"), "ann")


def at_plan() -> Talk:
    return Talk().taps("begin").taps("next").taps("mode", "paper")


def working(mode: Mode = Mode.PAPER) -> Talk:
    job = NewWorker(mode, Recurring(("XYZQ",), "5.00", Pace.DAY), "d" * 16)
    return Talk(Working(job, ACCESS, KEY_ID, SECRET, "1" * 16))


@pytest.mark.parametrize("name", list(MIXES))
def test_a_suggested_mix_takes_one_more_tap_than_a_buy(name: str) -> None:
    talk = at_plan().taps("mix", name).taps("budget", "500.00")
    assert isinstance(talk.state, Review)
    assert talk.state.job.plan == Mix(MIXES[name], "500.00")


def test_the_trend_filter_is_put_on_and_off() -> None:
    talk = at_plan().taps("mix", "balanced").taps("trend")
    assert isinstance(talk.state, PickBudget)
    assert isinstance(talk.state.plan, Trend)
    assert isinstance(talk.taps("trend").taps("trend").says("$1,200").state, Review)
    assert talk.state.job.plan == Trend(MIXES["balanced"], "1200.00")
    assert talk.last.tidy


def test_a_mix_of_ones_own_and_the_ways_back() -> None:
    talk = at_plan().taps("own_mix").says("60 VTI, 30 bnd")
    assert isinstance(talk.state, PickBudget)
    assert "10% cash" in body(view(Dialog(talk.state), talk.context()), Language.ENGLISH)
    assert isinstance(talk.taps("back").state, PickMix)
    talk.says("99 VTI 1 BND")
    assert talk.says("100").notice == "notice.budget_too_small"
    assert talk.says("plenty").notice == "notice.budget_unreadable"
    assert isinstance(talk.says("500").state, Review)
    assert isinstance(at_plan().taps("mix", "calm").taps("back").state, PickPlan)


def test_a_buy_of_several_symbols() -> None:
    talk = at_plan().taps("own").says("VTI, BND").says("7.50").taps("pace", "week")
    assert isinstance(talk.state, Review)
    assert talk.state.job.plan == Recurring(("VTI", "BND"), "7.50", Pace.WEEK)
    assert limits(talk.state.job.plan).per_day == "15.00"
    assert limits(talk.state.job.plan).budget == "390.00"


def test_review_says_it_in_words() -> None:
    talk = at_plan().taps("mix", "balanced").taps("trend").taps("budget", "1000.00")
    words = body(view(Dialog(talk.state), talk.context()), Language.ENGLISH)
    for part in ("60% VTI and 40% BND", "$1,000.00 invested", "10 months", "At most", "First a trial"):
        assert part in words
    assert "First a trial" not in body(view(Dialog(at_plan().taps("watch").state), talk.context()), Language.ENGLISH)


@pytest.mark.parametrize(
    "plan",
    [Watch(), Recurring(("VTI", "BND"), "5.00", Pace.DAY), Mix((Weight("VTI", 60),), "500.00"),
     Trend((Weight("VTI", 60), Weight("BND", 40)), "500.00")],
)  # fmt: skip
def test_a_plan_is_told_by_the_worker_as_it_was_told_to_it(plan: Watch | Recurring | Mix | Trend) -> None:
    assert plan_of(plan_json(plan), "500.00") == plan


def test_a_plan_of_a_later_version_is_no_error() -> None:
    for strange in ({"kind": "rotation"}, {"kind": "mix", "weights": {}}, {"kind": "recurring"}, "watch", None, [], {}):
        assert plan_of(strange, "5.00") is None


@pytest.mark.parametrize("code", ["symbol_unknown", "symbol_untradable", "symbol_whole_only"])
def test_after_a_bad_symbol_another_plan_needs_neither_keys_nor_token_again(code: str) -> None:
    talk = working().hears("deploy", code, detail="XYZQ")
    assert isinstance(talk.state, PickPlan)
    assert talk.notice == f"error.{code}"
    held = tickets(talk.state)
    assert held == {"k", "s", "c"}
    talk.taps("own").says("VTI").says("5").taps("pace", "day").taps("agree")
    assert isinstance(talk.state, Working)
    assert talk.state.job.worker == "d" * 16
    assert tickets(talk.state) == held
    assert talk.effect(StartOperation).arguments["limits"]


def test_after_a_bad_symbol_real_money_still_wants_its_phrase() -> None:
    talk = working(Mode.LIVE).hears("deploy", "symbol_unknown", detail="XYZQ").taps("watch").taps("agree")
    assert isinstance(talk.state, ConfirmLive)
    assert isinstance(talk.taps("back").state, Review)
    assert isinstance(talk.taps("agree").says("trade live").state, Working)


def test_after_a_bad_symbol_the_keys_may_expire_while_one_chooses() -> None:
    talk = working().hears("deploy", "symbol_unknown", detail="XYZQ")
    talk.now += 16 * 60
    talk.feel(Elapsed())
    assert talk.notice == "notice.keys_expired_here"
    assert tickets(talk.state) == {"c"}
    assert isinstance(talk.taps("watch").taps("agree").state, AskToken)
    assert isinstance(talk.taps("keep").state, MakeKey)


def test_after_a_bad_symbol_all_may_be_called_off() -> None:
    talk = working().hears("deploy", "symbol_unknown", detail="XYZQ").taps("cancel").taps("yes")
    assert not tickets(talk.state)


def test_going_back_after_a_bad_symbol_keeps_what_was_given() -> None:
    talk = working().hears("deploy", "symbol_unknown", detail="XYZQ").taps("back").taps("mode", "paper").taps("watch")
    assert isinstance(talk.state, Review)
    assert isinstance(talk.state.kept, Complete)
    other = Pasted(((Kind.KEY_ID, Held("x", NOW + 900)),))
    assert talk.feel(other).notice == "paste.not_now"
    assert talk.feel(Ended("9" * 16, "deploy", "deployed", {})).state
