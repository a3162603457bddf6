"""Runs, seen from outside: what the Worker does in each state of the market, the account and itself."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from tests.worker.conftest import BUY, CEILINGS, Deploy, Deployment
from tests.worker.runtime import NEW_YORK

LOOK = ["GET /v2/clock", "GET /v2/account", "GET /v2/positions", "GET /v2/orders"]


def today() -> str:
    return datetime.now(UTC).astimezone(NEW_YORK).strftime("%Y%m%d")


def test_nothing_is_known_before_the_first_run(deployed: Deployment) -> None:
    status = deployed.ask("status")
    assert status["account"] is None
    assert status["last_tick"] is None
    assert status["last_order"] is None
    assert status["paused"] is None
    assert (status["ticks"], status["orders_today"], status["positions"]) == (0, [], [])
    assert status["script"] == "soar-paper-ab12cd34"
    assert (status["mode"], status["plan"], status["ceilings"]) == ("paper", BUY, CEILINGS)
    assert status["holds_cloudflare_token"] is True
    assert status["key_ending"] == deployed.broker.keys["key_id"][-4:]
    assert deployed.broker.calls() == []


def test_the_first_open_run_buys_and_the_next_has_nothing_to_do(deployed: Deployment) -> None:
    run = deployed.tick()
    order_id = f"soar1-ab12cd34-{today()}-VTI-b"
    assert run["outcome"] == "traded"
    assert run["reason"] == "Order placed: $10.00 of VTI."
    assert (run["id"], run["slot"], run["source"], run["market_open"]) == (1, today(), "command", True)
    assert [(order["symbol"], order["side"], order["notional"]) for order in run["orders"]] == [("VTI", "buy", "10.00")]
    assert run["orders"][0]["client_order_id"] == order_id
    assert len(run["request_ids"]) == 6
    assert deployed.broker.calls() == [*LOOK, "GET /v2/orders", "POST /v2/orders"]

    run = deployed.tick()
    assert run["outcome"] == "idle"
    assert run["reason"] == "Nothing to do. Bought today already: $10.00 of VTI."
    # One more look than usual, once: what became of the order.
    assert deployed.broker.calls() == [*LOOK, "GET /v2/orders"]
    assert deployed.tick()["outcome"] == "idle"
    assert deployed.broker.calls() == LOOK

    (order,) = deployed.broker.orders()
    assert (order["client_order_id"], order["status"]) == (order_id, "filled")
    status = deployed.ask("status")
    assert status["ticks"] == 3
    assert status["last_tick"]["outcome"] == "idle"
    assert status["last_order"]["status"] == "filled"
    assert [each["client_order_id"] for each in status["orders_today"]] == [order_id]
    assert status["account"]["ending"] == deployed.broker.account["account_number"][-4:]
    assert (status["account"]["status"], status["account"]["cash"]) == ("ACTIVE", "990.00")
    assert [position["symbol"] for position in status["positions"]] == ["VTI"]
    assert deployed.kinds() == ["trade", "trade"]


def test_a_closed_market_costs_one_call_and_the_first_time_two(deployed: Deployment) -> None:
    deployed.broker.market(is_open=False)
    run = deployed.tick()
    assert (run["outcome"], run["market_open"], run["orders"]) == ("closed", False, [])
    assert re.fullmatch(r"The market is closed\. It opens (today|tomorrow) at \d+:\d\d in New York\.", run["reason"])
    assert deployed.broker.calls() == ["GET /v2/clock", "GET /v2/account"]
    assert deployed.ask("status")["account"]["cash"] == "1000.00"
    deployed.tick()
    assert deployed.broker.calls() == ["GET /v2/clock"]


def test_the_first_and_the_last_minutes_of_a_session_are_left_out(deployed: Deployment) -> None:
    broker = deployed.broker
    broker.market(is_open=False, opens=-2)
    assert deployed.tick()["outcome"] == "closed"
    broker.market(is_open=True)
    run = deployed.tick()
    assert (run["outcome"], run["market_open"]) == ("idle", True)
    assert "first minutes" in run["reason"]
    broker.market(is_open=False, opens=-6)
    assert deployed.tick()["outcome"] == "closed"
    broker.market(is_open=True, closes=14)
    assert "last minutes" in deployed.tick()["reason"]
    assert broker.orders() == []
    broker.market(is_open=True, closes=16)
    assert deployed.tick()["outcome"] == "traded"


def test_a_paused_worker_asks_nobody_anything(deployed: Deployment) -> None:
    paused = deployed.ask("pause", {"reason": "user"})["paused"]
    assert paused["reason"] == "user"
    assert deployed.ask("pause", {"reason": "user"})["paused"] == paused
    run = deployed.tick()
    assert run["outcome"] == "paused"
    assert re.fullmatch(r"Trading was paused today at \d+:\d\d in New York\. You asked for it\.", run["reason"])
    assert deployed.broker.calls() == []
    assert deployed.ask("status")["paused"] == paused
    assert deployed.ask("resume") == {"paused": None}
    assert deployed.ask("resume") == {"paused": None}
    assert deployed.tick()["outcome"] == "traded"
    assert deployed.kinds() == ["pause", "pause", "trade"]


def test_watching_never_orders(deploy: Deploy) -> None:
    nothing = {"per_order": "0.00", "per_day": "0.00", "budget": "0.00", "symbols": []}
    deployed = deploy(PLAN={"kind": "watch"}, CEILINGS=nothing)
    run = deployed.tick()
    assert run["outcome"] == "idle"
    assert run["reason"] == "Watching only. The account is worth $1,000.00, with 0 holdings."
    assert deployed.broker.calls() == LOOK
    assert deployed.broker.orders() == []


def test_a_weekly_plan_acts_once_a_week(deploy: Deploy) -> None:
    deployed = deploy(PLAN=BUY | {"every": "week"})
    run = deployed.tick()
    year, week, _ = datetime.strptime(today(), "%Y%m%d").replace(tzinfo=UTC).isocalendar()
    assert run["slot"] == f"{year}w{week:02}"
    assert run["orders"][0]["client_order_id"] == f"soar1-ab12cd34-{year}w{week:02}-VTI-b"
    assert deployed.tick()["reason"] == "Nothing to do. Bought this week already: $10.00 of VTI."


def test_a_dry_run_says_what_it_would_do(deployed: Deployment) -> None:
    run = deployed.tick(dry=True)
    assert (run["outcome"], run["reason"]) == ("dry", "A trial: nothing was ordered. Due today: $10.00 of VTI.")
    assert [(order["symbol"], order["status"]) for order in run["orders"]] == [("VTI", "dry")]
    assert deployed.broker.orders() == []
    assert deployed.tick()["outcome"] == "traded"


def test_the_schedule_runs_it_too_and_logs_one_line(deployed: Deployment) -> None:
    deployed.workerd.cron()
    last = deployed.ask("status")["last_tick"]
    assert (last["source"], last["outcome"]) == ("cron", "traded")
    (line,) = deployed.workerd.log().splitlines()
    assert '"outcome":"traded"' in line
    assert deployed.broker.id not in line


def test_a_run_with_a_wrong_clock_does_not_trade(deployed: Deployment) -> None:
    deployed.broker.market(is_open=True, timestamp="2026-11-20T15:00:00.123456789-05:00")
    run = deployed.tick()
    assert run["outcome"] == "failed"
    assert "clock and Alpaca's differ by more than a minute" in run["reason"]
    deployed.broker.market(is_open=True, is_open_="yes", next_close="soon")
    assert deployed.tick()["reason"] == "Alpaca's market clock gave no proper answer."
    assert deployed.broker.orders() == []
