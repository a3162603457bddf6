"""The Cloudflare token that a bot keeps: seen and changed from the settings, with one bot and with several."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.texts.layout import MOST_WORDS, words_in
from bot.texts.render import body
from flows.codec import Dialog
from flows.effects import StartOperation
from flows.events import Kind, Pasted
from flows.jobs import GRANTED
from flows.kept import ChangingToken, TokenCard
from flows.languages import Language
from flows.machine import tickets, view
from flows.plans import Mode, Watch
from flows.preferences import Preferences
from flows.screen import Link, Place, Screen
from flows.states import (
    Account,
    AskToken,
    Connected,
    Connecting,
    Held,
    Home,
    KeepToken,
    NewWorker,
    OwnToken,
    PickWorker,
    Reading,
)
from flows.tended import ConfirmAct
from tests.flows.talk import LIVE, NOW, PAPER, Talk

BARE = replace(PAPER, holds_token=False)
TAKE, GIVE, YES = ("take", ""), ("give", ""), ("yes", "")
LENT = Held(f"{GRANTED}1", NOW + 3600)


def settings(*workers: object) -> Talk:
    known = [each for each in (PAPER, BARE, LIVE) if each in workers]
    return Talk(Home(PAPER.id), *known).commands("settings").taps("token")


def screen(talk: Talk, *, connects: bool = False) -> Screen:
    return view(Dialog(talk.state, talk.last.notice), replace(talk.context(), connects=connects))


def reads(talk: Talk, *, connects: bool = False) -> str:
    return body(screen(talk, connects=connects), Language.ENGLISH)


def places(talk: Talk, *, connects: bool = False) -> set[Place]:
    rows = screen(talk, connects=connects).rows
    return {each.place for row in rows for each in row if isinstance(each, Link)}


def pastes(talk: Talk, held: Held) -> Talk:
    return talk.feel(Pasted(((Kind.TOKEN, held),)))


def connected(talk: Talk) -> Talk:
    return talk.hears("connect", "connected", account="acc", account_name="Ann", subdomain="")


def test_a_bot_gives_up_its_token_with_one_tap() -> None:
    talk = settings(PAPER)
    assert "It keeps one" in reads(talk)
    assert {TAKE, GIVE} <= set(talk.offers())
    talk.taps("take")
    assert isinstance(talk.state, ConfirmAct)
    assert not talk.last.effects
    assert "I ask you for a token" in reads(talk)
    assert isinstance(talk.taps("back").state, TokenCard)
    talk.taps(*TAKE).taps(*YES)
    start = talk.effect(StartOperation)
    assert (start.kind, start.arguments) == ("take_token", {"worker": PAPER.id, "token": None})
    talk.workers = (BARE,)
    talk.hears("take_token", "token_taken", worker=PAPER.id, holds_token=False, answering=True)
    assert "It keeps the token no more" in reads(talk)
    assert "delete it there" in reads(talk)
    assert places(talk) == {Place.CLOUDFLARE_TOKENS}
    assert talk.notice == ""
    assert talk.taps("back").state == Home(PAPER.id)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("token_dead", "may be deleted or run out"),
        ("worker_unreachable", "Paste a token, and I do it at Cloudflare"),
        ("worker_outdated", "Paste a token, and I do it at Cloudflare"),
        ("worker_absent", "Paste a token, and I do it at Cloudflare"),
        ("worker_refused", "Paste a token, and I do it at Cloudflare"),
        ("command_key_lost", "Paste a token, and I do it at Cloudflare"),
    ],
)
def test_what_a_bot_cannot_do_itself_is_done_with_a_token(code: str, words: str) -> None:
    talk = settings(PAPER).taps(*TAKE).taps(*YES).hears("take_token", code)
    assert isinstance(talk.state, AskToken)
    assert words in reads(talk)
    assert isinstance(talk.taps("back").state, TokenCard)
    talk = settings(PAPER).taps(*TAKE).taps(*YES).hears("take_token", code)
    connected(pastes(talk, LENT))  # to take one out, one that is lent will do
    start = talk.effect(StartOperation)
    assert (start.kind, start.arguments) == ("take_token", {"worker": PAPER.id, "token": LENT.ticket})
    talk.hears("take_token", "token_taken", worker=PAPER.id, answering=False)
    assert talk.notice == "notice.token_unseen"
    assert not tickets(talk.state)


def test_a_token_that_has_died_is_replaced_with_one_paste() -> None:
    talk = settings(PAPER).taps(*GIVE)
    connected(pastes(talk, Held("t", NOW + 3600)))
    start = talk.effect(StartOperation)
    assert (start.kind, start.arguments) == ("give_token", {"worker": PAPER.id, "token": "t"})
    talk.hears("give_token", "token_given", worker=PAPER.id, answering=True)
    assert talk.notice == "notice.token_given"
    assert not tickets(talk.state)


@pytest.mark.parametrize("code", ["timeout", "stuck", "internal"])
def test_what_may_have_happened_can_be_asked_for_once_more(code: str) -> None:
    talk = settings(PAPER).taps(*TAKE).taps(*YES).hears("take_token", code)
    assert isinstance(talk.state, TokenCard)
    assert talk.notice.startswith("error.")
    assert TAKE in talk.offers()


def test_a_bot_is_given_a_token_to_keep() -> None:
    talk = settings(BARE)
    assert "It keeps none" in reads(talk)
    assert TAKE not in talk.offers()
    talk.taps(*GIVE)
    assert "for your bot to keep" in reads(talk)
    assert isinstance(talk.taps("back").state, TokenCard)
    pastes(talk.taps(*GIVE), Held("t", NOW + 3600))
    assert talk.effect(StartOperation).arguments["account"] == BARE.account
    talk.hears("connect", "other_cloudflare_account")
    assert (type(talk.state), talk.notice) == (AskToken, "error.other_cloudflare_account")
    connected(pastes(talk, Held("t", NOW + 3600)))
    start = talk.effect(StartOperation)
    assert (start.kind, start.arguments) == ("give_token", {"worker": BARE.id, "token": "t"})
    assert tickets(talk.state) == {"t"}
    talk.workers = (PAPER,)
    talk.hears("give_token", "token_given", worker=BARE.id, answering=True)
    assert (talk.notice, tickets(talk.state)) == ("notice.token_given", frozenset())
    assert "It keeps one" in reads(talk)


@pytest.mark.parametrize(
    ("code", "kept"), [("permission_missing", False), ("token_lent", False), ("busy", True), ("unreachable", True)]
)
def test_a_token_that_will_not_do_is_asked_for_again(code: str, *, kept: bool) -> None:
    talk = connected(pastes(settings(BARE).taps(*GIVE), Held("t", NOW + 3600))).hears("give_token", code)
    assert (type(talk.state), talk.notice) == (AskToken, f"error.{code}")
    assert (("again", "") in talk.offers()) is kept
    assert tickets(talk.state) == ({"t"} if kept else set())


@pytest.mark.parametrize("code", ["script_absent", "foreign_script"])
def test_where_there_is_no_bot_any_more_no_token_is_held_for_it(code: str) -> None:
    given = Held("t", NOW + 3600)
    for talk in (settings(BARE).taps(*GIVE), settings(PAPER).taps(*TAKE).taps(*YES).hears("take_token", "token_dead")):
        connected(pastes(talk, given)).hears(getattr(talk.state, "operation", ""), code)
        assert (type(talk.state), talk.notice) == (Home, f"error.{code}")
        assert not tickets(talk.state)
        assert ("do", "destroy") in talk.offers()


def test_what_is_lent_for_an_hour_can_never_stay() -> None:
    talk = settings(BARE).taps(*GIVE)
    assert places(talk, connects=True) == {Place.CLOUDFLARE_TOKEN}
    assert "must be a pasted one" in reads(talk, connects=True)
    assert words_in(reads(talk, connects=True)) <= MOST_WORDS
    assert "must be a pasted one" not in reads(talk)
    pastes(talk, LENT)
    assert (type(talk.state), talk.notice) == (AskToken, "error.token_lent")
    assert not talk.last.effects
    assert not tickets(talk.state)
    asked = talk.state
    assert isinstance(asked, AskToken)
    for state in (Connecting(asked.job, LENT, "0" * 16), replace(asked, tried=LENT)):
        other = Talk(state, BARE)
        if isinstance(state, AskToken):
            other.taps("again")
        connected(other)
        assert (type(other.state), other.notice) == (AskToken, "error.token_lent")
        assert not tickets(other.state)


def test_of_several_bots_the_one_that_is_meant_is_asked_for() -> None:
    talk = settings(BARE, LIVE)
    assert isinstance(talk.state, PickWorker)
    assert isinstance(talk.taps("back").state, Preferences)
    talk.taps("token").taps("worker", LIVE.id)
    assert LIVE.script in reads(talk)
    assert "LIVE" in reads(talk)
    assert isinstance(talk.taps("back").state, Preferences)
    talk.taps("token").taps("worker", BARE.id).taps("more")
    assert talk.state == Reading("token", TokenCard(BARE.id, Preferences(talk.context().notices, Home(PAPER.id))))
    assert "open /settings" in reads(talk)
    assert isinstance(talk.taps("back").state, TokenCard)


def test_nothing_is_begun_in_the_middle_of_something_else() -> None:
    access = Connected(Held("c", NOW + 3600), Account("acc", "Ann"), "ann")
    keeping = KeepToken(NewWorker(Mode.PAPER, Watch(), "c" * 16), access)
    for worker, tap in ((PAPER, TAKE), (BARE, GIVE)):
        talk = Talk(keeping, worker).commands("settings").taps("token").taps(*tap)
        assert (type(talk.state), talk.notice) == (TokenCard, "notice.finish_first")
        assert talk.taps("back").taps("back").state == keeping
    working = settings(PAPER).taps(*TAKE).taps(*YES).state
    assert isinstance(working, ChangingToken)
    assert working.access == OwnToken()
    talk = Talk(working, PAPER).commands("settings").taps("token")
    assert (talk.state, talk.notice) == (working, "notice.busy")
    for command in ("status", "rotate", "destroy", "cancel", "forget"):
        assert (talk.commands(command).state, talk.notice) == (working, "notice.busy")


def test_a_bot_that_has_gone_meanwhile_leads_nowhere_bad() -> None:
    talk = settings(PAPER).taps(*TAKE)
    talk.workers = ()
    assert talk.taps(*YES).notice == "notice.no_worker"
    talk = Talk(TokenCard(PAPER.id, Home(PAPER.id)))
    assert talk.offers() == {("more", ""), ("back", "")}
    talk = settings(PAPER).taps(*TAKE).taps(*YES)
    talk.workers = ()
    assert talk.hears("take_token", "worker_forgotten").notice == "error.worker_forgotten"
