"""Another plan or tighter limits for a Worker that runs, below what was agreed to or with a new agreement."""

from __future__ import annotations

import re

import pytest

from bot.texts.direction import without
from bot.texts.render import body
from flows.codec import Dialog
from flows.effects import KeepConsent, StartOperation
from flows.events import Json, Kind, Pasted
from flows.languages import Language
from flows.machine import view
from flows.states import AskToken, ConfirmLive, Held, Home, PickMix, PickPlan, Review
from flows.telling import report_of
from flows.tended import ConfirmPlan, PickLimit, SetLimit, Tuning
from tests.flows.talk import CEILINGS, LIVE, NOW, PAPER, Talk, at_home, text, told

ARMED = "arm", ""


def tuning(**more: Json) -> Talk:
    talk = at_home(**more).taps("tune")
    assert isinstance(talk.state, Tuning)
    return talk.hears("status", "status", **told(**more))


def test_another_plan_below_the_ceilings_asks_first_and_starts_with_a_trial() -> None:
    talk = tuning().taps("plan")
    assert isinstance(talk.state, PickPlan)
    assert ("mix", "balanced") in talk.offers()
    assert ("mix", "bold") not in talk.offers()  # it needs VXUS, which nobody agreed to
    talk.taps("own_mix")
    assert talk.says("60 VTI, 40 QQQ").notice == "notice.beyond_symbols"
    talk.says("80 VTI, 20 BND")
    assert ("budget", "1000.00") not in talk.offers()
    assert talk.says("501").notice == "notice.beyond_budget"
    assert isinstance(talk.says("400").state, ConfirmPlan)
    talk.taps("yes")
    start = talk.effect(StartOperation)
    assert start.kind == "set"
    assert start.arguments["plan"] == {"kind": "mix", "weights": {"VTI": 80, "BND": 20}, "band": 5}
    assert start.arguments["limits"] == {"budget": "400.00"}
    talk.hears("set", "plan_set", **told(armed=False))
    assert talk.notice == "notice.plan_set"
    assert ARMED in talk.offers()


def test_no_mix_is_offered_that_what_was_agreed_to_cannot_hold() -> None:
    small: dict[str, Json] = {**CEILINGS, "per_order": "12.50", "per_day": "25.00"}
    assert ("mix", "calm") not in tuning(ceilings=small, limits=small).taps("plan").offers()
    some: dict[str, Json] = {**CEILINGS, "per_order": "120.00"}
    talk = tuning(ceilings=some, limits=some).taps("plan").taps("mix", "calm")
    assert ("budget", "100.00") in talk.offers()
    assert ("budget", "500.00") not in talk.offers()


def test_a_buy_below_the_ceilings() -> None:
    talk = tuning().taps("plan").taps("own").taps("symbol", "0").says("600").taps("pace", "day")
    assert talk.notice == "notice.beyond_per_order"
    talk.taps("back").says("50").taps("pace", "day").taps("back")
    assert isinstance(talk.state, PickPlan)
    talk.taps("back")
    assert isinstance(talk.state, Tuning)
    assert isinstance(talk.taps("back").state, Home)


def test_what_goes_beyond_says_what_to_do_instead() -> None:
    talk = tuning().taps("plan").taps("own_mix").says("60 VTI, 40 QQQ")
    assert "Cloudflare token and a new agreement" in text(talk)


def test_a_worker_that_only_watches_has_no_plan_to_change() -> None:
    nothing: dict[str, Json] = {"per_order": "0.00", "per_day": "0.00", "budget": "0.00", "symbols": []}
    talk = tuning(plan={"kind": "watch"}, ceilings=nothing, limits=nothing)
    assert talk.offers() == {("widen", ""), ("back", "")}
    assert "Agree to more" in text(talk)


def test_more_than_was_agreed_to_wants_a_new_agreement_and_a_token() -> None:
    talk = tuning().taps("widen").taps("mix", "bold").taps("budget", "5000.00")
    assert isinstance(talk.state, Review)
    assert "replaces plan and limits" in text(talk)
    talk.taps("agree")
    assert talk.effect(KeepConsent)
    assert isinstance(talk.state, AskToken)
    assert isinstance(talk.taps("back").state, Review)
    talk.taps("agree").feel(Pasted(((Kind.TOKEN, Held("t", NOW + 3600)),)))
    talk.hears("connect", "connected", account="acc", account_name="Ann", subdomain="ann")
    start = talk.effect(StartOperation)
    assert start.kind == "widen"
    assert start.arguments["worker"] == PAPER.id
    assert start.arguments["limits"] == {
        "per_order": "5000.00", "per_day": "5000.00", "budget": "5000.00", "symbols": ["VTI", "VXUS", "BND"],
    }  # fmt: skip
    talk.hears("widen", "widened", worker=PAPER.id, answering=True)
    assert (type(talk.state), talk.notice) == (Home, "notice.widened")


