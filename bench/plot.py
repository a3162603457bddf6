"""Draws how long a secret stays in the chat, by who reads it: bars on a logarithmic scale, as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any, Final

LEFT, RIGHT, TOP, ROW, GAP = 190, 90, 64, 16, 18
WIDTH: Final = 760
LOWEST, HIGHEST = 1.0, 1_000_000.0  # milliseconds
MARKS: Final = ((1, "1 ms"), (10, "10 ms"), (100, "100 ms"), (1_000, "1 s"), (10_000, "10 s"), (100_000, "100 s"))
RUNS: Final = (("steady", "#2f6f9f"), ("burst", "#e0a030"), ("flood", "#b5452c"))
STYLE: Final = "font-family:system-ui,sans-serif;font-size:12px"


def _x(milliseconds: float) -> float:
    share = math.log10(max(LOWEST, milliseconds) / LOWEST) / math.log10(HIGHEST / LOWEST)
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _text(x: float, y: float, words: str, anchor: str = "start", more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#222"{more}>{escape(words)}</text>'


def _said(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.1f} s" if milliseconds >= 1000 else f"{milliseconds:.0f} ms"


def draw(all_found: Sequence[dict[str, Any]], people: int, many: int) -> str:
    """Draw the p99 of each run of each of them."""
    bottom = TOP + len(all_found) * (len(RUNS) * ROW + GAP)
    words = {
        "steady": f"{people} chats, 1 s between steps",
        "burst": f"{people} secrets at once",
        "flood": f"{many:,} secrets at once",
    }
    title = "Time until a pasted secret is deleted, 99th percentile"
    box = f'viewBox="0 0 {WIDTH} {bottom + 20}" style="{STYLE}" role="img" aria-label="{title}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {box}>',
        f'<rect width="{WIDTH}" height="{bottom + 20}" fill="#fff"/>',
        _text(10, 20, title, more=' font-weight="bold"'),
    ]
    x = 10.0
    for name, colour in RUNS:
        parts.append(f'<rect x="{x:.0f}" y="32" width="11" height="11" fill="{colour}"/>')
        parts.append(_text(x + 16, 42, words[name]))
        x += 40 + 6.6 * len(words[name])
    for at, label in MARKS:
        parts.append(f'<path d="M{_x(at):.1f} {TOP}V{bottom}" stroke="#ddd"/>')
        parts.append(_text(_x(at), bottom + 14, label, "middle"))
    for number, each in enumerate(all_found):
        y = TOP + number * (len(RUNS) * ROW + GAP) + GAP / 2
        parts.append(_text(LEFT - 8, y + len(RUNS) * ROW / 2 + 4, each["name"], "end"))
        for place, (name, colour) in enumerate(RUNS):
            took = each[name]["p99"]
            more = "≥ " if each[name].get("waiting") else ""
            top = y + place * ROW
            parts.append(
                f'<rect x="{LEFT}" y="{top:.1f}" width="{_x(took) - LEFT:.1f}" height="{ROW - 3}" fill="{colour}"/>'
            )
            parts.append(_text(_x(took) + 5, top + ROW - 6, more + _said(took)))
    return "\n".join([*parts, "</svg>", ""])
