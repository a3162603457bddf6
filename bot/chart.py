"""Draws how a Worker's own shares have done: value over days, with what went into them beside it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from PIL import Image, ImageDraw, ImageFont

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


def draw(points: Sequence[Point], title: str) -> bytes:
    """Draw at least one point as a PNG of at most 60 kB. Raises ValueError without any."""
    if not points:
        raise ValueError("nothing to draw")
    image = Image.new("RGB", SIZE, GROUND)
    pen = ImageDraw.Draw(image)
    low, high = _bounds(points)
    _frame(pen, points, title, low, high)
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


def _frame(pen: ImageDraw.ImageDraw, points: Sequence[Point], title: str, low: Decimal, high: Decimal) -> None:
    large, small = ImageFont.load_default(34), ImageFont.load_default(24)
    pen.text((LEFT, 22), title, fill=INK, font=large)
    for step in range(STEPS + 1):
        amount = low + (high - low) * step / STEPS
        y = _y(amount, low, high)
        pen.line((LEFT, y, RIGHT, y), fill=FAINT, width=2)
        pen.text((LEFT - 14, y), f"${_short(amount)}", fill=INK, font=small, anchor="rm")
    pen.text((LEFT, BOTTOM + 16), points[0].date, fill=INK, font=small)
    if len(points) > 1:
        pen.text((RIGHT, BOTTOM + 16), points[-1].date, fill=INK, font=small, anchor="ra")
    y = SIZE[1] - 24
    pen.line((LEFT, y, LEFT + 60, y), fill=VALUE, width=5)
    pen.text((LEFT + 74, y), "worth", fill=INK, font=small, anchor="lm")
    _dashed(pen, (LEFT + 200, y), (LEFT + 260, y))
    pen.text((LEFT + 274, y), "invested", fill=INK, font=small, anchor="lm")


def _short(amount: Decimal) -> str:
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:.2f}"  # noqa: PLR2004  (cents matter below)


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
