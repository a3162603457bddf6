"""The road, read as a conversation: what the user does, where it leads."""

from __future__ import annotations

from bot.texts.render import render
from flows.choices import agreement
from flows.effects import CancelOperation, ForgetChat, KeepConsent, StartOperation
from flows.events import Elapsed, Ended, Kind, Tapped
from flows.languages import Language
from flows.machine import asks, strict, tickets
from flows.plans import Mode, Pace, Recurring, Watch
from flows.states import (
    AskKeyId,
    AskSecret,
    AskToken,
    ConfirmCancel,
    ConfirmLive,
    Connecting,
    Done,
    Home,
    KeepToken,
    MakeKey,
    PickAccount,
    PickMode,
    PickName,
    PickPlan,
    Reading,
    Review,
    Stopped,
    Welcome,
    Working,
    WrongMode,
)
from tests.flows.chat import NOW, PAPER, Chat, to_keep, to_keys, to_token, to_work


def test_the_road_to_a_paper_worker() -> None:
    chat = Chat()
    assert isinstance(chat.taps("begin").taps("next").state, PickMode)
    assert isinstance(chat.taps("mode", "paper").state, PickPlan)
    assert isinstance(chat.taps("suggested").state, Review)
    chat.taps("agree")
    consent = chat.effect(KeepConsent)
    assert isinstance(consent, KeepConsent)
    for part in ("PAPER", "Buy $10.00 of VTI once a week", "$260.00", "These accounts are mine"):
        assert part in render(consent.text, Language.ENGLISH)
    assert isinstance(chat.state, AskToken)
    assert asks(chat.state) == {Kind.TOKEN}
    chat.pastes(Kind.TOKEN, lasting=3600)
    assert isinstance(chat.state, Connecting)
    chat.ends("connected", account="acc", account_name="Ann", subdomain="ann")
    assert isinstance(chat.state, KeepToken)
    assert isinstance(chat.taps("keep", "yes").state, MakeKey)
    assert isinstance(chat.taps("next").state, AskKeyId)
    assert isinstance(chat.pastes(Kind.KEY_ID).state, AskSecret)
    chat.pastes(Kind.SECRET)
    assert isinstance(chat.state, Working)
    start = chat.effect(StartOperation)
    assert isinstance(start, StartOperation)
    assert start.kind == "deploy"
    assert {start.arguments["token"], start.arguments["key_id"], start.arguments["secret"]} == tickets(chat.state)
    chat.ends("deployed", worker=chat.state.job.worker, outcome="closed", reason="The market is closed.")
    assert isinstance(chat.state, Done)
    assert not tickets(chat.state)


def test_real_money_wants_a_typed_phrase() -> None:
    chat = Chat().taps("begin").taps("next").taps("mode", "live").taps("suggested").taps("agree")
    assert isinstance(chat.state, ConfirmLive)
    assert chat.says("yes please").notice == "notice.phrase_differs"
    assert isinstance(chat.state, ConfirmLive)
    assert isinstance(chat.says(' "Trade  live." ').state, AskToken)


def test_a_plan_of_ones_own() -> None:
    chat = Chat().taps("begin").taps("next").taps("mode", "paper").taps("own")
    assert chat.says("what is a symbol?").notice == "notice.symbol_unreadable"
    assert chat.says("voo").says("lots").notice == "notice.amount_unreadable"
    chat.says("$7.50").taps("pace", "day")
    assert isinstance(chat.state, Review)
    assert chat.state.job.plan == Recurring(("VOO",), "7.50", Pace.DAY)


def test_a_pair_in_one_message_in_any_order_goes_straight_to_work() -> None:
    assert isinstance(to_keys().pastes(Kind.SECRET, Kind.KEY_ID).state, Working)


def test_a_secret_that_comes_first_is_kept_while_the_key_id_is_asked_for() -> None:
    chat = to_keys().pastes(Kind.SECRET)
    assert isinstance(chat.state, AskKeyId)
    assert chat.state.secret is not None
    assert chat.notice == "notice.secret_first"
    assert isinstance(chat.pastes(Kind.KEY_ID).state, Working)


def test_a_key_id_again_where_the_secret_is_asked_for() -> None:
    chat = to_keys().pastes(Kind.KEY_ID).pastes(Kind.KEY_ID)
    assert isinstance(chat.state, AskSecret)
    assert chat.notice == "notice.key_id_again"


