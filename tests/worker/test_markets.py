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
from hypothesis import given
from hypothesis import strategies as st

from tests.worker.runtime import ROOT

NODE = Path(sys.executable).with_name("node")
Judge = Callable[[dict[str, Any]], list[str]]

SYMBOLS = ["AAA", "BBB", "CCC"]
NUMBER = st.integers(0, 2)
PLACE = st.sampled_from(
    [
        "post",
        "post",
        "post",
        "by_client_order_id",
        "/v2/clock",
        "/v2/account",
        "/v2/positions",
        "/v2/orders",
        "/v2/stocks",
    ]
)
KIND = st.sampled_from(["cut", "lost", "html", "empty", "busy", "keys"])
REFUSAL = st.sampled_from(
    [
        "insufficient buying power",
        "insufficient qty available for order",
        "potential wash trade detected. use complex orders",
        "new orders are rejected by user request",
        "requested asset is not fractionable",
        "cost basis must be >= minimal amount of order 1",
        "client_order_id must be no more than 128 characters",
        "something new",
    ]
)


def step(name: str, *how: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(st.just(name), *how)


STEPS = st.one_of(
    step("tick"),
    step("tick"),
    step("tick"),
    step("again"),
    step("dry"),
    step("day", st.integers(1, 12), st.integers(576, 940)),
    step("day", st.just(1), st.just(600)),
    step("move", NUMBER, st.integers(50, 200)),
    step("move", NUMBER, st.integers(85, 118)),
    step("move", NUMBER, st.integers(85, 118)),
    step("split", NUMBER, st.integers(2, 20), st.just(1)),
    step("split", NUMBER, st.just(1), st.integers(2, 20)),
    step("split", NUMBER, st.just(3), st.just(2)),
    step("buy", NUMBER, st.integers(100, 50_000)),
    step("sell", NUMBER, st.integers(1, 100)),
    step("deposit", st.integers(-60_000, 60_000)),
    step("fills", st.sampled_from(["whole", "half", "hold"])),
    step("goOn", st.sampled_from(["all", "half", "cancel"])),
    step("fault", PLACE, KIND),
    step("fault", st.just("post"), st.just("refuse"), st.sampled_from([403, 422]), REFUSAL),
    step("restart"),
    step("crash", PLACE, st.sampled_from(["gone", "crash"])),
    step("pause"),
    step("resume"),
    step("resume"),
    step("keys", st.booleans()),
    step("suspend", st.booleans()),
)
WEIGHTS = st.sampled_from(
    [{"AAA": 60, "BBB": 40}, {"AAA": 34, "BBB": 33, "CCC": 33}, {"AAA": 100}, {"AAA": 5, "CCC": 50}]
)
PLANS = st.one_of(
    st.builds(
        lambda symbols, amount, every: {"kind": "recurring", "symbols": symbols, "amount": amount, "every": every},
        st.sampled_from([["AAA"], SYMBOLS]),
        st.sampled_from(["1.00", "10.00", "33.33"]),
        st.sampled_from(["day", "week"]),
    ),
    st.builds(lambda weights, band: {"kind": "mix", "weights": weights, "band": band}, WEIGHTS, st.integers(1, 10)),
    st.builds(
        lambda weights, band, months: {"kind": "trend", "weights": weights, "band": band, "months": months},
        WEIGHTS,
        st.integers(1, 10),
        st.integers(1, 12),
    ),
)
DOLLARS = st.sampled_from(["5.00", "50.00", "333.33", "333.33"])
CEILINGS = st.fixed_dictionaries(
    {
        "per_order": DOLLARS,
        "per_day": st.sampled_from(["20.00", "500.00", "500.00"]),
        "budget": st.sampled_from(["50.00", "300.00", "1000.00"]),
        "symbols": st.sampled_from([SYMBOLS, ["AAA", "BBB"]]),
    },
    optional={
        "per_symbol": st.sampled_from(["40.00", "200.00"]),
        "cash_kept": st.sampled_from(["100.00", "950.00"]),
        "daily_loss": st.sampled_from(["2.00", "25.00"]),
    },
)
SCENARIOS = st.fixed_dictionaries(
    {
        "plan": PLANS,
        "ceilings": CEILINGS,
        "cash": st.sampled_from([30_000, 100_000]),
        "seed": st.integers(1, 10_000),
        "steps": st.lists(STEPS, min_size=15, max_size=60),
    }
)


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


@given(scenario=SCENARIOS)
def test_no_market_makes_the_worker_break_its_rules(judge: Judge, scenario: dict[str, Any]) -> None:
    assert judge(scenario) == []
