"""Quantiles, medians over runs, and the lines that show them."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median


def quantile(values: Iterable[float], share: float) -> float:
    """Give a quantile; not a number for no values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def over_runs(values: list[float], unit: str, digits: int = 0) -> str:
    """Write the median of several runs, with the lowest and highest behind it."""
    middle = f"{median(values):.{digits}f} {unit}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def times(name: str, runs: list[list[float]], remark: str = "") -> str:
    """Write one row of quantiles, in milliseconds; the figures are medians over the runs."""
    known = [run for run in runs if run]
    cells = [f"{name:<42}"]
    for share in (0.5, 0.9, 0.99):
        found = [1000 * quantile(run, share) for run in known]
        cells.append(f"p{round(100 * share)} {median(found):7.1f}" if found else "-")
    longest = max((1000 * max(run) for run in known), default=float("nan"))
    cells.append(f"max {longest:7.1f} ms")
    return "  " + "  ".join(cells) + (f"  {remark}" if remark else "")
