"""Symbols, asked of Alpaca's stand-in with the pasted keys."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio

from bot.keycheck.symbols import Flaw, Flawed, first_flaw
from deploy.deployment import Keys
from deploy.secret import Secret
from deploy.wire import Http, open_http
from sandbox.alpaca.accounts import Mode
from sandbox.alpaca.server import ServedAlpaca


@pytest.fixture(scope="module")
def alpaca() -> Iterator[ServedAlpaca]:
    with ServedAlpaca() as served:
        yield served


@pytest.fixture(scope="module")
def keys(alpaca: ServedAlpaca) -> Keys:
    _, pair = alpaca.open_account(Mode.PAPER)
    return Keys(Secret(pair.key_id), Secret(pair.secret))


@pytest_asyncio.fixture
async def http() -> AsyncIterator[Http]:
    async with open_http() as client:
        yield client


@pytest.mark.asyncio
async def test_good_symbols_have_no_flaw(alpaca: ServedAlpaca, keys: Keys, http: Http) -> None:
    assert await first_flaw(http, alpaca.paper_url, keys, ["VTI", "BND", "VXUS"]) is None
    assert await first_flaw(http, alpaca.paper_url, keys, []) is None


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("symbol", "flaw"),
    [("XYZQ", Flaw.UNKNOWN), ("HALTD", Flaw.UNTRADABLE), ("GONE", Flaw.UNTRADABLE), ("WHOLE", Flaw.WHOLE_ONLY)],
)
async def test_the_first_bad_symbol_is_named(
    alpaca: ServedAlpaca, keys: Keys, http: Http, symbol: str, flaw: Flaw
) -> None:
    assert await first_flaw(http, alpaca.paper_url, keys, ["VTI", symbol, "BND"]) == Flawed(symbol, flaw)


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", ["html", "empty", "cut", "status", "rate_limit"])
async def test_trouble_at_alpaca_is_not_the_symbols_fault(
    alpaca: ServedAlpaca, keys: Keys, http: Http, kind: str
) -> None:
    async with httpx.AsyncClient(trust_env=False) as hand:
        rule = {"kind": kind, "path": "/v2/assets/VTI"}
        (await hand.post(f"{alpaca.paper_url}/_sandbox/faults", json=rule)).raise_for_status()
        assert await first_flaw(http, alpaca.paper_url, keys, ["VTI"]) == Flawed("VTI", Flaw.UNSURE)


@pytest.mark.asyncio
async def test_neither_key_is_logged(
    alpaca: ServedAlpaca, keys: Keys, http: Http, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await first_flaw(http, alpaca.paper_url, keys, ["VTI"])
        await first_flaw(http, "http://127.0.0.1:9", keys, ["VTI"])
    assert "v2/assets" in caplog.text
    assert keys.key_id.reveal() not in caplog.text
    assert keys.secret.reveal() not in caplog.text