def test_the_wrong_thing_pasted_is_named() -> None:
    assert to_token().pastes(Kind.KEY_ID, Kind.SECRET).notice == "paste.keys_instead"
    assert to_keys().pastes(Kind.TOKEN).notice == "paste.token_instead"
    assert to_keys().pastes(problem="masked").notice == "paste.masked"
    assert to_keys().pastes().notice == "paste.no_key_id_found"
    assert Chat().pastes(Kind.KEY_ID).notice == "paste.not_now"


def test_several_accounts_and_no_name_yet() -> None:
    chat = to_token().pastes(Kind.TOKEN, lasting=3600)
    chat.ends("pick_account", accounts=[[str(number), f"Account {number}"] for number in range(8)])
    assert isinstance(chat.state, PickAccount)
    chat.taps("page", "1").taps("account", "7")
    start = chat.effect(StartOperation)
    assert isinstance(start, StartOperation)
    assert (start.arguments["account"], start.arguments["account_name"]) == ("7", "Account 7")
    chat.ends("no_name", account="7", account_name="Account 7", suggestion="account-7-ab12")
    assert isinstance(chat.state, PickName)
    assert chat.says("no spaces allowed").notice == "error.name_invalid"
    chat.says("My-Name.workers.dev")
    assert isinstance(chat.state, Connecting)
    chat.ends("name_taken", account="7", account_name="Account 7", suggestion="my-name-cd34")
    assert chat.notice == "error.name_taken"
    assert isinstance(chat.taps("name").state, Connecting)


def test_a_bad_token_is_asked_for_again_and_no_ticket_stays() -> None:
    chat = to_token().pastes(Kind.TOKEN, lasting=3600).ends("permission_missing", detail="Workers Scripts: Edit")
    assert isinstance(chat.state, AskToken)
    assert chat.notice == "error.permission_missing"
    assert not tickets(chat.state)


def test_a_wrong_pair_is_asked_for_again() -> None:
    chat = to_work().ends("wrong_pair")
    assert isinstance(chat.state, AskKeyId)
    assert chat.notice == "error.wrong_pair"
    assert len(tickets(chat.state)) == 1  # the Cloudflare token


def test_paper_keys_for_a_live_plan_switch_in_one_tap() -> None:
    chat = to_work("live").ends("other_mode")
    assert isinstance(chat.state, WrongMode)
    chat.taps("switch")
    assert isinstance(chat.state, Working)
    assert chat.state.job.mode is Mode.PAPER


def test_live_keys_for_a_paper_plan_never_switch_without_the_phrase() -> None:
    chat = to_work().ends("other_mode").taps("switch")
    assert isinstance(chat.state, ConfirmLive)
    assert isinstance(chat.taps("back").state, WrongMode)
    chat.taps("switch").says("trade life")
    assert not chat.last.effects
    chat.says("TRADE LIVE")
    assert isinstance(chat.state, Working)
    assert chat.state.job.mode is Mode.LIVE
    agreed = chat.effect(KeepConsent)
    assert isinstance(agreed, KeepConsent)
    assert agreed.text == agreement(chat.state.job)
    assert "LIVE, real money" in render(agreed.text, Language.ENGLISH)


def test_what_can_be_tried_again_keeps_everything() -> None:
    chat = to_work()
    held = tickets(chat.state)
    chat.ends("cron_limit")
    assert isinstance(chat.state, Stopped)
    assert tickets(chat.state) == held
    assert isinstance(chat.taps("again").state, Working)


def test_stopping_a_deploy_takes_back_what_it_did() -> None:
    chat = to_work().taps("stop")
    assert isinstance(chat.effect(CancelOperation), CancelOperation)
    chat.ends("cancelled")
    assert isinstance(chat.state, Working)
    start = chat.effect(StartOperation)
    assert isinstance(start, StartOperation)
    assert start.kind == "undo"
    chat.feel(Ended(chat.state.operation, "undo", "undone"))
    assert isinstance(chat.state, Welcome)
    assert chat.notice == "notice.cancelled"


def test_cancel_asks_first_and_then_forgets() -> None:
    chat = to_keys().pastes(Kind.KEY_ID).taps("cancel")
    assert isinstance(chat.state, ConfirmCancel)
    assert isinstance(chat.taps("back").state, AskSecret)
    chat.taps("cancel").taps("yes")
    assert isinstance(chat.state, Welcome)
    assert not tickets(chat.state)


def test_back_from_the_keys_keeps_the_cloudflare_connection() -> None:
    chat = to_keep().taps("keep", "yes").taps("back").taps("back")
    assert isinstance(chat.state, AskToken)
    chat.taps("back").taps("back").taps("watch").taps("agree")
    assert isinstance(chat.state, AskToken)
    assert isinstance(chat.taps("keep").state, MakeKey)


