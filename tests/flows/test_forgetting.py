"""Nobody is forgotten with a bot left without a hand on it unless that was chosen; and where tokens are kept."""

from __future__ import annotations

from dataclasses import replace

from bot.texts.render import body
from flows.codec import Dialog
from flows.effects import ForgetChat, StartOperation
from flows.events import Context, Ended
from flows.languages import Language
from flows.machine import view
from flows.screen import Tap
from flows.states import ConfirmForget, Home, Reading
from flows.tended import Tuning
from tests.flows.chat import NOW, PAPER, Chat

LIVE = replace(PAPER, id="b" * 16, script="soar-paper-bbbbbbbb", holds_token=False)


def shown(chat: Chat) -> tuple[str, list[str]]:
    screen = view(Dialog(chat.state, chat.last.notice), Context(NOW, "f" * 16, chat.workers))
    return body(screen, Language.ENGLISH), [b.action for row in screen.rows for b in row if isinstance(b, Tap)]


def test_a_bot_can_be_removed_or_held_before_it_is_forgotten() -> None:
    chat = Chat(Home(PAPER.id), PAPER).commands("forget")
    text, actions = shown(chat)
    assert "I lose the key that commands it" in text
    assert actions == ["back", "destroy", "pause", "yes"], "the safe way first, then from most to least"


def test_it_is_held_first_and_then_forgotten() -> None:
    chat = Chat(Home(PAPER.id), PAPER).commands("forget").taps("pause")
    (start,) = chat.last.effects
    assert isinstance(start, StartOperation)
    assert (start.kind, dict(start.arguments)) == ("pause", {"worker": PAPER.id})
    assert shown(chat)[1] == ["back"], "nothing is forgotten while it is asked to hold"
    chat.workers = (replace(PAPER, paused=True),)
    chat.feel(Ended(start.id, "pause", "paused", {"worker": PAPER.id, "running": False}))
    text, actions = shown(chat)
    assert "Paused. Your bot places no more orders" in text
    assert actions == ["back", "destroy", "yes"]
    assert chat.taps("yes").last.effects == (ForgetChat(),)


def test_a_bot_that_does_not_answer_keeps_the_question_open() -> None:
    chat = Chat(Home(PAPER.id), PAPER).commands("forget").taps("pause")
    operation = chat.last.effects[0]
    assert isinstance(operation, StartOperation)
    chat.feel(Ended(operation.id, "pause", "worker_unreachable", {}))
    assert isinstance(chat.state, ConfirmForget)
    text, actions = shown(chat)
    assert "does not answer now" in text
    assert "pause" in actions


def test_several_bots_are_held_one_after_the_other() -> None:
    chat = Chat(Home(PAPER.id), replace(PAPER, paused=True), LIVE).commands("forget").taps("pause")
    (start,) = chat.last.effects
    assert isinstance(start, StartOperation)
    assert start.arguments["worker"] == LIVE.id


def test_settings_say_of_each_bot_whether_it_keeps_a_token_and_lead_on() -> None:
    chat = Chat(Home(PAPER.id), PAPER, LIVE).commands("settings")
    text, _ = shown(chat)
    assert f"<code>{PAPER.script}</code> keeps one" in text
    assert f"<code>{LIVE.script}</code> keeps none" in text
    settings = chat.state
    chat.taps("token").taps("worker", LIVE.id).taps("more")
    assert isinstance(chat.state, Reading)
    assert "CLOUDFLARE_API_TOKEN" in shown(chat)[0]
    assert chat.taps("back").taps("back").state == settings
    assert isinstance(Chat(Home(PAPER.id), PAPER).commands("settings").taps("plan").state, Tuning)
    assert "plan" not in shown(Chat(Home()).commands("settings"))[1]


def test_plan_and_limits_show_the_limits_that_are_set() -> None:
    chat = Chat(Home(PAPER.id), PAPER).taps("tune")
    limits = {"per_order": "5.00", "per_day": "5.00", "budget": "50.00", "symbols": ["VTI"]}
    plan = {"kind": "recurring", "symbols": ["VTI"], "amount": "5.00", "every": "day"}
    operation = chat.last.effects[0]
    assert isinstance(operation, StartOperation)
    more = {"cash_kept": "20.00", "daily_loss": "3.00"}
    told = {"plan": plan, "limits": {**limits, **more}, "ceilings": limits, "running": True}
    text, _ = shown(chat.feel(Ended(operation.id, "status", "status", told)))
    assert "<b>Cash it never touches:</b> $20.00" in text
    assert "<b>Pauses</b> when it loses $3.00 in a day" in text
    assert "In one symbol" not in text
