"""Scenarios for the Worker's modules: plans, limits and what may happen to them, drawn by hypothesis.

`SCENARIOS` are of every kind; `CLOSE` are those whose limits matter at every step.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

SYMBOLS = ["AAA", "BBB", "CCC"]
NUMBER = st.integers(0, 2)
PLACE = st.sampled_from(
    [
        "post",
        "post",
        "post AAA",
        "post BBB",
        "post CCC",
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
    step("offer", NUMBER, st.integers(1, 100)),
    step("bid", NUMBER, st.integers(100, 20_000)),
    step("withdraw", NUMBER),
    step("withhold", NUMBER, st.integers(0, 100)),
    step("close", st.booleans()),
    step("keys", st.booleans()),
    step("suspend", st.booleans()),
)


def scene(*steps: tuple[Any, ...]) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    """Steps that only mean something one after another."""
    return st.just(list(steps))


TICK: tuple[Any, ...] = ("tick",)
MORNING: tuple[Any, ...] = ("day", 1, 600)


def all_move(percent: int) -> tuple[tuple[Any, ...], ...]:
    return tuple(("move", number, percent) for number in range(3))


SCENES = st.one_of(
    # Purchases stay open while others, which did not arrive at first, follow.
    scene(
        MORNING, ("fills", "hold"), ("fault", "post BBB", "busy"), TICK, ("fault", "post CCC", "busy"), TICK, TICK, TICK
    ),
    scene(
        MORNING, ("fills", "half"), ("crash", "post BBB", "gone"), TICK, TICK, ("goOn", "half"), TICK, ("goOn", "all")
    ),
    scene(MORNING, ("fills", "whole"), ("fault", "post", "lost"), TICK, ("again",), ("restart",), ("again",)),
    # Prices fall and rise again: what was sold below its cost is lost for good, and limits the next purchase.
    scene(("fills", "whole"), MORNING, TICK, *all_move(84), MORNING, TICK, TICK, *all_move(118), MORNING, TICK, TICK),
    scene(("fills", "whole"), MORNING, TICK, ("move", 0, 82), ("move", 1, 116), MORNING, TICK, TICK),
    scene(MORNING, TICK, *all_move(81), TICK, ("restart",), MORNING, TICK, TICK),
    scene(("fills", "whole"), MORNING, TICK, *all_move(83), TICK, ("close", False), ("resume",), MORNING, TICK, TICK),
    # What happens after the day's first order is for another day.
    scene(MORNING, ("fault", "post BBB", "busy"), TICK, ("move", 0, 119), ("move", 1, 83), TICK, ("goOn", "all"), TICK),
    scene(MORNING, ("fills", "whole"), TICK, ("move", 0, 82), ("move", 1, 118), TICK, TICK),
    # The owner's shares and orders.
    scene(TICK, ("withhold", 0, 95), ("move", 0, 119), ("move", 1, 84), MORNING, TICK, TICK),
    scene(("offer", 0, 50), ("bid", 1, 500), ("move", 0, 84), MORNING, TICK, ("withdraw", 0), ("withdraw", 1)),
    scene(("buy", 0, 5000), ("buy", 1, 5000), TICK, ("offer", 2, 30), ("close", False), TICK, ("resume",)),
    scene(("buy", 0, 5000), ("offer", 0, 40), ("close", False), ("withdraw", 0), ("close", False), ("resume",)),
    # Splits, with nothing else between two looks.
    st.integers(2, 20).map(lambda parts: [MORNING, TICK, TICK, ("split", 0, parts, 1), TICK, TICK]),
    st.integers(2, 20).map(lambda parts: [MORNING, TICK, TICK, ("split", 0, 1, parts), TICK, TICK]),
    scene(MORNING, ("deposit", 60_000), TICK, MORNING, TICK, MORNING, TICK, ("deposit", -30_000), MORNING, TICK),
)
COURSE = st.lists(
    st.one_of(STEPS.map(lambda one: [one]), STEPS.map(lambda one: [one]), SCENES), min_size=8, max_size=40
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
DOLLARS = st.sampled_from(["5.00", "50.00", "333.33", "1000.00", "1000.00"])
CEILINGS = st.fixed_dictionaries(
    {
        "per_order": DOLLARS,
        "per_day": st.sampled_from(["20.00", "500.00", "2000.00"]),
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
        "steps": COURSE.map(lambda parts: [one for part in parts for one in part]),
    }
)

WIDE: dict[str, Any] = {"per_order": "1000.00", "per_day": "2000.00", "budget": "1000.00", "symbols": SYMBOLS}
DAILY = {"kind": "recurring", "symbols": SYMBOLS, "amount": "30.00", "every": "day"}
TIGHT: list[tuple[dict[str, Any], dict[str, str]]] = [
    *(
        (DAILY, limits)
        for limits in (
            {"budget": "40.00"},
            {"budget": "130.00"},
            {"budget": "220.00"},
            {"per_symbol": "40.00"},
            {"per_symbol": "70.00"},
            {"cash_kept": "950.00"},
            {"cash_kept": "700.00"},
            {"daily_loss": "2.00"},
            {"per_day": "75.00"},
        )
    ),
    *(
        ({"weights": weights, "band": 1, **kind}, limits)
        for weights in ({"AAA": 100}, {"AAA": 60, "BBB": 40}, {"AAA": 34, "BBB": 33, "CCC": 33})
        for kind in ({"kind": "mix"}, {"kind": "trend", "months": 1})
        for limits in ({"budget": "600.00"}, {"budget": "600.00", "daily_loss": "25.00"})
    ),
]


def close_to_limits(start: tuple[Any, Any], seed: int, scenes: list[list[tuple[Any, ...]]]) -> dict[str, Any]:
    plan, limits = start
    steps = [one for part in scenes for one in part]
    return {"plan": plan, "ceilings": {**WIDE, **limits}, "cash": 100_000, "seed": seed, "steps": steps}


CLOSE = st.builds(
    close_to_limits,
    st.sampled_from(TIGHT),
    st.integers(1, 10_000),
    st.lists(st.one_of(SCENES, SCENES, STEPS.map(lambda one: [one])), min_size=4, max_size=20),
)