def test_more_with_real_money_wants_the_phrase_too() -> None:
    talk = Talk(Tuning(LIVE.id, report_of(told())), LIVE).taps("widen").taps("suggested").taps("agree")
    assert isinstance(talk.state, ConfirmLive)
    assert isinstance(talk.taps("back").state, Review)
    assert isinstance(talk.taps("agree").says("trade live").state, AskToken)


def test_going_beyond_can_be_thought_better_of() -> None:
    talk = tuning().taps("widen").taps("back")
    assert isinstance(talk.state, Tuning)
    talk = tuning().taps("widen").taps("watch").taps("cancel")
    assert (type(talk.state), talk.notice) == (Home, "notice.unchanged")


def test_a_limit_is_tightened_and_not_raised_beyond_the_ceiling() -> None:
    talk = tuning().taps("limit")
    assert isinstance(talk.state, PickLimit)
    talk.taps("limit", "per_day")
    assert isinstance(talk.state, SetLimit)
    assert talk.says("a lot").notice == "notice.limit_unreadable"
    assert talk.says("500.01").notice == "notice.beyond_limit"
    talk.says("$100")
    limits = talk.effect(StartOperation).arguments["limits"]
    assert limits == {**{k: v for k, v in CEILINGS.items() if k != "symbols"}, "per_day": "100.00"}
    assert talk.hears("set", "limit_set", **told()).notice == "notice.limit_set"


def test_cash_to_keep_is_tighter_when_it_is_more() -> None:
    talk = tuning().taps("limit").taps("limit", "cash_kept")
    assert talk.says("10").notice == "notice.below_floor"
    assert talk.says("100").effect(StartOperation).kind == "set"


def test_a_loss_limit_nobody_set_can_be_set() -> None:
    talk = tuning().taps("limit").taps("limit", "daily_loss").says("25")
    limits = talk.effect(StartOperation).arguments["limits"]
    assert isinstance(limits, dict)
    assert limits["daily_loss"] == "25.00"


def test_a_limit_nobody_agreed_to_can_be_taken_off_again() -> None:
    talk = tuning().taps("limit").taps("limit", "daily_loss")
    assert "<code>none</code>" in text(talk)
    assert talk.says(" None").effect(StartOperation).arguments["limits"] == {"daily_loss": None}
    talk = tuning().taps("limit").taps("limit", "per_day")
    assert "<code>none</code>" not in text(talk)
    assert talk.says("none").notice == "notice.limit_unreadable"
    assert tuning().taps("limit").taps("limit", "cash_kept").says("none").notice == "notice.limit_unreadable"


@pytest.mark.parametrize("language", Language)
def test_the_word_that_takes_a_limit_off_is_one_of_the_chats_language(language: Language) -> None:
    talk = tuning().taps("limit").taps("limit", "daily_loss")
    shown = body(view(Dialog(talk.state), talk.context()), language)
    words = re.findall("<code>(.*?)</code>", shown)
    assert len(words) == 1
    assert (without(words[0]) == "none") == (language is Language.ENGLISH)
    for typed in (words[0], f"«{without(words[0]).upper()}».", "none"):
        talk = tuning().taps("limit").taps("limit", "daily_loss")
        assert talk.says(typed).effect(StartOperation).arguments["limits"] == {"daily_loss": None}


@pytest.mark.parametrize("typed", ["no", "нет", "nein", "não", "لا", "不", "nada", "nothing", "VTI", "-"])
def test_a_plain_no_lifts_no_limit(typed: str) -> None:
    assert tuning().taps("limit").taps("limit", "daily_loss").says(typed).notice == "notice.limit_unreadable"


def test_commands_lead_out_of_a_choice_for_a_worker() -> None:
    for name, then in (("status", Home), ("help", "Reading"), ("start", Home), ("plan", Tuning)):
        talk = tuning().taps("plan").taps("own_mix")
        assert isinstance(talk.state, PickMix)
        talk.commands(name)
        assert then in (type(talk.state), type(talk.state).__name__)
    talk = tuning().taps("plan").taps("cancel")
    assert (type(talk.state), talk.notice) == (Home, "notice.unchanged")
