"""The chart: whatever the days were, a picture a phone can show, small, and readable on light and dark."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.chart import FAINT, GROUND, INK, INVESTED, SIZE, VALUE, Point, draw
from flows.languages import Language

MONEY = st.decimals(0, 100_000, places=2, allow_nan=False, allow_infinity=False)
DAYS = st.lists(st.tuples(MONEY, MONEY), min_size=1, max_size=365)


def points(sums: list[tuple[Decimal, Decimal]]) -> list[Point]:
    return [Point(f"2026-01-{1 + index % 28:02d}", value, invested) for index, (value, invested) in enumerate(sums)]


@given(DAYS)
@settings(max_examples=25, deadline=None)
def test_any_days_make_a_small_picture(sums: list[tuple[Decimal, Decimal]]) -> None:
    png = draw(points(sums), "PAPER  soar-paper-ab12cd34", Language.ENGLISH)
    assert len(png) <= 60_000
    image = Image.open(io.BytesIO(png))
    assert (image.format, image.size) == ("PNG", SIZE)


def test_both_lines_are_in_it() -> None:
    sums = [(Decimal(100 + 3 * day), Decimal(100 + day)) for day in range(30)]
    image = Image.open(io.BytesIO(draw(points(sums), "PAPER", Language.ENGLISH))).convert("RGB")
    seen = {colour for _, colour in image.getcolors(1 << 20) or []}
    assert {_rgb(VALUE), _rgb(INVESTED), _rgb(GROUND)} <= seen
    assert image.getpixel((2, 2)) == _rgb(GROUND)


def test_a_rise_is_drawn_upwards() -> None:
    image = Image.open(
        io.BytesIO(draw(points([(Decimal(10), Decimal(10)), (Decimal(90), Decimal(10))]), "", Language.ARABIC))
    ).convert("RGB")
    blue = [(x, y) for x in range(130, 950, 10) for y in range(90, 465) if image.getpixel((x, y)) == _rgb(VALUE)]
    assert min(blue)[1] > max(blue)[1]


@pytest.mark.parametrize("colour", [INK, VALUE, INVESTED])
def test_what_is_to_be_read_stands_out_from_the_ground(colour: str) -> None:
    assert _contrast(colour, GROUND) >= 4.5
    assert _contrast(FAINT, GROUND) < 2


def test_no_days_are_no_picture() -> None:
    with pytest.raises(ValueError, match="nothing"):
        draw([], "", Language.ENGLISH)


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def _contrast(one: str, two: str) -> float:
    def luminance(colour: str) -> float:
        parts = [part / 255 for part in _rgb(colour)]
        red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
