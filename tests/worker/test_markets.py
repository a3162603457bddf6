"""Generated markets: whatever prices, splits, refusals, lost answers, the owner and crashes bring, in whatever order,

the Worker stays within its budget, its limits and the cash, sells nothing it did not buy, orders nothing twice, and
trades no more once it is paused. The modules run as they are, in Node, on a brokerage in memory (runs.mjs).
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.worker.markets import CLOSE, SCENARIOS
from tests.worker.runtime import ROOT

NODE = Path(sys.executable).with_name("node")
# The same examples in every normal run, so that what it catches today it catches tomorrow; others in a long one.
REPEATED = settings(derandomize=settings().max_examples <= 100)
Judge = Callable[[dict[str, Any]], list[str]]


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    """Plays a scenario and tells what was wrong with it."""
    command = [str(NODE), "tests/worker/runs.mjs"]
    pipe, null = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=null) as node:  # noqa: S603  (our own)
        stdin, stdout = node.stdin, node.stdout
        assert stdin is not None
        assert stdout is not None

        def played(scenario: dict[str, Any]) -> list[str]:
            stdin.write(json.dumps(scenario).encode() + b"\n")
            stdin.flush()
            wrong: list[str] = json.loads(stdout.readline())
            return wrong

        yield played
        stdin.close()
        node.wait(10)


@REPEATED
@given(scenario=SCENARIOS)
def test_no_market_makes_the_worker_break_its_rules(judge: Judge, scenario: dict[str, Any]) -> None:
    assert judge(scenario) == []


@REPEATED
@given(scenario=CLOSE)
def test_no_market_makes_the_worker_go_beyond_a_close_limit(judge: Judge, scenario: dict[str, Any]) -> None:
    assert judge(scenario) == []
