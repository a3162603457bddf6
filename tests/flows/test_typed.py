"""Amounts, symbols and mixes as people type them; what cannot be read gets a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.texts.direction import without
from bot.texts.render import render
from flows.languages import Language
from flows.plans import Weight, least_budget
from flows.typed import CASH, read_amount, read_budget, read_symbol, read_symbols, read_weights
from flows.words import Percent, Text, say

SYMBOL = st.from_regex(r"[A-Z]{1,5}(\.[A-Z])?", fullmatch=True).filter(
    lambda symbol: symbol not in {CASH, "AND", "OF", "IN", "THE", "REST"}
)


@st.composite
def mixes(draw: st.DrawFn) -> tuple[Weight, ...]:
    symbols = draw(st.lists(SYMBOL, min_size=1, max_size=10, unique=True))
    cuts = sorted(
        draw(st.lists(st.integers(1, 100), min_size=len(symbols), max_size=len(symbols), unique=True)),
    )
    percents = [after - before for before, after in zip([0, *cuts], cuts, strict=False)]
    return tuple(Weight(symbol, percent) for symbol, percent in zip(symbols, percents, strict=True))


@st.composite
def written(draw: st.DrawFn) -> tuple[str, tuple[Weight, ...]]:
    mix = draw(mixes())
    number = draw(st.sampled_from(["{}", "{}%", "{} %", "{} percent"]))
    shape = draw(st.sampled_from(["{number} {symbol}", "{symbol} {number}", "{symbol}: {number}", "{symbol}={number}"]))
    between = draw(st.sampled_from([", ", ",", "; ", "\n", " and ", " + ", " ", " / "]))
    lower = draw(st.booleans())
    parts = [shape.format(number=number.format(each.percent), symbol=each.symbol) for each in mix]
    text = between.join(parts)
    return (text.lower() if lower else text), mix


@given(written())
def test_a_mix_is_read_however_it_is_written(case: tuple[str, tuple[Weight, ...]]) -> None:
    text, mix = case
    assert read_weights(text) == mix


@given(
    st.text(max_size=200) | st.from_regex(r"([0-9]{1,12}[%.,]? ?\$?[A-Za-z]{0,7}[,;\n ]{0,2}){0,12}", fullmatch=True)
)
def test_whatever_is_typed_for_a_mix_is_sound_or_gets_a_sentence(text: str) -> None:
    mix = read_weights(text)
    if isinstance(mix, Text):
        assert render(mix, Language.ENGLISH).endswith((".", "."))
        return
    assert 1 <= len(mix) <= 10
    assert all(each.percent >= 1 and read_symbol(each.symbol) == each.symbol for each in mix)
    assert sum(each.percent for each in mix) <= 100
    assert len({each.symbol for each in mix}) == len(mix)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [("", "notice.mix_unreadable"), ("half and half", "notice.mix_unreadable"), ("60 40", "notice.mix_unreadable"),
     ("60 VTI BND", "notice.mix_uneven"), ("60 VTI, 40", "notice.mix_uneven"), ("60 40 VTI BND", "notice.mix_uneven"),
     ("60 VTI, BND 40", "notice.mix_uneven"), ("33.3 VTI, 66.7 BND", "notice.mix_whole"),
     ("33,3% VTI", "notice.mix_whole"), ("0 VTI, 100 BND", "notice.mix_nothing"),
     ("60 VTI, 41 BND", "notice.mix_over"), ("999999999999 VTI", "notice.mix_over"),
     ("60 VTI, 40 vti", "notice.symbol_twice"), ("60 stocks, 40 BND", "notice.symbol_unreadable"),
     ("60 V🙂, 40 BND", "notice.symbol_unreadable"), ("100 cash", "notice.mix_unreadable"),
     (", ".join(f"5 {letter}{letter}" for letter in "ABCDEFGHIJK"), "notice.too_many_symbols")],
)  # fmt: skip
def test_a_bad_mix_is_told_what_is_wrong(typed: str, problem: str) -> None:
    found = read_weights(typed)
    assert isinstance(found, Text)
    assert found.id == problem
    assert len(render(found, Language.ENGLISH).split()) <= 30


def test_cash_in_a_mix_is_what_is_left_over() -> None:
    assert read_weights("60% vti and 40% cash.") == (Weight("VTI", 60),)
    assert read_weights("60 % VTI y 40 % efectivo") == (Weight("VTI", 60),)
    assert read_weights("60% VTI e 40% em caixa") == (Weight("VTI", 60),)
    assert read_weights("60 % VTI und 40 % Guthaben") == (Weight("VTI", 60),)
    assert read_weights("60 VTI и 40 % деньгами") == (Weight("VTI", 60),)
    assert read_weights("60% VTI和40%现金") == (Weight("VTI", 60),)
    assert read_weights("60 por ciento VTI y 40 Prozent cash") == (Weight("VTI", 60),)
    assert read_weights("60 процентов VTI, 40 por cento BND") == (Weight("VTI", 60), Weight("BND", 40))
    assert read_weights("60 VTI, 40 E") == (Weight("VTI", 60), Weight("E", 40))
    assert read_weights("60 VTI. 40 brk.b.") == (Weight("VTI", 60), Weight("BRK.B", 40))


@pytest.mark.parametrize("language", Language)
def test_cash_as_a_mix_shows_it_can_be_typed(language: Language) -> None:
    parts = [render(say(f"plan.part{name}", percent=Percent(50), symbol="VTI"), language) for name in ("", "_cash")]
    assert read_weights(without(", ".join(parts))) == (Weight("VTI", 50),)


@pytest.mark.parametrize(
    ("typed", "symbols"),
    [("vti", ("VTI",)), (" $spy ", ("SPY",)), ("voo, bnd", ("VOO", "BND")), ("VTI BND VXUS", ("VTI", "BND", "VXUS")),
     ("vti and bnd", ("VTI", "BND")),
     ("vti y bnd", ("VTI", "BND")), ("VTI und BND", ("VTI", "BND")), ("VTI Y BND", ("VTI", "Y", "BND")),
     ("VTI、BND", ("VTI", "BND")), ("vti، bnd", ("VTI", "BND")),
     ("vti\nbnd;qqq", ("VTI", "BND", "QQQ"))],
)  # fmt: skip
def test_symbols_as_people_type_them(typed: str, symbols: tuple[str, ...]) -> None:
    assert read_symbols(typed) == symbols


@pytest.mark.parametrize(
    ("typed", "problem"),
    [("", "notice.symbol_unreadable"), ("apple inc", "notice.symbol_unreadable"), ("VTI, vti", "notice.symbol_twice"),
     ("what is this", "notice.symbol_unreadable"), (",".join("ABCDEFGHIJK"), "notice.too_many_symbols")],
)  # fmt: skip
def test_bad_symbols_are_told_what_is_wrong(typed: str, problem: str) -> None:
    found = read_symbols(typed)
    assert isinstance(found, Text)
    assert found.id == problem
    assert render(found, Language.ENGLISH)


@given(st.text(max_size=200))
def test_whatever_is_typed_for_symbols_is_sound_or_gets_a_sentence(text: str) -> None:
    found = read_symbols(text)
    if isinstance(found, Text):
        assert render(found, Language.ENGLISH)
    else:
        assert 1 <= len(set(found)) == len(found) <= 10


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("$10", "10.00"), ("12,50", "12.50"), ("1 000", "1000.00"), ("1,000", "1000.00"), ("0.5", None), ("ten", None),
     ("US$ 10", "10.00"), ("10,50 US$", "10.50"), ("\u200f10 US$", "10.00"), ("10 dólares", "10.00"),
     ("1.000", "1000.00"), ("1.000,00 $", "1000.00"), ("1.500", None), ("0.125", None), ("0,125", None),
     ("1e3", "1000.00"), ("10.001", None), ("2000", None), ("NaN", None), ("-5", None), ("", None)],
)  # fmt: skip
def test_amounts_as_people_type_them(typed: str, amount: str | None) -> None:
    assert read_amount(typed) == amount


@pytest.mark.parametrize(
    ("typed", "symbol"), [("vti", "VTI"), (" $spy ", "SPY"), ("brk.b", "BRK.B"), ("apple inc", None)]
)
def test_a_symbol_as_people_type_it(typed: str, symbol: str | None) -> None:
    assert read_symbol(typed) == symbol


@given(mixes(), st.integers(1, 200_000))
def test_a_budget_makes_every_part_worth_an_order(mix: tuple[Weight, ...], budget: int) -> None:
    found = read_budget(str(budget), mix)
    if isinstance(found, Text):
        assert render(found, Language.ENGLISH)
        assert budget < least_budget(mix) or budget > 100_000
    else:
        assert all(budget * each.percent / 100 >= 5 for each in mix)
