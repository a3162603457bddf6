"""The plans that keep a mix, in the real runtime: what they buy and sell, and what they leave alone."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from sandbox.alpaca.server import ServedAlpaca
from tests.worker.broker import Broker
from tests.worker.conftest import Deploy, Deployment
from tests.worker.runtime import NEW_YORK

MIX = {"kind": "mix", "weights": {"VOO": 60, "BND": 40}, "band": 5}
WIDE = {"per_order": "200.00", "per_day": "500.00", "budget": "100.00", "symbols": ["VOO", "BND"]}
LOOK = ["GET /v2/clock", "GET /v2/account", "GET /v2/positions", "GET /v2/orders"]


def today() -> str:
    return datetime.now(UTC).astimezone(NEW_YORK).strftime("%Y%m%d")


@pytest.fixture
def deployed(deploy: Deploy, broker: Broker) -> Deployment:
    """A mix, its prices resting where they are."""
    for symbol in ("VOO", "BND"):
        broker.price(symbol, str(broker.price(symbol)))
    return deploy(PLAN=MIX, CEILINGS=WIDE)


def orders(run: Any) -> list[tuple[str, str, str, str]]:
    return [(order["symbol"], order["side"], order["notional"], order["status"]) for order in run["orders"]]


def risen(broker: Broker, symbol: str, factor: str) -> None:
    broker.price(symbol, str(round(broker.price(symbol) * Decimal(factor), 2)))


def test_a_mix_is_bought_in_its_parts_and_then_left_alone(deployed: Deployment) -> None:
    run = deployed.tick(dry=True)
    assert (run["outcome"], deployed.broker.orders()) == ("dry", [])
    assert orders(run) == [("VOO", "buy", "60.00", "dry"), ("BND", "buy", "40.00", "dry")]
    deployed.broker.calls()
    run = deployed.tick()
    assert [order[:3] for order in orders(run)] == [("VOO", "buy", "60.00"), ("BND", "buy", "40.00")]
    assert run["orders"][0]["client_order_id"] == f"soar1-ab12cd34-m{today()}-VOO-b"
    assert deployed.broker.calls() == [*LOOK, "GET /v2/orders", "POST /v2/orders", "POST /v2/orders"]
    assert deployed.tick()["reason"] == "Nothing to do. This day's orders were placed already."
    assert len(deployed.broker.orders()) == 2


def test_what_strays_is_sold_first_and_bought_a_look_later(deployed: Deployment) -> None:
    broker = deployed.broker
    broker.give("VOO", "3", "400")  # the owner's own, which are none of the Worker's business
    assert deployed.tick()["outcome"] == "traded"
    bought = broker.held("VOO") - 3
    risen(broker, "VOO", "1.19")
    assert deployed.tick()["outcome"] == "idle"  # once a day is enough
    tomorrow(deployed)
    run = deployed.tick()
    ((symbol, side, _, _),) = orders(run)
    assert (symbol, side) == ("VOO", "sell")
    assert run["orders"][0]["client_order_id"].endswith("-VOO-s")
    assert "VOO is 71% of the budget, and its target is 60%." in run["orders"][0]["reason"]
    assert 3 < broker.held("VOO") < 3 + bought
    run = deployed.tick()
    assert [(symbol, side) for symbol, side, _, _ in orders(run)] in ([], [("BND", "buy")])
    assert deployed.tick()["outcome"] == "idle"


def tomorrow(deployed: Deployment) -> None:
    """Pretend that what was done was done the day before: the ids of its orders and its agenda."""
    plan = MIX | {"band": 4}  # another plan's agenda is not this one's
    deployed.workerd.restart(PLAN=plan, DEPLOYMENT="cd34ab12")
    deployed.ask("arm")


def test_shares_sold_elsewhere_are_believed_at_the_second_look(deployed: Deployment) -> None:
    broker = deployed.broker
    assert deployed.tick()["outcome"] == "traded"
    assert deployed.tick()["outcome"] == "idle"
    half = str(round(broker.held("VOO") / 2, 9))
    broker.place(symbol="VOO", qty=half, side="sell", type="market", time_in_force="day")
    run = deployed.tick()
    assert "fewer shares of VOO than the bot bought" in run["reason"]
    assert deployed.tick()["outcome"] == "idle"
    assert any("Alpaca holds fewer shares of VOO" in event for event in deployed.events())


def test_a_split_is_followed(deploy: Deploy, broker: Broker) -> None:
    broker.price("SCHD", str(broker.price("SCHD")))
    deployed = deploy(PLAN={"kind": "mix", "weights": {"SCHD": 100}, "band": 5}, CEILINGS=WIDE | {"symbols": ["SCHD"]})
    assert deployed.tick()["outcome"] == "traded"
    before = broker.held("SCHD")
    assert deployed.tick()["outcome"] == "idle"
    broker.price("SCHD", split="2")
    assert deployed.tick()["outcome"] == "idle"
    assert any(
        f"SCHD was probably split: the bot's {before.normalize():f} shares" in each for each in deployed.events()
    )
    broker.price("SCHD", split="0.5")
    deployed.tick()


@pytest.mark.parametrize(
    ("spoilt", "says"),
    [
        ({"stale_seconds": 1200}, "VOO is left alone: its latest price is too old."),
        ({"missing": True}, "VOO is left alone: its price is not known."),
        ({"price": "1.00"}, "VOO is left alone: its price is more than 20% away from the day before."),
    ],
)
def test_a_price_nobody_should_trust_is_not_traded_on(deployed: Deployment, spoilt: dict[str, Any], says: str) -> None:
    deployed.broker.price("VOO", **spoilt)
    deployed.broker.price("BND", **spoilt)
    run = deployed.tick()
    assert (run["outcome"], run["orders"]) == ("idle", [])
    assert says in run["reason"]


def test_no_more_than_the_limits_and_the_cash_allow_is_bought(deploy: Deploy, broker: Broker) -> None:
    limits = WIDE | {"per_order": "20.00", "per_day": "30.00", "cash_kept": "980.00", "per_symbol": "15.00"}
    deployed = deploy(PLAN=MIX, CEILINGS=limits)
    run = deployed.tick()
    assert [order[2] for order in orders(run)] == ["10.00", "10.00"]
    assert broker.account["cash"] == "1000"


def test_a_falling_share_is_left_out_of_a_trend(
    deploy: Deploy, broker: Broker, alpaca: ServedAlpaca, http: httpx.Client
) -> None:
    last = closes(alpaca, http, broker)
    broker.price("VOO", str(round(last["VOO"] * Decimal("1.02"), 2)))
    broker.price("BND", str(round(last["BND"] * Decimal("0.98"), 2)))
    deployed = deploy(PLAN=MIX | {"kind": "trend", "months": 1}, CEILINGS=WIDE)
    run = deployed.tick()
    assert [order[:3] for order in orders(run)] == [("VOO", "buy", "60.00")]
    assert "Its price is above its mean of 1 months." in run["orders"][0]["reason"]


def test_a_share_too_young_for_a_trend_is_left_alone(deploy: Deploy, alpaca: ServedAlpaca) -> None:
    faults = f"{alpaca.data_url}/_sandbox/faults"
    answer = {"bars": {"VOO": [{"t": "2026-10-01T04:00:00Z", "c": 1}]}, "next_page_token": None}
    rule = {"kind": "status", "path": "/v2/stocks/bars", "status": 200, "json": answer, "times": 1}
    httpx.post(faults, json=rule).raise_for_status()
    deployed = deploy(PLAN=MIX | {"kind": "trend", "months": 1}, CEILINGS=WIDE)
    run = deployed.tick()
    assert [order[0] for order in orders(run)] == ["VOO"]


def closes(alpaca: ServedAlpaca, http: httpx.Client, broker: Broker) -> dict[str, Decimal]:
    """Last month's closes, as the data host tells them."""
    now = datetime.now(UTC).astimezone(NEW_YORK)
    first = now.replace(day=1)
    month = first.replace(year=first.year - (first.month == 1), month=(first.month - 2) % 12 + 1)
    query = f"timeframe=1Month&feed=iex&start={month:%Y-%m-%d}&end={month:%Y-%m}-20&symbols=VOO,BND"
    headers = {"APCA-API-KEY-ID": broker.keys["key_id"], "APCA-API-SECRET-KEY": broker.keys["secret"]}
    bars = http.get(f"{alpaca.data_url}/v2/stocks/bars?{query}", headers=headers).raise_for_status().json()["bars"]
    return {symbol: Decimal(str(found[-1]["c"])) for symbol, found in bars.items()}
