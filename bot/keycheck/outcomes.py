"""The ways a key check can end, and how an answer of Alpaca is read as one of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal, assert_never

from bot.alpaca import OK, Answer, Reach

Mode = Literal["paper", "live"]


@dataclass(frozen=True, slots=True)
class Good:
    """The keys belong to an account that can trade. Money is in `currency`; None where Alpaca did not say."""

    account_id: str
    account_ending: str
    status: str
    currency: str
    cash: Decimal | None
    equity: Decimal | None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class WrongPair:
    """Alpaca does not know the pair; `other_mode_seen` is false when the other mode could not be asked."""

    other_mode_seen: bool = True
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class OtherMode:
    """The pair is good, but for the other mode, `found`."""

    found: Mode
    account_ending: str
    status: str
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class NotActive:
    """The keys are right, the account cannot trade: its status is not ACTIVE."""

    status: str
    account_ending: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Blocked:
    """The keys are right, but trading is off: by Alpaca (account_blocked, trading_blocked) or by the user."""

    flag: str
    account_ending: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Slow:
    """No answer in time, or too many requests: trying again in a minute makes sense."""

    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No connection, or an answer that is not Alpaca's own, such as a proxy's page; `status` if there was one."""

    status: int | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Busy:
    """Soar itself has too many checks under way; nothing was asked."""


@dataclass(frozen=True, slots=True)
class Odd:
    """Alpaca answered something that has no meaning here."""

    status: int
    request_id: str = ""


Check = Good | WrongPair | OtherMode | NotActive | Blocked | Slow | Unreachable | Busy | Odd

_ACCOUNT_ID: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_STATUS: Final = re.compile(r"[A-Z_]{1,40}")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_ENDING: Final = re.compile(r"[A-Za-z0-9]{4}$")
# Transfers that are blocked do not keep a bot from trading.
_FLAGS: Final = ("account_blocked", "trading_blocked", "trade_suspended_by_user")

_REFUSED: Final = (401, 403)
_LATER: Final = (408, 429, 504)
_CLIENT_ERRORS: Final = range(400, 500)


def refused(answer: Answer) -> bool:
    """Whether the trading API itself says that it does not know the pair."""
    return answer.status in _REFUSED and not answer.page


def read(answer: Answer) -> Check:
    """What the answer of the chosen mode's host means."""
    match answer.reach:
        case Reach.SLOW:
            return Slow()
        case Reach.UNREACHED:
            return Unreachable()
        case Reach.NOT_ASKED:
            return Busy()
        case Reach.ANSWERED:
            return _read_answered(answer, answer.status or 0)
    assert_never(answer.reach)


def read_other(answer: Answer, other: Mode, request_id: str) -> WrongPair | OtherMode:
    """What the other mode's host has to say about a pair that the chosen one refused with `request_id`."""
    if refused(answer):
        return WrongPair(request_id=request_id)
    account = _read_account(answer) if answer.status == OK else None
    if account is None:
        return WrongPair(other_mode_seen=False, request_id=request_id)
    return OtherMode(other, account.account_ending, account.status, account.request_id)


def _read_answered(answer: Answer, status: int) -> Check:
    if refused(answer):
        return WrongPair(request_id=answer.request_id)
    if status in _LATER:
        return Slow(answer.request_id)
    if answer.body is None and not (status in _CLIENT_ERRORS and not answer.page):
        return Unreachable(status, answer.request_id)
    if status >= 500:  # noqa: PLR2004
        return Unreachable(status, answer.request_id)
    account = _read_account(answer) if status == OK else None
    return Odd(status, answer.request_id) if account is None else _able(account, answer.body or {})


def _read_account(answer: Answer) -> Good | None:
    """The account as Alpaca describes it; None without an id and a status, the only fields it always sends."""
    body = answer.body or {}
    account_id, status = body.get("id"), body.get("status")
    if not isinstance(account_id, str) or not _ACCOUNT_ID.fullmatch(account_id) or not isinstance(status, str):
        return None
    currency = body.get("currency")
    return Good(
        account_id=account_id,
        account_ending=_ending(body.get("account_number")) or _ending(account_id),
        status=status if _STATUS.fullmatch(status) else "UNKNOWN",
        currency=currency if isinstance(currency, str) and _CURRENCY.fullmatch(currency) else "USD",
        cash=_money(body.get("cash")),
        equity=_money(body.get("equity")),
        request_id=answer.request_id,
    )


def _able(account: Good, body: Mapping[str, Any]) -> Check:
    if account.status != "ACTIVE":
        return NotActive(account.status, account.account_ending, account.request_id)
    for flag in _FLAGS:
        if body.get(flag) not in (None, False, "false"):
            return Blocked(flag, account.account_ending, account.request_id)
    return account


def _ending(value: object) -> str:
    found = _ENDING.search(value) if isinstance(value, str) else None
    return found.group() if found else ""


def _money(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None
