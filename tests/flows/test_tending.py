"""Looking after a Worker in chat: start it, its card, its orders, shares, lock, chart and books."""

from __future__ import annotations

import pytest

from flows.codec import Dialog, dump, load
from flows.effects import StartOperation, Tell
from flows.events import Ended, Json
from flows.machine import view
from flows.plans import Mode, dollars, limits_of, plan_of
from flows.states import AskKeyId, Done, Home, NewKeys, OwnToken, Reading
from flows.tended import ConfirmAct, ConfirmArm, ConfirmClose, Toolbox
from tests.flows.talk import CEILINGS, LIVE, MIX, PAPER, Talk, at_home, text, told

ARMED = "arm", ""


def test_practice_money_starts_with_one_tap() -> None:
    talk = Talk(Done(PAPER.id, "dry", "A trial.", ("buy $10.00 of VTI",), armed=False), PAPER)
    assert "would buy $10.00 of VTI" in text(talk)
    talk.taps(*ARMED)
    assert talk.effect(StartOperation).kind == "arm"
    talk.hears("arm", "armed", **told())
    assert talk.notice == "notice.armed"
    assert ARMED not in talk.offers()


def test_real_money_starts_with_a_typed_phrase() -> None:
    talk = Talk(Done(LIVE.id, "closed", "The market is closed.", armed=False), LIVE).taps(*ARMED)
    assert isinstance(talk.state, ConfirmArm)
    assert not talk.last.effects
    assert talk.says("yes").notice == "notice.phrase_differs"
    assert isinstance(talk.taps("back").state, Done)
    talk.taps(*ARMED).says("Trade live")
    assert talk.effect(StartOperation).arguments == {"worker": LIVE.id}
    assert talk.last.tidy


def test_a_trial_shows_why_it_would_order_nothing() -> None:
    talk = Talk(Done(PAPER.id, "closed", "The market is closed.", armed=False), PAPER)
    assert "The market is closed." in text(talk)
    assert "nothing right now" in text(talk)


def test_only_what_is_not_armed_can_be_started() -> None:
    assert ARMED in at_home(armed=False).offers()
    assert "Trial" in text(at_home(armed=False))
    assert ARMED not in at_home().offers()
    watching = at_home(armed=False, plan={"kind": "watch"})
    assert ARMED not in watching.offers()
    assert "Trading within" not in text(watching)
    assert "Trial" not in text(watching)


def test_the_card() -> None:
    talk = at_home(
        invested="300.00", value="312.50", profit="+$12.50", equity="1000.00", cash="700.00", currency="USD",
        next_at=told()["at"], positions=["1.2 VTI for $290.00"], orders=["buy $5.00 of BND, filled"],
        key_ending="4F2A", outdated=True, schedule="alarm",
    )  # fmt: skip
    for part in ("Running", "Trading within", "60% VTI and 40% BND", "$300.00 of $500.00", "$312.50 (+$12.50)", "4F2A",
                 "1.2 VTI", "BND, filled", "wakes itself", "newer version", "1 minute ago"):  # fmt: skip
        assert part in text(talk), part


def test_a_paused_bot_is_not_said_to_trade() -> None:
    paused = at_home(running=False, why_paused="you paused it")
    assert "Trading within" not in text(paused)
    assert ("do", "resume") in paused.offers()


def test_in_a_locked_account_there_is_unlock_where_resume_would_be() -> None:
    talk = at_home(running=False, locked=True)
    assert ("do", "resume") not in talk.offers()
    talk.taps("do", "unlock")
    assert isinstance(talk.state, ConfirmAct)
    assert talk.taps("yes").effect(StartOperation).kind == "unlock"
    talk.hears("unlock", "unlocked", **told())
    assert ("do", "pause") in talk.offers()


