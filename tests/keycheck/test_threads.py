from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from bot.alpaca import Answer, Reach, ask_account, load
from bot.keycheck import Busy, Good, KeyChecker, Slow
from deploy.secret import Secret

Pair = tuple[Secret, Secret]


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110  (it watches another thread)
            await asyncio.sleep(0.005)


@pytest.mark.asyncio
async def test_checks_run_side_by_side_without_holding_up_the_loop(checker: KeyChecker, paper: Any, pair: Pair) -> None:
    paper.answer = None
    checks = [asyncio.create_task(checker.check(*pair, "paper")) for _ in range(8)]
    await until(lambda: len(paper.seen) == 8)
    paper.says({"id": "1", "status": "ACTIVE"})
    assert all(isinstance(found, Good) for found in await asyncio.gather(*checks))


@pytest.mark.asyncio
async def test_beyond_the_queue_it_is_busy_and_later_free_again(paper: Any, live: Any, pair: Pair) -> None:
    checker = KeyChecker(paper.url, live.url, threads=1, waiting=1, deadline=5, timeouts=(1, 4))
    paper.answer = None
    first = asyncio.create_task(checker.check(*pair, "paper"))
    second = asyncio.create_task(checker.check(*pair, "paper"))
    await until(lambda: len(paper.seen) == 1)
    assert await checker.check(*pair, "paper") == Busy()
    paper.says({"id": "1", "status": "ACTIVE"})
    assert isinstance(await first, Good)
    assert isinstance(await second, Good)
    assert isinstance(await checker.check(*pair, "paper"), Good)


@pytest.mark.asyncio
async def test_the_deadline_ends_the_wait_and_a_hung_thread_keeps_its_slot(paper: Any, live: Any, pair: Pair) -> None:
    checker = KeyChecker(paper.url, live.url, threads=1, waiting=4, deadline=0.2, timeouts=(1, 4))
    paper.answer = None
    assert await checker.check(*pair, "paper") == Slow()
    assert await checker.check(*pair, "paper") == Busy()  # waited for the only thread until its own deadline
    assert len(paper.seen) == 1
    paper.says({"id": "1", "status": "ACTIVE"})
    async with asyncio.timeout(5):
        while not isinstance(await checker.check(*pair, "paper"), Good):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.mark.asyncio
async def test_a_cancelled_check_leaves_the_checker_usable(paper: Any, live: Any, pair: Pair) -> None:
    checker = KeyChecker(paper.url, live.url, threads=1, waiting=0, deadline=5, timeouts=(1, 4))
    paper.answer = None
    check = asyncio.create_task(checker.check(*pair, "paper"))
    await until(lambda: len(paper.seen) == 1)
    check.cancel()
    with pytest.raises(asyncio.CancelledError):
        await check
    paper.says({"id": "1", "status": "ACTIVE"})
    assert isinstance(await checker.check(*pair, "paper"), Good)


def test_threads_are_daemons_and_outlive_their_loop_quietly(paper: Any, live: Any, pair: Pair) -> None:
    paper.answer = None
    checker = KeyChecker(paper.url, live.url, deadline=0.1, timeouts=(1, 4))
    assert asyncio.run(checker.check(*pair, "paper")) == Slow()
    hung = [thread for thread in threading.enumerate() if thread.name == "key check"]
    assert hung
    assert all(thread.daemon for thread in hung)
    paper.says({})
    for thread in hung:
        thread.join(5)
        assert not thread.is_alive()


def test_the_private_attributes_the_wrapper_needs_exist() -> None:
    load()
    from alpaca.trading.client import TradingClient  # noqa: PLC0415  (importing it first warns)

    client = TradingClient("a", "b", url_override="http://127.0.0.1:1", raw_data=True)
    assert isinstance(client._session, requests.Session)
    assert isinstance(client._retry, int)
    assert callable(client._session.request)


def test_one_request_even_when_alpaca_asks_for_patience(paper: Any, pair: Pair) -> None:
    paper.says({"code": 42910000, "message": "rate limit"}, 429, Retry_After="1")
    started = time.monotonic()
    answer = ask_account(paper.url, *pair, (1, 1))
    assert (answer.reach, answer.status, len(paper.seen)) == (Reach.ANSWERED, 429, 1)
    assert time.monotonic() - started < 2


def test_a_check_costs_little_processor_time(paper: Any, pair: Pair) -> None:
    paper.says({"id": "1", "status": "ACTIVE"})
    ask_account(paper.url, *pair, (1, 1))
    before = time.thread_time()
    for _ in range(20):
        assert ask_account(paper.url, *pair, (1, 1)).status == 200
    assert (time.thread_time() - before) / 20 < 0.02


def test_an_address_that_makes_no_sense_is_unreached(pair: Pair) -> None:
    assert ask_account("nonsense", *pair, (1, 1)) == Answer(Reach.UNREACHED)


def test_alpacas_library_waits_until_somebody_is_on_the_way_to_a_check() -> None:
    told = """
import sys, threading
from bot.keycheck import KeyChecker
checker = KeyChecker("http://127.0.0.1:1", "http://127.0.0.1:1")
assert "alpaca" not in sys.modules
checker.prepare()
checker.prepare()
loading = [each for each in threading.enumerate() if each.name == "key check import"]
assert len(loading) == 1
loading[0].join()
assert "alpaca.trading.client" in sys.modules
"""
    subprocess.run([sys.executable, "-c", told], check=True, timeout=60)  # noqa: S603
