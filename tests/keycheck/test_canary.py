"""Whatever happens to a check, neither key shows up in anything that is printed, logged, dumped or kept."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import logging
import pickle
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest

from bot.alpaca import ask_account
from bot.keycheck import KeyChecker, Slow
from deploy.secret import Secret

Pair = tuple[Secret, Secret]
ACCOUNT = {"id": "1", "status": "ACTIVE"}
ANSWERS: list[tuple[Any, int]] = [
    (ACCOUNT, 200),
    ({**ACCOUNT, "status": "INACTIVE"}, 200),
    ({**ACCOUNT, "account_blocked": True}, 200),
    ({}, 200),
    ("<html>", 200),
    ("", 200),
    ("", 302),
    ({"message": "unauthorized"}, 401),
    ({"message": "slow down"}, 429),
    ("<html>", 504),
    ({"message": "teapot"}, 418),
]


class Everything(logging.Handler):
    """Keeps all that any logger says, with exceptions, in full."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(f"{record.getMessage()} {record.__dict__}")
        if record.exc_info and record.exc_info[1]:
            self.said += traceback.format_exception(record.exc_info[1])


@pytest.fixture
def everything() -> Any:
    handler, root = Everything(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


def shows(text: str, pair: tuple[Secret, Secret]) -> bool:
    return any(one.reveal() in text or one.reveal()[4:-4] in text for one in pair)


def test_the_search_itself_finds_a_leak(everything: Everything, pair: Pair) -> None:
    logging.getLogger("urllib3").debug("sent %s", pair[1].reveal())
    assert shows("".join(everything.said), pair)


@pytest.mark.parametrize(("body", "status"), ANSWERS)
def test_no_outcome_shows_a_key(  # noqa: PLR0917
    checker: KeyChecker, paper: Any, pair: Pair, everything: Everything, capfd: Any, body: Any, status: int
) -> None:
    echo = f"{pair[0].reveal()} {pair[1].reveal()}"
    paper.says({**body, "echo": echo} if isinstance(body, dict) else body and body + echo, status)
    found = asyncio.run(checker.check(*pair, "paper"), debug=True)
    logging.getLogger("soar").warning("check ended: %r %s", found, found)
    out, err = capfd.readouterr()
    assert everything.said
    assert not shows("".join([repr(found), str(found), out, err, *everything.said]), pair)
    assert pair[0].reveal().encode() not in pickle.dumps(found)


def test_no_failure_below_http_shows_a_key(pair: Pair, everything: Everything, capfd: Any) -> None:
    for url in ("http://127.0.0.1:9", "nonsense", "https://127.0.0.1:9", "http://[bad", ""):
        answer = ask_account(url, *pair, (0.2, 0.2))
        assert not shows(repr(answer), pair)
    for odd in ("line\nbreak-{}", "not-latin-ж-{}"):
        broken = (Secret(odd.format(pair[0].reveal())), Secret(odd.format(pair[1].reveal())))
        assert not shows(repr(ask_account("http://127.0.0.1:9", *broken, (0.2, 0.2))), pair)
    out, err = capfd.readouterr()
    assert not shows("".join([out, err, *everything.said]), pair)


def test_a_dump_of_all_threads_during_a_hung_check_shows_no_key(
    paper: Any, live: Any, pair: Pair, everything: Everything, tmp_path: Path
) -> None:
    paper.answer = None
    checker = KeyChecker(paper.url, live.url, deadline=0.3, timeouts=(1, 4))
    dump = tmp_path / "threads"

    async def hang() -> object:
        check = asyncio.create_task(checker.check(*pair, "paper"))
        async with asyncio.timeout(5):
            while not paper.seen:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        with dump.open("w") as file:
            faulthandler.dump_traceback(file)
        everything.said += [repr(task) for task in asyncio.all_tasks()]
        return await check

    assert asyncio.run(hang(), debug=True) == Slow()
    assert "ask_account" in dump.read_text()
    assert not shows(dump.read_text() + "".join(everything.said), pair)


@pytest.mark.parametrize(("body", "status"), ANSWERS)
def test_nothing_that_held_the_keys_waits_for_the_garbage_collector(
    paper: Any, pair: Pair, body: Any, status: int
) -> None:
    ask_account(paper.url, *pair, (1, 1))  # imports
    paper.says(body, status)
    gc.collect()
    gc.disable()
    try:
        others = holders()  # a thread of another test may still wait for an answer
        ask_account(paper.url, *pair, (1, 1))
        left = [type(one) for one in holders() if not any(one is other for other in others)]
    finally:
        gc.enable()
    assert left == []


HOLDERS = {"TradingClient", "Session", "PreparedRequest", "Response", "APIError"}


def holders() -> list[object]:
    """Find the library's objects that may hold keys."""
    found = [one for one in gc.get_objects() if type(one).__name__ in HOLDERS]
    return [one for one in found if type(one).__module__.partition(".")[0] in {"requests", "alpaca"}]


def test_the_library_is_imported_only_when_needed() -> None:
    program = (
        "import sys, bot.keycheck; print([name for name in ('alpaca', 'requests', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"
