"""Draws how a Worker's own shares have done: value over days, with what went into them beside it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from bot.texts.direction import without
from bot.texts.formats import day, money
from flows.languages import Language
from flows.words import Day, Money

SIZE: Final = (1000, 560)
LEFT, TOP, RIGHT, BOTTOM = 120, 84, 960, 470
# One picture for light and dark chats: a quiet ground of its own, strong contrast on it (4.5:1 and more).
GROUND, INK, FAINT, VALUE, INVESTED = "#f7f8fa", "#1d2733", "#c9d0d8", "#0b62c4", "#5b6672"
STEPS = 4
DASH = 14


@dataclass(frozen=True, slots=True)
class Point:
    """One trading day: its date (ISO), and US dollars."""

    date: str
    value: Decimal
    invested: Decimal


def draw(points: Sequence[Point], title: str, language: Language) -> bytes:
    """Draw at least one point as a PNG of at most 60 kB, without a word: what the lines are is said in its caption.

    Sums and dates are written as in `language`. Raises ValueError without any point.
    """
    if not points:
        raise ValueError("nothing to draw")
    image = Image.new("RGB", SIZE, GROUND)
    pen = ImageDraw.Draw(image)
    low, high = _bounds(points)
    _frame(pen, points, title, (low, high), language)
    spots = [_x(index, len(points)) for index in range(len(points))]
    invested = [(x, _y(point.invested, low, high)) for x, point in zip(spots, points, strict=True)]
    value = [(x, _y(point.value, low, high)) for x, point in zip(spots, points, strict=True)]
    for start, end in pairwise(invested):
        _dashed(pen, start, end)
    if len(value) > 1:
        pen.line(value, fill=VALUE, width=5, joint="curve")
    x, y = value[-1]
    pen.ellipse((x - 8, y - 8, x + 8, y + 8), fill=VALUE)
    png = io.BytesIO()
    image.quantize(colors=32, dither=Image.Dither.NONE).save(png, "PNG", optimize=True)
    return png.getvalue()


def _bounds(points: Sequence[Point]) -> tuple[Decimal, Decimal]:
    sums = [amount for point in points for amount in (point.value, point.invested)]
    low, high = min(sums), max(sums)
    room = max((high - low) / 10, high / 100, Decimal(1))
    return max(Decimal(0), low - room), high + room


def _x(index: int, count: int) -> float:
    return (LEFT + RIGHT) / 2 if count == 1 else LEFT + (RIGHT - LEFT) * index / (count - 1)


def _y(amount: Decimal, low: Decimal, high: Decimal) -> float:
    return float(BOTTOM - (BOTTOM - TOP) * (amount - low) / (high - low))


def _frame(
    pen: ImageDraw.ImageDraw, points: Sequence[Point], title: str, bounds: tuple[Decimal, Decimal], language: Language
) -> None:
    low, high = bounds
    large, small = ImageFont.load_default(34), ImageFont.load_default(24)
    pen.text((LEFT, 22), title, fill=INK, font=large)
    for step in range(STEPS + 1):
        amount = low + (high - low) * step / STEPS
        y = _y(amount, low, high)
        pen.line((LEFT, y, RIGHT, y), fill=FAINT, width=2)
        pen.text((LEFT - 14, y), _short(amount, language), fill=INK, font=small, anchor="rm")
    pen.text((LEFT, BOTTOM + 16), _date(points[0], language), fill=INK, font=small)
    if len(points) > 1:
        pen.text((RIGHT, BOTTOM + 16), _date(points[-1], language), fill=INK, font=small, anchor="ra")


def _short(amount: Decimal, language: Language) -> str:
    whole = amount >= 100  # noqa: PLR2004  (cents matter below)
    return _drawable(money(Money(f"{amount:.0f}" if whole else f"{amount:.2f}", whole=whole), language))


def _date(point: Point, language: Language) -> str:
    """Write a date in figures where the font has no letters for the months of a language."""
    written = _drawable(day(Day(point.date), language))
    return written if written.isascii() else point.date


def _drawable(written: str) -> str:
    """Leave the signs out that only set directions, and put plain blanks for the others."""
    return " ".join(without(written).split())


def _dashed(pen: ImageDraw.ImageDraw, start: tuple[float, float], end: tuple[float, float]) -> None:
    (x1, y1), (x2, y2) = start, end
    length = max(1.0, ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5)
    if length <= DASH:  # many days stand close together: every other step is drawn
        if int(x1 // DASH) % 2 == 0:
            pen.line((x1, y1, x2, y2), fill=INVESTED, width=3)
        return
    for at in range(0, int(length), 2 * DASH):
        a, b = at / length, min(1.0, (at + DASH) / length)
        pen.line(
            (x1 + (x2 - x1) * a, y1 + (y2 - y1) * a, x1 + (x2 - x1) * b, y1 + (y2 - y1) * b), fill=INVESTED, width=3
        )
