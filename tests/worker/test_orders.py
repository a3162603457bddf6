"""Orders: each way Alpaca can answer one, and that one wish never becomes two orders."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.worker.conftest import BUY, CEILINGS, Deploy, Deployment
from tests.worker.runtime import wait_until

TEN_SYMBOLS = ["VTI", "VOO", "SPY", "QQQ", "BND", "VXUS", "IWM", "GLD", "AGG", "VEA"]


def test_a_schedule_that_fires_twice_buys_once(deployed: Deployment) -> None:
    deployed.workerd.cron()
    deployed.workerd.cron()
    assert len(deployed.broker.orders()) == 1
    assert deployed.ask("status")["ticks"] == 2


def test_runs_at_the_same_time_buy_once(deployed: Deployment) -> None:
    with ThreadPoolExecutor(4) as threads:
        runs = list(threads.map(lambda _: deployed.tick(), range(4)))
    assert sorted(run["outcome"] for run in runs) == ["idle", "idle", "idle", "traded"]
    assert len(deployed.broker.orders()) == 1


def test_a_worker_that_forgot_everything_adopts_the_order_alpaca_knows(deployed: Deployment) -> None:
    order_id = deployed.tick(dry=True)["orders"][0]["client_order_id"]
    deployed.broker.place(
        symbol="VTI", notional="10", side="buy", type="market", time_in_force="day", client_order_id=order_id
    )
    # The day's limit is used up by it, so the order is not even tried.
    run = deployed.tick()
    assert run["outcome"] == "refused"
    assert "$20.00, and the limit for one day is $10.00" in run["reason"]


def test_an_id_that_is_taken_is_looked_up_and_adopted(deploy: Deploy) -> None:
    deployed = deploy(CEILINGS=CEILINGS | {"per_day": "100.00"})
    order_id = deployed.tick(dry=True)["orders"][0]["client_order_id"]
    deployed.broker.place(
        symbol="VTI", notional="10", side="buy", type="market", time_in_force="day", client_order_id=order_id
    )
    run = deployed.tick()
    assert (run["outcome"], run["orders"][0]["status"]) == ("traded", "filled")
    assert deployed.broker.calls()[-2:] == ["POST /v2/orders", "GET /v2/orders:by_client_order_id"]
    assert len(deployed.broker.orders()) == 1
    assert deployed.tick()["outcome"] == "idle"


@pytest.mark.parametrize("kind", ["cut", "html", "empty"])
def test_an_order_whose_answer_is_lost_is_found_again(deployed: Deployment, kind: str) -> None:
    deployed.broker.fault(kind, method="POST", path="/v2/orders", when="after")
    run = deployed.tick()
    assert (run["outcome"], run["orders"][0]["status"]) == ("traded", "filled")
    assert deployed.broker.calls()[-2:] == ["POST /v2/orders", "GET /v2/orders:by_client_order_id"]
    assert len(deployed.broker.orders()) == 1


def test_an_order_that_never_arrived_is_sent_once_more_with_the_same_id(deployed: Deployment) -> None:
    deployed.broker.fault("cut", method="POST", path="/v2/orders", when="before")
    run = deployed.tick()
    assert run["outcome"] == "traded"
    assert deployed.broker.calls()[-3:] == ["POST /v2/orders", "GET /v2/orders:by_client_order_id", "POST /v2/orders"]
    assert len(deployed.broker.orders()) == 1


def test_an_order_that_cannot_be_delivered_waits_for_the_next_run(deployed: Deployment) -> None:
    deployed.broker.fault("status", method="POST", path="/v2/orders", status=503, json={"message": "down"}, times=2)
    run = deployed.tick()
    assert (run["outcome"], run["orders"][0]["status"]) == ("failed", "sending")
    assert deployed.broker.orders() == []
    assert deployed.tick()["outcome"] == "traded"
    assert deployed.kinds() == ["refusal", "trade", "recovery"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_order_of_unknown_fate_is_cleared_up_before_anything_else(deployed: Deployment, when: str) -> None:
    deployed.broker.fault("cut", method="POST", path="/v2/orders", when=when)
    deployed.broker.fault("cut", path="/v2/orders:by_client_order_id", times=5)
    run = deployed.tick()
    assert (run["outcome"], run["orders"][0]["status"]) == ("failed", "sending")
    assert deployed.ask("status")["spent"]["today"] == "10.00"
    deployed.broker.market(is_open=True)
    run = deployed.tick()
    assert run["outcome"] == ("traded" if when == "before" else "idle")
    assert len(deployed.broker.orders()) == 1


@pytest.mark.parametrize(
    ("status", "code", "message", "says"),
    [
        (403, 40310000, "insufficient buying power", "There is not enough money in the account."),
        (403, 40310000, "insufficient qty available for order", "Another open order holds these shares."),
        (403, 40310000, "potential wash trade detected. use complex orders", "in the opposite direction"),
        (403, 40310000, "cost basis must be >= minimal amount of order 1", "below Alpaca's minimum"),
        (422, 42210000, "notional amount must be >= 1.00", "below Alpaca's minimum"),
        (422, 42210000, 'asset "VTI" not found', "does not know or does not trade"),
        (403, 40310000, "requested asset is not fractionable", "whole shares only"),
        (403, 40310000, "fractional trading is disabled for this account", "switched off in the Alpaca account"),
        (403, 40310000, "cannot open a long buy while a short sell order is open", 'It said: "cannot'),
        (403, 40310100, "trade denied due to pattern day trading protection", "day-trading rule"),
        (403, None, "", "Alpaca refused the order without a reason."),
        (404, 40410000, "symbol not found: VTI", "does not know"),
    ],
)
def test_a_refused_order_is_explained_and_left_alone_for_the_day(
    deployed: Deployment, status: int, code: int | None, message: str, says: str
) -> None:
    deployed.broker.refuse_order(status, code, message)
    run = deployed.tick()
    assert (run["outcome"], run["orders"][0]["status"]) == ("refused", "refused")
    assert says in run["reason"]
    assert says in run["orders"][0]["reason"]
    run = deployed.tick()
    assert run["outcome"] == "idle"
    assert "The next try is on the next trading day." in run["reason"]
    assert deployed.broker.orders() == []
    assert deployed.kinds() == ["refusal"]
    assert deployed.ask("status")["spent"] == {"today": "0.00", "ever": "0.00"}


def test_one_refused_symbol_does_not_stop_the_others(deploy: Deploy) -> None:
    ceilings = {"per_order": "10.00", "per_day": "100.00", "budget": "500.00", "symbols": TEN_SYMBOLS}
    deployed = deploy(PLAN=BUY | {"symbols": TEN_SYMBOLS}, CEILINGS=ceilings)
    for symbol in TEN_SYMBOLS:
        deployed.broker.asset(symbol=symbol, tradable=True, fractionable=True)
    deployed.broker.asset(symbol="VTI", fractionable=False)
    run = deployed.tick()
    deployed.broker.asset(symbol="VTI", fractionable=True)
    assert run["outcome"] == "traded"
    assert [order["status"] for order in run["orders"]].count("refused") == 1
    assert "whole shares only" in run["reason"]
    assert len(deployed.broker.orders()) == 9
    assert len(deployed.broker.calls()) == 15


@pytest.mark.parametrize(
    ("message", "latched"),
    [("new orders are rejected by user request", True), ("client_order_id must be no more than 128 characters", False)],
)
def test_some_refusals_end_the_run(deploy: Deploy, message: str, *, latched: bool) -> None:
    ceilings = CEILINGS | {"per_day": "20.00", "symbols": ["VTI", "SPY"]}
    deployed = deploy(PLAN=BUY | {"symbols": ["VTI", "SPY"]}, CEILINGS=ceilings)
    deployed.broker.refuse_order(403 if latched else 422, 40310000, message)
    run = deployed.tick()
    assert run["outcome"] == "refused"
    assert deployed.broker.calls().count("POST /v2/orders") == 1
    paused = deployed.ask("status")["paused"]
    assert (paused and paused["reason"]) == ("suspended" if latched else None)


def test_too_many_requests_means_silence_until_alpaca_says_so(deployed: Deployment) -> None:
    deployed.broker.fault("rate_limit", method="POST", path="/v2/orders")
    run = deployed.tick()
    assert run["outcome"] == "failed"
    assert "Too many requests" in run["reason"]
    deployed.broker.calls()
    run = deployed.tick()
    assert run["outcome"] == "failed"
    assert run["reason"].endswith("asked for a break of some minutes.")
    assert deployed.broker.calls() == []


def test_a_symbol_with_an_open_order_is_skipped(deployed: Deployment) -> None:
    deployed.broker.fills(policy="hold")
    deployed.broker.place(symbol="VTI", qty="1", side="buy", type="market", time_in_force="day")
    run = deployed.tick()
    assert run["outcome"] == "refused"
    assert run["reason"] == "Not bought: VTI has an open order already."


def test_an_order_cancelled_by_its_owner_is_not_repeated(deployed: Deployment) -> None:
    deployed.broker.fills(policy="hold")
    assert deployed.tick()["outcome"] == "traded"
    assert deployed.tick()["reason"] == "Nothing to do. Sent today and not carried out yet: $10.00 of VTI."
    (order,) = deployed.broker.orders()
    deployed.broker.fills(order_id=order["id"], outcome="cancel")
    run = deployed.tick()
    assert run["reason"] == "Nothing to do. Not repeated today: $10.00 of VTI. The order was cancelled."
    assert deployed.ask("status")["spent"]["today"] == "0.00"
    assert deployed.kinds() == ["trade", "trade"]


def test_a_pause_in_the_middle_of_a_run_stops_the_next_order(deploy: Deploy) -> None:
    ceilings = CEILINGS | {"per_day": "30.00", "symbols": ["VTI", "SPY", "QQQ"]}
    deployed = deploy(PLAN=BUY | {"symbols": ["VTI", "SPY", "QQQ"]}, CEILINGS=ceilings)
    deployed.broker.fault("hang", method="POST", path="/v2/orders", when="before", seconds=0.5)
    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(deployed.tick)
        wait_until(lambda: "GET /v2/positions" in deployed.broker.calls())
        deployed.ask("pause", {"reason": "user"})
        run = running.result()
    assert len(deployed.broker.orders()) <= 1
    assert "Trading was paused today at " in run["reason"]
    assert deployed.ask("status")["paused"]["reason"] == "user"