def test_what_does_not_fit_on_the_card_is_counted() -> None:
    ten = [f"buy $5.00 of A{letter}" for letter in "ABCDEFGHIJ"]
    talk = at_home(orders=ten, positions=ten[:5])
    assert "of AE" in text(talk)
    assert "of AF" not in text(talk)
    assert text(talk).count("more") == 1
    assert "and 5 more" in text(talk)


def test_a_first_trial_shows_all_ten_orders_of_a_plan() -> None:
    ten = tuple(f"buy $5.00 of A{letter}" for letter in "ABCDEFGHIJ")
    talk = Talk(Done(PAPER.id, "dry", "A trial.", ten, armed=False), PAPER)
    assert all(order in text(talk) for order in ten)


def answers(talk: Talk, asked: str, **more: Json) -> Talk:
    """Let the answer come to what was asked, whatever lies over it by now."""
    return talk.feel(Ended(asked, "status", "status", told(**more)))


@pytest.mark.parametrize(("opened", "over"), [(("tools", ""), Toolbox), (("help", ""), Reading)])
def test_an_answer_closes_no_screen_opened_meanwhile(opened: tuple[str, str], over: type) -> None:
    talk = at_home().taps("do", "status")
    asked = talk.effect(StartOperation).id
    answers(talk.taps(*opened), asked, last_reason="Something new.")
    assert isinstance(talk.state, over)
    talk.taps("back")
    assert "Something new." in text(talk)
    assert "Asking" not in text(talk)


def test_an_answer_closes_no_question_asked_meanwhile() -> None:
    talk = at_home().taps("do", "status")
    asked = talk.effect(StartOperation).id
    answers(talk.commands("lock"), asked)
    assert isinstance(talk.state, ConfirmAct)
    assert talk.taps("yes").effect(StartOperation).kind == "lock"


@pytest.mark.parametrize("act", ["cancel_orders", "lock", "unlock"])
def test_what_blocks_or_cancels_asks_first_with_the_safe_button_on_top(act: str) -> None:
    talk = at_home().taps("tools")
    assert isinstance(talk.state, Toolbox)
    talk.taps("tool", act)
    assert isinstance(talk.state, ConfirmAct)
    assert not talk.last.effects
    first = view(Dialog(talk.state), talk.context()).rows[0][0]
    assert getattr(first, "action", "") == "back"
    assert isinstance(talk.taps("back").state, Toolbox)
    assert talk.taps("tool", act).taps("yes").effect(StartOperation).kind == act


def test_lock_warns_that_it_stops_the_users_own_orders() -> None:
    assert "your own" in text(at_home().commands("lock"))


def test_orders_that_may_still_be_open_are_named() -> None:
    talk = at_home().taps("tools").taps("tool", "cancel_orders").taps("yes")
    assert talk.hears("cancel_orders", "orders_cancelled", **told(cancelled=1, left=2)).notice == "notice.orders_left"


def test_selling_shows_first_what_would_be_sold() -> None:
    talk = at_home().taps("tools").taps("tool", "close")
    assert isinstance(talk.state, ConfirmClose)
    assert talk.effect(StartOperation).kind == "preview"
    assert talk.offers() == {("back", "")}
    talk.hears("preview", "preview", orders=["sell 1.5 of VTI, worth $360.00"], total="360.00")
    assert "sell 1.5 of VTI" in text(talk)
    assert "$360.00" in text(talk)
    assert talk.taps("yes").effect(StartOperation).kind == "close"
    talk.hears("close", "closed", **told(running=False, remark="Sold 1 of 1."))
    assert "Sold 1 of 1." in text(talk)


def test_selling_nothing_or_while_closed() -> None:
    talk = at_home().taps("tools").taps("tool", "close").hears("preview", "preview", orders=[])
    assert (talk.notice, type(talk.state)) == ("notice.nothing_to_sell", Home)
    talk = at_home().taps("tools").taps("tool", "close").hears("preview", "market_closed")
    assert (talk.notice, type(talk.state)) == ("error.market_closed", Home)


