"""What becomes of a message's slots in each language: escaped, written as there, kept apart from what is around."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from gettext import c2py

import pytest

from bot.texts import render as render_module
from bot.texts.catalogue import CATALOGUE, counted, wording
from bot.texts.direction import END, FIRST_STRONG, without
from bot.texts.formats import locale_of
from bot.texts.older import OLD_SUMS
from bot.texts.plural import Plural
from bot.texts.render import body, label, plain, render, toast
from bot.texts.template import merged
from flows.codec import Dialog, dump_texts, load_texts
from flows.events import Context
from flows.languages import Language
from flows.machine import view
from flows.states import Welcome
from flows.words import (
    City,
    Clock,
    Day,
    Listing,
    Moment,
    Money,
    Number,
    Percent,
    Slot,
    Span,
    Text,
    Told,
    Verbatim,
    listing,
    say,
)

ENGLISH, ARABIC = Language.ENGLISH, Language.ARABIC
LETTERS = "soar-paper-4F2A"
NOON = 1_795_521_600  # 2026-11-24 12:00 UTC


def shown(slot: Slot, language: Language = ENGLISH) -> str:
    """What a slot becomes, with plain blanks and without the signs that set directions."""
    return " ".join(without(render(say("button.plain", text=slot), language)).split())


@pytest.mark.parametrize("language", Language)
def test_what_others_have_written_stays_text(language: Language) -> None:
    evil = "<b>&amp;</b> {script}"
    assert without(render(say("button.plain", text=evil), language)) == "&lt;b&gt;&amp;amp;&lt;/b&gt; {script}"
    for slot in (Money(evil), Number(evil), Day(evil), Told("reason.nobody_knows", evil), Listing((evil, evil))):
        assert "<b>" not in render(say("button.plain", text=slot), language)
    assert plain(say("button.plain", text="a <b> & c"), ENGLISH) == "a <b> & c"


@pytest.mark.parametrize(
    ("slot", "english", "german"),
    [
        (Money("1234.5"), "$1,234.50", "1.234,50 $"),
        (Money("-0.3", signed=True), "-$0.30", "-0,30 $"),
        (Money("12", signed=True), "+$12.00", "+12,00 $"),
        (Money("5000", whole=True), "$5,000", "5.000 $"),
        (Money("10", "EUR"), "€10.00", "10,00 €"),
        (Money("about ten", "USD"), "about ten USD", "about ten USD"),
        (Money("NaN", "<b>"), "NaN &lt;b&gt;", "NaN &lt;b&gt;"),
        (Number("0.123456789"), "0.123456789", "0,123456789"),
        (Number("many"), "many", "many"),
        (12_345, "12,345", "12.345"),
        (Percent(60), "60%", "60 %"),
        (Day("2026-11-24"), "Nov 24, 2026", "24.11.2026"),
        (Day("someday"), "someday", "someday"),
        (Moment(NOON, "Europe/Berlin"), "Nov 24, 2026 13:00", "24.11.2026 13:00"),
        (Clock(NOON, "Asia/Kolkata"), "17:30", "17:30"),
        (Span(185, "past"), "3 minutes ago", "vor 3 Minuten"),
        (Span(-5, "past"), "1 minute ago", "vor 1 Minute"),
        (Span(7100, "ahead"), "in 2 hours", "in 2 Stunden"),
        (Span(3 * 86_400), "3 days", "3 Tage"),
        (City("America/New_York"), "New York", "New York"),
        (City("UTC"), "UTC", "UTC"),
        (listing(), "–", "–"),
        (listing("VTI"), "VTI", "VTI"),
        (listing("VTI", Percent(40)), "VTI and 40%", "VTI und 40 %"),
        (Verbatim("<b>x</b>"), "<b>x</b>", "<b>x</b>"),
    ],
)
def test_each_language_writes_it_its_own_way(slot: Slot, english: str, german: str) -> None:
    assert shown(slot) == english
    assert shown(slot, Language.GERMAN) == german
    assert load_texts(dump_texts((say("button.plain", text=slot),))) == (say("button.plain", text=slot),)


@pytest.mark.parametrize("language", Language)
def test_digits_are_those_of_the_keys(language: Language) -> None:
    for slot in (Money("1234.5"), Percent(60), Day("2026-11-24"), Moment(NOON), 12_345, Number("7.5")):
        assert re.search(r"\d", shown(slot, language))
        assert not re.search(r"[٠-٩]", shown(slot, language))


@pytest.mark.parametrize(
    ("language", "count", "form"),
    [("ru", 1, 0), ("ru", 2, 1), ("ru", 5, 2), ("ru", 21, 0), ("ru", 11, 2), ("ar", 0, 0), ("ar", 2, 2), ("ar", 7, 3),
     ("ar", 11, 5), ("ar", 100, 4), ("zh_Hans", 7, 0), ("de", 1, 0), ("de", 0, 1), ("pt_BR", 1, 0), ("es", 2, 1)],
)  # fmt: skip
def test_numbers_choose_the_form(language: str, count: int, form: int) -> None:
    assert c2py(merged(Language(language), None).plural_expr)(count) == form


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 bots"), (1, "1 bot "), (2, "2 bots"), (5, "5 bots"), (21, "21 bots"), (1001, "1,001 bots")],
)
def test_numbers_choose_among_english_forms(count: int, said: str) -> None:
    assert render(say("receipt.workers", count=count), ENGLISH).startswith(said)


@pytest.mark.parametrize(
    ("money", "written"),
    [(Money("1234.5"), "$1,234.50"), (Money("-0.3", signed=True), "-$0.30"), (Money("12", signed=True), "+$12.00"),
     (Money("5000", whole=True), "$5,000"), (Money("10", "EUR"), "€10.00")],
)  # fmt: skip
def test_in_arabic_a_sum_has_no_letters_that_could_change_places(money: Money, written: str) -> None:
    assert render(say("button.plain", text=money), ARABIC) == f"{FIRST_STRONG}{written}{END}"


def test_a_date_may_lack_its_year() -> None:
    dates = {language: shown(Day("--11-24"), language) for language in Language}
    assert dates[ENGLISH] == "November 24"
    assert dates[Language.GERMAN] == "24. November"
    assert dates[Language.RUSSIAN] == "24 ноября"
    assert dates[ARABIC] == "24 نوفمبر"
    assert shown(Day("--02-30")) == "--02-30"


def test_sums_that_earlier_versions_stored_still_read_well() -> None:
    stored = (
        '[{"is": "Text", "id": "plan.recurring_week", "slots": [["symbols", "VTI, BND"], ["amount", "10.00"]]},'
        ' {"is": "Text", "id": "notice.beyond_per_day", "slots": [["most", "50.00"]]}]'
    )
    first, second = load_texts(stored)
    assert render(first, ENGLISH) == "Buy $10.00 of VTI, BND once a week"
    assert "at most $50.00 per day" in render(second, ENGLISH)
    trend: dict[str, Slot] = {"parts": "60% VTI", "budget": "500.00", "band": 5, "months": 10}
    assert "$500.00 as 60% VTI" in render(say("plan.trend", **trend), ENGLISH)
    assert "has not for 40 minutes" in render(say("news.silent", minutes=40, command="/wake_1"), ENGLISH)
    assert "on 2026-11-24 12:00 (UTC)" in render(say("consent.copy", at="2026-11-24 12:00", digest="x"), ENGLISH)
    for name, sums in OLD_SUMS.items():
        known = CATALOGUE[name]
        assert all(f"{{{each}}}" in (known.other if isinstance(known, Plural) else known) for each in sums)


def test_a_long_label_is_cut_and_a_toast_has_more_room() -> None:
    long = say("button.plain", text="x" * 300)
    assert (len(label(long, ENGLISH)), len(toast(long, ENGLISH))) == (64, 200)
    assert label(long, ENGLISH).endswith("…")
    cut = label(long, ARABIC)
    assert cut.count(FIRST_STRONG) == cut.count(END) == 1


# -- from right to left -----------------------------------------------------------------------------------------------

SLOTTED = [name for name in CATALOGUE if re.search(r"\{\w+\}", wording(name, ENGLISH))]


def depths(text: str) -> list[int]:
    """How many isolates are open at each sign."""
    depth, found = 0, []
    for sign in text:
        depth += (sign == FIRST_STRONG) - (sign == END)
        found.append(depth)
    assert depth == 0, "an isolate is left open"
    return found


@pytest.mark.parametrize("name", SLOTTED)
def test_in_arabic_every_value_is_kept_together(name: str) -> None:
    slots: dict[str, Slot] = dict.fromkeys(re.findall(r"\{(\w+)\}", wording(name, ENGLISH)), LETTERS)
    if number := counted(name):
        slots[number] = 12_345
    text = html.unescape(render(say(name, **slots), ARABIC))
    found = [match.start() for match in re.finditer(f"{LETTERS}|12,345", text)]
    assert found
    open_at = depths(text)
    assert all(open_at[at] >= 1 for at in found)


@pytest.mark.parametrize("name", [name for name in CATALOGUE if not name.startswith("search.")])
def test_in_arabic_code_and_commands_are_kept_together_and_code_can_be_copied(name: str) -> None:
    slots = dict.fromkeys(re.findall(r"\{=?(\w+)\}", wording(name, ARABIC)), LETTERS)
    text = render(say(name, **slots), ARABIC)
    open_at = depths(text)
    for match in re.finditer(r"<code>(.*?)</code>|(?<![\w/<.])/[a-z_]+(?![\w/>])", text):
        assert open_at[match.start()] >= 1
        assert match[1] is None or without(match[1]) == match[1]


def begins(line: str) -> str:
    """Which way the first letter goes, as browsers look for it: also inside isolates."""
    ways = (unicodedata.bidirectional(sign) for sign in re.sub(r"<[^>]+>", "", line))
    return next((way for way in ways if way in {"L", "R", "AL"}), "")


@pytest.mark.parametrize("name", [name for name in CATALOGUE if not name.startswith("search.")])
def test_in_arabic_every_line_begins_at_the_right(name: str) -> None:
    slots = dict.fromkeys(re.findall(r"\{=?(\w+)\}", wording(name, ARABIC)), LETTERS)
    lines = render(say(name, **slots), ARABIC).split("\n")
    assert [line for line in lines if re.search("[\u0600-\u06ff]", line) and begins(line) == "L"] == []


@pytest.mark.parametrize("name", ["mix.body", "notice.mix_unreadable", "notice.mix_uneven", "notice.mix_whole"])
def test_in_arabic_the_example_of_a_mix_stays_in_its_order(name: str) -> None:
    slots = dict.fromkeys(re.findall(r"\{=?(\w+)\}", wording(name, ARABIC)), LETTERS)
    text = render(say(name, **slots), ARABIC)
    open_at = depths(text)
    examples = [range(*match.span()) for match in re.finditer(r"\d+ [A-Z]+(, \d+ [A-Z]+)*", text)]
    assert examples
    assert all(open_at[at] >= 1 for example in examples for at in example)


@pytest.mark.parametrize("name", [name for name in CATALOGUE if re.search(r"</b> \(\d\)", wording(name, ENGLISH))])
def test_in_arabic_a_number_stays_behind_the_name_that_it_belongs_to(name: str) -> None:
    text = render(say(name), ARABIC)
    assert re.search(r"</b>\S? \(\d\)", text)
    assert not re.search(r"[A-Za-z](</b>)? \(\d\)", text), "one run of letters and digits is laid out from the left"


def test_in_english_only_what_goes_the_other_way_is_kept_apart() -> None:
    assert render(say("button.plain", text="حسابي"), ENGLISH) == f"{FIRST_STRONG}حسابي{END}"
    assert render(say("button.plain", text="Büro 7"), ENGLISH) == "Büro 7"
    assert str(locale_of(ARABIC)) == "ar"


@pytest.fixture
def unheard() -> Iterator[None]:
    """What has been noted once is noted anew."""
    render_module._left_out.cache_clear()
    yield
    render_module._left_out.cache_clear()


@pytest.mark.usefixtures("unheard")
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    "stored",
    [
        say("notice.of_tomorrow", amount=Money("5.00")),
        say("notice.beyond_budget"),  # of a version that had no slot there
        say("notice.receipt", rows=listing(say("receipt.of_tomorrow", count=2))),
        say("of_tomorrow"),
    ],
)
def test_what_another_version_has_stored_is_left_out_and_noted_once(
    stored: Text, language: Language, caplog: pytest.LogCaptureFixture
) -> None:
    kept = load_texts(dump_texts((stored,)))[0]
    dialog = Dialog(Welcome(), kept)
    for _ in range(3):
        text = body(view(dialog, Context(NOON, "0" * 16, ())), language)
        assert render(say("welcome.title"), language) in text
        assert "{" not in text
        assert "<blockquote></blockquote>" not in text
    assert [entry.message for entry in caplog.records] == ["no wording; left out"]
    assert "of_tomorrow" in str(vars(caplog.records[0])) or stored.id in str(vars(caplog.records[0]))


def test_of_what_is_no_number_and_no_date_only_the_beginning_is_shown_and_remembered() -> None:
    for slot in (Money("x" * 9999, "y" * 9999), Number("x" * 9999), Day("x" * 9999), Money("9" * 9999)):
        assert len(shown(slot, Language.GERMAN)) <= 81


@pytest.mark.parametrize(
    "slot", [Clock(10**15), Moment(-(10**15)), Percent(10**40), 10**40, Clock(253402300799, "Asia/Tokyo")]
)
def test_what_nobody_could_write_is_left_out_and_the_rest_is_said(slot: Slot) -> None:
    """A Worker may tell anything, also of times beyond the calendar."""
    for language in Language:
        assert render(say("button.plain", text=slot), language) == ""
        assert "VTI" in render(say("told.order", sum=say("button.plain", text=slot), symbol="VTI"), language)
