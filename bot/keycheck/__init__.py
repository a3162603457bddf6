"""Is this pair of keys good, and for which mode: asked of Alpaca, answered in one of nine ways."""

from bot.keycheck.checker import KeyChecker
from bot.keycheck.outcomes import (
    Blocked,
    Busy,
    Check,
    Good,
    Mode,
    NotActive,
    Odd,
    OtherMode,
    Slow,
    Unreachable,
    WrongPair,
)

__all__ = [
    "Blocked",
    "Busy",
    "Check",
    "Good",
    "KeyChecker",
    "Mode",
    "NotActive",
    "Odd",
    "OtherMode",
    "Slow",
    "Unreachable",
    "WrongPair",
]
