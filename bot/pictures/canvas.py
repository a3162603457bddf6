"""A sheet to draw on, with the few things these pictures are made of. Sizes are pixels of the finished picture.

Everything is drawn three times as large and made smaller at the end, so that curves and letters are smooth.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from PIL import Image, ImageDraw, ImageFont

SCALE: Final = 3
WIDTH, HEIGHT = 720, 480
Colour = str

# Chosen to be told apart by lightness as well, on a light and on a dark chat background.
DESK: Final = "#5b6b7f"
PAPER: Final = "#f7f9fc"
LINE: Final = "#c3ccd8"
FAINT: Final = "#e4e9f0"
INK: Final = "#1d2733"
SOFT: Final = "#546378"
MARK: Final = "#d9480f"
MAIN: Final = "#1f6feb"
WHITE: Final = "#ffffff"


class Box(NamedTuple):
    """A rectangle: left, top, right, bottom."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> tuple[float, float]:
        """Its centre."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def grown(self, by: float) -> Box:
        """A rectangle larger by so much on each side."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)


@lru_cache(maxsize=32)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size * SCALE)


class Canvas:
    """One picture in the making."""

    def __init__(self) -> None:
        """Begin with an empty desk."""
        self._image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), DESK)
        self._draw = ImageDraw.Draw(self._image)

    def panel(self, box: Box, *, fill: Colour = PAPER, edge: Colour = LINE, radius: float = 10) -> None:
        """Draw a rounded rectangle."""
        self._draw.rounded_rectangle(_large(box), radius * SCALE, fill, edge, SCALE)

    def text(
        self, at: tuple[float, float], words: str, size: int = 16, *, ink: Colour = INK, anchor: str = "lm"
    ) -> None:
        """Write a line; `anchor` says which point of it is at `at`, in Pillow's letters (lm: left, middle)."""
        self._draw.text((at[0] * SCALE, at[1] * SCALE), words, ink, _font(size), anchor)

    def button(self, box: Box, words: str, *, fill: Colour = MAIN, ink: Colour = WHITE, size: int = 16) -> None:
        """Draw a button with its words in the middle."""
        self.panel(box, fill=fill, edge=fill, radius=8)
        self.text(box.middle, words, size, ink=ink, anchor="mm")

    def field(self, box: Box, words: str = "", *, ink: Colour = SOFT, size: int = 15) -> None:
        """Draw a field to type in or to copy from."""
        self.panel(box, fill=WHITE, radius=6)
        self.text((box.left + 12, box.middle[1]), words, size, ink=ink)

    def letters(self, at: tuple[float, float], count: int) -> None:
        """Draw what stands for letters and digits, from `at` to the right; dots would be those that hide them."""
        for turn in range(count):
            x, y, tall = at[0] + 12 * turn, at[1], (8, 6, 8, 7, 6, 8, 6)[turn % 7]
            self.panel(Box(x, y - tall, x + 7, y + 7), fill=INK, edge=INK, radius=2)

    def polygon(self, corners: Sequence[tuple[float, float]], fill: Colour) -> None:
        """Draw a shape with straight sides."""
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in corners], fill)

    def chevron(self, at: tuple[float, float]) -> None:
        """Draw the little arrow of something that unfolds."""
        x, y = at
        self.polygon([(x - 6, y - 3), (x + 6, y - 3), (x, y + 5)], SOFT)

    def arrow_down(self, start: tuple[float, float], length: float) -> None:
        """Draw an arrow that says: further down."""
        x, y = start
        self.panel(Box(x - 3, y, x + 3, y + length - 12), fill=MARK, edge=MARK, radius=3)
        self.polygon([(x - 12, y + length - 16), (x + 12, y + length - 16), (x, y + length)], MARK)

    def arrow_right(self, start: tuple[float, float], length: float) -> None:
        """Draw an arrow that says: and after that."""
        x, y = start
        self.panel(Box(x, y - 3, x + length - 12, y + 3), fill=WHITE, edge=WHITE, radius=3)
        self.polygon([(x + length - 16, y - 12), (x + length - 16, y + 12), (x + length, y)], WHITE)

    def copy_sign(self, at: tuple[float, float]) -> None:
        """Draw the sign for copying, two sheets one over the other, with its middle there."""
        x, y = at
        self.panel(Box(x - 9, y - 11, x + 4, y + 5), fill=MAIN, edge=MAIN, radius=3)
        self.panel(Box(x - 5, y - 6, x + 10, y + 12), fill=WHITE, edge=WHITE, radius=4)
        self.panel(Box(x - 3, y - 4, x + 8, y + 10), fill=MAIN, edge=MAIN, radius=3)

    def bars(self, box: Box, lines: int) -> None:
        """Draw grey bars where something stands that does not matter."""
        step = (box.bottom - box.top) / lines
        for line in range(lines):
            top = box.top + line * step
            right = box.right - (box.right - box.left) * (0.35 if line % 2 else 0.1)
            self.panel(Box(box.left, top, right, top + step * 0.45), fill=FAINT, edge=FAINT, radius=4)

    def ring(self, box: Box, number: str = "") -> None:
        """Draw the eye to a place: a thick ring, with a number beside it when there are several."""
        self._draw.rounded_rectangle(_large(box.grown(7)), 12 * SCALE, None, MARK, 4 * SCALE)
        if number:
            self._badge((box.right + 7, box.top - 7), number)

    def _badge(self, at: tuple[float, float], number: str) -> None:
        x, y, half = at[0] * SCALE, at[1] * SCALE, 15 * SCALE
        self._draw.ellipse((x - half, y - half, x + half, y + half), MARK, WHITE, 2 * SCALE)
        self.text(at, number, 17, ink=WHITE, anchor="mm")

    def png(self) -> bytes:
        """Give the finished picture."""
        small = self._image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        small.quantize(128).save(out, "PNG", optimize=True)
        return out.getvalue()


def _large(box: Box) -> tuple[float, float, float, float]:
    return box.left * SCALE, box.top * SCALE, box.right * SCALE, box.bottom * SCALE
