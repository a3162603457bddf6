"""Asks Alpaca, with the pasted keys, whether the symbols of a plan can be bought in parts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from deploy.deployment import Keys
from deploy.wire import Answer, Composed, Http, Outgoing, exchange

SECONDS = 10.0
MOST_BYTES = 64 * 1024
OK, ABSENT, UNREADABLE = 200, 404, 422


class Flaw(StrEnum):
    """Why a symbol will not do, or why that is not known."""

    UNKNOWN = "symbol_unknown"
    UNTRADABLE = "symbol_untradable"
    WHOLE_ONLY = "symbol_whole_only"
    UNSURE = "alpaca_unreachable"


@dataclass(frozen=True, slots=True)
class Flawed:
    """A symbol and what is wrong with it."""

    symbol: str
    flaw: Flaw


async def first_flaw(http: Http, trading_url: str, keys: Keys, symbols: Sequence[str]) -> Flawed | None:
    """Find the first symbol that is not an active, tradable and fractionable share; None when all are. Never raises."""
    answers = await asyncio.gather(*(_ask(http, trading_url, keys, symbol) for symbol in symbols))
    return next((found for found in map(_read, symbols, answers) if found is not None), None)


async def _ask(http: Http, trading_url: str, keys: Keys, symbol: str) -> Answer | None:
    def compose() -> Composed:
        return Composed(headers={"APCA-API-KEY-ID": keys.key_id.reveal(), "APCA-API-SECRET-KEY": keys.secret.reveal()})

    url = f"{trading_url.rstrip('/')}/v2/assets/{symbol}"
    request = Outgoing(method="GET", url=url, compose=compose, seconds=SECONDS, most_bytes=MOST_BYTES)
    answer = await exchange(http, request)
    return answer if isinstance(answer, Answer) else None


def _read(symbol: str, answer: Answer | None) -> Flawed | None:
    if answer is not None and answer.status in {ABSENT, UNREADABLE}:
        return Flawed(symbol, Flaw.UNKNOWN)
    asset = _object(answer.body) if answer is not None and answer.status == OK else None
    if asset is None:
        return Flawed(symbol, Flaw.UNSURE)
    if asset.get("class") != "us_equity" or asset.get("status") != "active" or asset.get("tradable") is not True:
        return Flawed(symbol, Flaw.UNTRADABLE)
    return None if asset.get("fractionable") is True else Flawed(symbol, Flaw.WHOLE_ONLY)


def _object(body: bytes) -> dict[str, object] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
