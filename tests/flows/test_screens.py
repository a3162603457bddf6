"""Counted over every screen that a walk of the conversation finds: words to read, and a way on or back."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from itertools import product

import pytest

from bot.texts.layout import MOST_WORDS, Paragraph, laid_out, words_in
from bot.texts.render import body, label, plain, render
from flows.codec import Dialog
from flows.events import Context
from flows.forming import Preparing
from flows.inspected import AtWork, ConfirmClear, ConfirmOverwrite
from flows.kept import ChangingToken
from flows.languages import Language
from flows.machine import is_waiting, view
from flows.screen import Style
from flows.states import (
    ConfirmDestroy,
    ConfirmForget,
    ConfirmLive,
    Destroying,
    Done,
    Gone,
    Home,
    Review,
    Welcome,
    Working,
)
from flows.table import TABLE
from flows.tended import ConfirmAct, ConfirmArm, ConfirmClose, ConfirmPlan
from flows.words import say
from tests.flows.test_any_order import NOW
from tests.flows.walk import WORKERS, Visit, visits

# What leads back to where one was, or out of it.
WAYS_BACK = {"back", "cancel", "undo", "stop"}
RESTS = (Welcome, Home, Done, Gone)
AGREED = (
    Review, ConfirmLive, ConfirmArm, ConfirmPlan, ConfirmAct, ConfirmClose, ConfirmDestroy, ConfirmForget,
    ConfirmOverwrite, ConfirmClear,
)  # fmt: skip
_TAGS = re.compile(r"<[^>]+>")
_BOLD = re.compile(r"<b>(.*?)</b>")
_NAME = re.compile(r"\(.*?\)|[^\w ]")
ENDS_BY_ITSELF = (Working, Destroying, AtWork, Preparing, ChangingToken)


@pytest.fixture(scope="module")
def seen() -> list[Visit]:
    return list(visits())


def test_the_walk_comes_to_every_state(seen: Iterable[Visit]) -> None:
    assert {type(visit.dialog.state) for visit in seen} == {row.state for row in TABLE}


def test_no_screen_has_more_than_sixty_words_to_read(seen: Iterable[Visit]) -> None:
    """What is folded away is not counted: nobody need read it, and Telegram opens it with a tap. Notices count."""
    assert {visit.name: words for visit in seen if (words := words_in(visit.text)) > MOST_WORDS} == {}


def test_without_a_notice_nothing_is_folded_for_want_of_room(seen: Iterable[Visit]) -> None:
    """What a screen explains stands on it open, unless it was put into the fold on purpose."""
    plain = (visit for visit in seen if visit.dialog.notice is None)
    assert {visit.name for visit in plain if words_in(visit.unfolded()) > MOST_WORDS} == set()


@pytest.mark.parametrize("language", Language)
def test_what_one_agrees_to_is_never_folded_away(seen: Iterable[Visit], language: Language) -> None:
    """Plan, limits and consent, and what a grave step does, stay open under every notice, within sixty words."""
    asked = [visit for visit in seen if isinstance(visit.dialog.state, AGREED)]
    assert len({visit.name for visit in asked if visit.dialog.notice}) > 10
    for visit in asked:
        text = body(visit.screen, language)
        open_part = text.partition("<blockquote expandable>")[0]
        assert words_in(text) <= MOST_WORDS, visit.name
        for line in visit.screen.lines:
            if not line.id.startswith(("frame.notice", "strays.")):
                assert render(line, language) in open_part, visit.name
        if visit.dialog.notice:
            assert plain(visit.dialog.notice, language) in html.unescape(_TAGS.sub("", text)), visit.name


def name_of(words: str) -> str:
    """A button's name, as a text may call it: without its sign and what stands in brackets."""
    return _NAME.sub("", html.unescape(words)).strip().casefold()


@pytest.mark.parametrize("language", Language)
def test_the_line_that_names_the_main_button_is_never_folded_away(seen: Iterable[Visit], language: Language) -> None:
    """The one thing to do next stands open, whatever notice is above it."""
    checked = set()
    for visit in seen:
        main = {name_of(label(tap.label, language)) for tap in visit.taps if tap.style is Style.MAIN}
        if not main or visit.dialog.notice is None:
            continue
        open_part = body(visit.screen, language).partition("<blockquote expandable>")[0]
        for line in visit.screen.lines:
            said = render(line, language)
            if line.id != "frame.notice" and main & {name_of(bold) for bold in _BOLD.findall(said)}:
                assert said in open_part, f"{visit.name}: {line.id}"
                checked.add(visit.name)
    assert len(checked) > 2


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("told", ["form.connected", "form.pasted"])
def test_a_new_bot_s_card_says_openly_what_comes_next(language: Language, told: str) -> None:
    """Also below the news that the keys are in: what it would order, and to tap Start trading."""
    orders = ("buy $5.00 of VTI", "buy $5.00 of VXUS", "buy $5.00 of BND")
    notice = say(told, account="1234", mode=say("mode.live"))
    for coming, armed, moneyless, meant in product((True, False), (True, False), (True, False), ((), orders)):
        done = Done(WORKERS[1].id, "dry", "", meant, armed=armed, coming=coming, moneyless=moneyless, schedule="alarm")
        screen = view(Dialog(done, notice), Context(NOW, "f" * 16, WORKERS, None))
        text = body(screen, language)
        assert words_in(text) <= MOST_WORDS
        open_part = text.partition("<blockquote expandable>")[0]
        assert render(screen.lines[-1], language) in open_part
        assert screen.lines[-1].id in {"done.arm", "done.next", "done.coming"}
        assert all(render(line, language) in open_part for line in screen.lines if line.id == "card.meant")


def test_every_screen_has_a_way_back_or_is_where_one_rests(seen: Iterable[Visit]) -> None:
    """Places of rest offer what comes next; running work ends by itself and says how long it has taken."""
    for visit in seen:
        state, actions = visit.dialog.state, {tap.action for tap in visit.taps}
        if isinstance(state, RESTS):
            assert actions, visit.name
        elif is_waiting(state) and not actions & WAYS_BACK:
            assert visit.waiting, visit.name
            assert isinstance(state, ENDS_BY_ITSELF), visit.name
            assert "help" in actions, visit.name
        else:
            assert actions & WAYS_BACK, visit.name


def test_a_grave_step_shows_the_safe_button_first(seen: Iterable[Visit]) -> None:
    for visit in seen:
        confirming = type(visit.dialog.state).__name__.startswith("Confirm")
        if confirming and any(tap.style is Style.GRAVE for tap in visit.taps):
            assert visit.taps[0].action == "back", visit.name


@pytest.mark.parametrize("text", ["<b>Title</b>\n\n" + "word " * 70, "<b>Title</b>" + "\nline of words" * 30])
def test_what_is_too_long_is_folded_below_its_title(text: str) -> None:
    told = laid_out((Paragraph("badge.paper", "PAPER"), Paragraph("help.x", text)), ())
    assert words_in(told) == len(["PAPER", "Title"])
    assert told.startswith("PAPER\n\n<b>Title</b>\n<blockquote expandable>")


def test_two_ideographs_are_one_word() -> None:
    assert [words_in(text) for text in ("纸面交易 VTI", "", "a – b", "<b>10</b> $5.00, «x»")] == [3, 0, 2, 3]
