"""Texts that earlier versions have stored, with other slots than today's wordings have: notices, consents, news."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flows.words import Money, Slot, Span

# In these a sum was a plain number, before which the wording had its "$".
OLD_SUMS: Final[Mapping[str, tuple[str, ...]]] = {
    "plan.recurring_day": ("amount",),
    "plan.recurring_week": ("amount",),
    "plan.mix": ("budget",),
    "plan.trend": ("budget",),
    "review.limits": ("per_order", "per_day", "budget"),
    "review.limits_mix": ("budget",),
    "notice.beyond_per_order": ("most",),
    "notice.beyond_per_day": ("most",),
    "notice.beyond_budget": ("most",),
    "notice.beyond_limit": ("most",),
    "notice.below_floor": ("least",),
}


def renewed(message: str, values: Mapping[str, Slot]) -> Mapping[str, Slot]:
    """Give a message's slots as its wording has them today."""
    if sums := OLD_SUMS.get(message):
        values = {name: _sum(value) if name in sums else value for name, value in values.items()}
    match message, values:
        case "news.silent", {"minutes": int(minutes)}:
            return {"span": Span(60 * minutes), **values}
        case "consent.copy", {"at": str()}:
            return {"zone": "UTC", **values}
    return values


def _sum(value: Slot) -> Slot:
    return Money(value) if isinstance(value, str) else value
