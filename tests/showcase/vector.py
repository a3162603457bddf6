"""The drawn pictures as vectors: the same strokes on another kind of canvas."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Final
from unittest.mock import patch

from bot.pictures import places
from bot.pictures.canvas import DESK, HEIGHT, INK, LINE, MARK, PAPER, WHITE, WIDTH, Box, Canvas, Colour

_ANCHORS: Final = {"l": "start", "m": "middle", "r": "end"}


class VectorCanvas(Canvas):
    """Notes each stroke as an SVG element."""

    def __init__(self) -> None:
        self._drawn = [f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{DESK}"/>']

    def panel(self, box: Box, *, fill: Colour = PAPER, edge: Colour = LINE, radius: float = 10) -> None:
        self._drawn.append(f'<rect {_at(box)} rx="{radius:g}" fill="{fill}" stroke="{edge}"/>')

    def text(
        self, at: tuple[float, float], words: str, size: int = 16, *, ink: Colour = INK, anchor: str = "lm"
    ) -> None:
        place = f'x="{at[0]:g}" y="{at[1]:g}" dy=".35em" text-anchor="{_ANCHORS[anchor[0]]}"'
        self._drawn.append(f'<text {place} font-size="{size}" fill="{ink}">{html.escape(words)}</text>')

    def polygon(self, corners: Sequence[tuple[float, float]], fill: Colour) -> None:
        points = " ".join(f"{x:g},{y:g}" for x, y in corners)
        self._drawn.append(f'<polygon points="{points}" fill="{fill}"/>')

    def ring(self, box: Box, number: str = "") -> None:
        self._drawn.append(f'<rect {_at(box.grown(5))} rx="10" fill="none" stroke="{MARK}" stroke-width="4"/>')
        if number:
            at = box.right + 7, box.top - 7
            circle = f'<circle cx="{at[0]:g}" cy="{at[1]:g}" r="15" fill="{MARK}" stroke="{WHITE}" stroke-width="2"/>'
            self._drawn.append(circle)
            self.text(at, number, 17, ink=WHITE, anchor="mm")

    def png(self) -> bytes:
        """Give the elements, in place of a picture's points."""
        return "".join(self._drawn).encode()


def _at(box: Box) -> str:
    return f'x="{box.left:g}" y="{box.top:g}" width="{box.right - box.left:g}" height="{box.bottom - box.top:g}"'


def drawn_as(png: bytes) -> str:
    """Give the vectors of a picture that the bot has sent. Raises StopIteration for one it did not draw."""
    name = next(name for name in places.PICTURES if places.picture(name) == png)
    with patch.object(places, "Canvas", VectorCanvas):
        strokes = places.PICTURES[name]().decode()
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">{strokes}</svg>'
