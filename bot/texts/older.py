"""Texts that earlier versions have stored: in them a sum is a plain number, before which the wording had its "$"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

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
