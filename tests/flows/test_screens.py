"""Counted over every screen that a walk of the conversation finds: words to read, and a way on or back."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from bot.texts.layout import MOST_WORDS, Paragraph, laid_out, words_in
from flows.forming import Preparing
from flows.inspected import AtWork
from flows.machine import is_waiting
from flows.screen import Style
from flows.states import Destroying, Done, Gone, Home, Welcome, Working
from flows.table import TABLE
from tests.flows.walk import Visit, visits

# What leads back to where one was, or out of it.
WAYS_BACK = {"back", "cancel", "undo", "stop"}
RESTS = (Welcome, Home, Done, Gone)
ENDS_BY_ITSELF = (Working, Destroying, AtWork, Preparing)


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


def test_what_one_agrees_to_is_never_folded_away(seen: Iterable[Visit]) -> None:
    reviews = [visit.text for visit in seen if visit.name.startswith("Review")]
    assert len(reviews) > 10
    for text in reviews:
        open_part = text.partition("<blockquote expandable>")[0]
        assert "I may lose money" in open_part
        assert "An Alpaca key can place orders" in open_part


def test_every_screen_has_a_way_back_or_is_where_one_rests(seen: Iterable[Visit]) -> None:
    """Places of rest offer what comes next; running work ends by itself and says how long it has taken."""
    for visit in seen:
        state, actions = visit.dialog.state, {tap.action for tap in visit.taps}
        if isinstance(state, RESTS):
            assert actions, visit.name
        elif is_waiting(state) and not actions & WAYS_BACK:
            assert visit.waiting, visit.name
            assert isinstance(state, ENDS_BY_ITSELF), visit.name
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
