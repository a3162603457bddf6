"""The key check as part of an operation: what Alpaca says of a pair, in the words of the conversation."""

from __future__ import annotations

from typing import assert_never

from bot.keycheck import Blocked, Busy, Check, Good, NotActive, Odd, OtherMode, Slow, Unreachable, WrongPair
from bot.operations.workshop import failed
from bot.runner.port import Outcome


def verdict(check: Check) -> Good | Outcome:
    """Give the account, or how the operation ends instead."""
    match check:
        case Good():
            return check
        case WrongPair():
            return failed("wrong_pair")
        case OtherMode():
            return failed("other_mode")
        case NotActive(status):
            return failed("account_not_active", detail=status)
        case Blocked(flag):
            return failed("account_blocked", detail=flag.replace("_", " "))
        case Slow():
            return failed("alpaca_slow")
        case Unreachable():
            return failed("alpaca_unreachable")
        case Busy():
            return failed("alpaca_busy")
        case Odd(status):
            return failed("alpaca_odd", detail=str(status))
    assert_never(check)