def test_an_old_token_is_asked_for_before_the_secret_is_made() -> None:
    chat = to_keep()
    chat.now += 50 * 60
    chat.taps("keep", "yes")
    assert isinstance(chat.state, AskToken)
    assert chat.notice == "notice.token_expired"


def test_a_key_id_that_expired_is_asked_for_again_and_the_new_secret_kept() -> None:
    chat = to_keys().pastes(Kind.KEY_ID)
    chat.now += 16 * 60
    chat.pastes(Kind.SECRET)
    assert isinstance(chat.state, AskKeyId)
    assert chat.state.secret is not None
    assert isinstance(chat.pastes(Kind.KEY_ID).state, Working)


def test_time_alone_lets_go_of_what_expired() -> None:
    chat = to_keys().pastes(Kind.KEY_ID)
    chat.now += 2 * 86400
    chat.feel(Elapsed())
    assert isinstance(chat.state, AskToken)
    assert not tickets(chat.state)


def test_start_goes_on_where_one_left_off() -> None:
    chat = to_keys().commands("start")
    assert isinstance(chat.state, AskKeyId)
    assert chat.last.resend


def test_help_in_the_middle_still_guards_and_comes_back() -> None:
    chat = to_keys().commands("security")
    assert isinstance(chat.state, Reading)
    assert strict(chat.state)
    assert isinstance(chat.taps("back").state, AskKeyId)


def test_work_that_ends_under_a_help_screen_is_shown() -> None:
    chat = to_work()
    operation = getattr(chat.state, "operation")  # noqa: B009
    chat.commands("help").feel(Ended(operation, "deploy", "deployed", {"outcome": "idle", "reason": ""}))
    assert isinstance(chat.state, Done)


def test_status_pause_resume() -> None:
    chat = Chat(Home(PAPER.id), PAPER)
    chat.taps("do", "pause").ends("paused", worker=PAPER.id, at=NOW, running=False, why_paused="you paused it")
    assert isinstance(chat.state, Home)
    assert chat.state.report is not None
    assert not chat.state.report.running
    assert chat.notice == "notice.paused"
    chat.taps("do", "resume").ends("resumed", worker=PAPER.id, at=NOW, running=True)
    assert chat.notice == "notice.resumed_worker"


def test_commands_without_a_worker_say_so() -> None:
    for name in ("status", "pause", "resume", "rotate", "destroy"):
        assert Chat().commands(name).notice == "notice.no_worker"


def test_rotate_with_the_workers_own_token() -> None:
    chat = Chat(Home(PAPER.id), PAPER).taps("do", "rotate")
    assert isinstance(chat.state, MakeKey)
    chat.pastes(Kind.KEY_ID, Kind.SECRET)
    start = chat.effect(StartOperation)
    assert isinstance(start, StartOperation)
    assert (start.kind, start.arguments["token"]) == ("rotate", None)
    chat.feel(Ended(start.id, "rotate", "rotated", {"key_ending": "9Z9Z"}))
    assert isinstance(chat.state, Home)
    assert chat.notice == "notice.rotated"


def test_pause_in_the_middle_of_a_set_up_leaves_it_where_it_is() -> None:
    chat = to_keys()
    chat.workers = (PAPER,)
    chat.commands("pause")
    assert isinstance(chat.state, AskKeyId)
    start = chat.effect(StartOperation)
    assert isinstance(start, StartOperation)
    chat.feel(Ended(start.id, "pause", "paused", {"worker": PAPER.id}))
    assert isinstance(chat.state, AskKeyId)
    assert [effect.text.id for effect in chat.last.effects if hasattr(effect, "text")] == ["tell.paused"]


def test_forget() -> None:
    chat = to_keys().commands("forget").taps("yes")
    assert isinstance(chat.state, Welcome)
    assert isinstance(chat.effect(ForgetChat), ForgetChat)


def test_an_unknown_command_or_button_changes_nothing() -> None:
    chat = to_keys()
    before = chat.state
    assert chat.commands("lasagne").notice == "notice.unknown_command"
    assert chat.feel(Tapped("mode", "paper")).state == before
    assert chat.feel(Tapped("account", "99")).state == before


def test_watching_needs_no_limits() -> None:
    chat = Chat().taps("begin").taps("next").taps("mode", "paper").taps("watch")
    assert isinstance(chat.state, Review)
    assert isinstance(chat.state.job.plan, Watch)