def test_a_preview_while_nobody_trades_offers_no_sale() -> None:
    talk = at_home().taps("tools").taps("tool", "close")
    talk.hears("preview", "preview", orders=["sell 1.5 of VTI"], total="", remark="The market is closed.")
    assert talk.offers() == {("back", "")}
    assert "The market is closed." in text(talk)


def test_unlocking_says_whether_it_goes_on() -> None:
    talk = at_home().commands("unlock").taps("yes")
    assert talk.hears("unlock", "unlocked", **told()).notice == "notice.unlocked_running"
    talk = at_home().commands("unlock").taps("yes")
    assert talk.hears("unlock", "unlocked", **told(running=False)).notice == "notice.unlocked"


def test_a_preview_that_nobody_waits_for_any_more_is_let_go() -> None:
    talk = at_home().taps("tools").taps("tool", "close")
    operation = getattr(talk.state, "operation", "")
    talk.taps("back")
    before = talk.state
    talk.state = Home(PAPER.id)
    talk.hears("preview", "preview", orders=["sell 1 of VTI"])
    assert operation
    assert isinstance(before, Home)
    assert isinstance(talk.state, Home)
    assert not talk.last.effects


def test_chart_and_books_come_above_the_screen() -> None:
    talk = at_home().taps("chart")
    assert talk.effect(StartOperation).kind == "chart"
    assert talk.hears("chart", "charted", worker=PAPER.id).last.resend
    assert isinstance(talk.state, Home)
    talk = at_home().commands("export").hears("export", "exported", worker=PAPER.id, files=["orders", "runs"])
    assert talk.last.resend
    assert "orders and looks" in text(talk)


def test_in_the_middle_of_something_else_the_answer_is_told() -> None:
    talk = Talk(AskKeyId(NewKeys(PAPER.id, Mode.PAPER, "acc"), OwnToken()), PAPER).commands("lock").taps("yes")
    assert isinstance(talk.state, AskKeyId)
    start = talk.effect(StartOperation)
    assert start.kind == "lock"
    talk.hears("lock", "locked", **told())
    assert talk.effect(Tell).text.id == "tell.answer"
    assert talk.commands("plan").notice == "notice.finish_first"


def test_a_worker_of_an_older_version_says_so() -> None:
    talk = at_home(armed=False).taps(*ARMED).hears("arm", "worker_outdated", detail="unknown")
    assert talk.notice == "error.worker_outdated"


def test_a_plan_from_the_future_shows_no_plan_but_the_card() -> None:
    talk = at_home(plan={"kind": "rotation"})
    assert "Running" in text(talk)
    assert "Plan:" not in text(talk)
    assert MIX["kind"] == "mix"


@pytest.mark.parametrize("band", [True, 5])
@pytest.mark.parametrize("percent", [True, 60])
@pytest.mark.parametrize("kind", ["mix", "trend"])
def test_whatever_a_bot_tells_its_card_can_be_stored(kind: str, percent: Json, band: Json) -> None:
    """Python takes JSON's true for a whole number; a card with one was lost, and the conversation with it."""
    plan: dict[str, Json] = {"kind": kind, "weights": {"VTI": percent}, "band": band, "months": 10}
    talk = at_home(plan=plan, ticks=True, at=True)
    assert load(dump(Dialog(talk.state))) == Dialog(talk.state)


def test_a_plan_of_too_many_or_too_long_symbols_is_none_that_is_known() -> None:
    for symbols in (["VTI"] * 51, ["V" * 21]):
        plan: dict[str, Json] = {"kind": "recurring", "symbols": [*symbols], "amount": "5.00", "every": "day"}
        assert plan_of(plan, "") is None
        told_limits = limits_of({**CEILINGS, "symbols": [*symbols], "budget": "9" * 999})
        assert told_limits is not None
        assert max(map(len, told_limits.symbols)) <= 20
        assert len(told_limits.symbols) <= 50
        assert dollars(told_limits.budget) is None
