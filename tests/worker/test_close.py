"""Selling what the Worker bought, and what it remembers of its own shares."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.worker.conftest import BUY, CEILINGS, Deploy, Deployment

TWO = {
    "PLAN": BUY | {"symbols": ["VTI", "SPY"]},
    "CEILINGS": CEILINGS | {"symbols": ["VTI", "SPY"], "per_day": "20.00"},
}


def sells(deployed: Deployment) -> list[dict[str, Any]]:
    return [order for order in deployed.broker.orders() if order["side"] == "sell"]


def ids(deployed: Deployment) -> list[str]:
    return [str(order["client_order_id"]) for order in sells(deployed)]


def test_a_preview_sells_nothing(deploy: Deploy) -> None:
    deployed = deploy(**TWO)
    deployed.tick()
    preview = deployed.ask("close", {"dry": True})
    assert [(each["symbol"], each["status"]) for each in preview["orders"]] == [("SPY", "dry"), ("VTI", "dry")]
    assert all(9.9 < float(each["value"]) < 10.1 for each in preview["orders"])
    assert (preview["complete"], preview["market_open"], preview["paused"]) == (False, True, None)
    deployed.broker.market(is_open=False)
    preview = deployed.ask("close", {"dry": True})
    assert len(preview["orders"]) == 2
    assert preview["message"].startswith("The market is closed. It opens ")
    assert sells(deployed) == []
    assert deployed.tick()["outcome"] == "closed"


def test_everything_it_bought_is_sold_and_nothing_else(deploy: Deploy) -> None:
    deployed = deploy(**TWO)
    deployed.broker.give("VTI", "2", "250")
    deployed.tick()
    deployed.tick()
    bought = {each["symbol"]: each["qty"] for each in deployed.ask("status")["holdings"]}
    closing = deployed.ask("close", {"dry": False})
    assert {each["symbol"]: each["qty"] for each in closing["orders"]} == bought
    assert {each["status"] for each in closing["orders"]} == {"filled"}
    assert (closing["complete"], closing["message"]) == (True, "The bot holds no shares any more.")
    assert closing["paused"]["reason"] == "closed"
    assert {order["symbol"]: order["qty"] for order in sells(deployed)} == bought
    assert all(each.endswith("-s") for each in ids(deployed))
    status = deployed.ask("status")
    assert status["holdings"] == []
    assert (deployed.broker.held("VTI"), deployed.broker.held("SPY")) == (2, 0)
    assert deployed.tick()["outcome"] == "paused"
    assert [event.split()[1] for event in deployed.events() if event.startswith("trade: ")] == [
        *("Order", "Order", "Bought", "Bought"),
        *("Order", "Order", "Sold", "Sold"),
    ]


def test_closing_again_and_at_the_same_time_sells_once(deployed: Deployment) -> None:
    deployed.tick()
    with ThreadPoolExecutor(3) as threads:
        closings = list(threads.map(lambda _: deployed.ask("close", {"dry": False}), range(3)))
    assert all(each["complete"] for each in closings)
    assert len(sells(deployed)) == 1
    assert deployed.ask("close", {"dry": False})["orders"] == []


def test_an_order_that_is_not_filled_yet_is_not_sent_again(deployed: Deployment) -> None:
    deployed.tick()
    deployed.broker.fills(policy="hold")
    closing = deployed.ask("close", {"dry": False})
    assert (closing["complete"], len(closing["orders"])) == (False, 1)
    assert closing["message"] == "Not all of it is sold yet. Please ask again in a few minutes."
    (order,) = sells(deployed)
    deployed.broker.fills(order_id=order["id"], outcome="fill")
    closing = deployed.ask("close", {"dry": False})
    assert (closing["complete"], closing["orders"]) == (True, [])
    assert len(sells(deployed)) == 1


def test_a_sale_that_ended_without_selling_is_tried_anew(deployed: Deployment) -> None:
    deployed.tick()
    deployed.broker.fills(policy="hold")
    deployed.ask("close", {"dry": False})
    deployed.broker.fills(policy="immediate")
    # The order still open is cancelled first; what it held is sold by one with another id.
    assert deployed.ask("close", {"dry": False})["complete"]
    assert len(set(ids(deployed))) == 2
    assert sorted(order["status"] for order in sells(deployed)) == ["canceled", "filled"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_sale_whose_answer_is_lost_is_made_once(deployed: Deployment, when: str) -> None:
    deployed.tick()
    deployed.broker.fault("cut", method="POST", path="/v2/orders", when=when)
    assert deployed.ask("close", {"dry": False})["complete"]
    assert len(sells(deployed)) == 1


def test_a_sale_that_cannot_be_delivered_is_finished_by_asking_again(deployed: Deployment) -> None:
    deployed.tick()
    deployed.broker.fault("status", method="POST", path="/v2/orders", status=503, json={"message": "down"}, times=2)
    closing = deployed.ask("close", {"dry": False})
    assert (closing["complete"], closing["orders"]) == (False, [])
    assert closing["message"] == "The order for VTI could not be delivered to Alpaca."
    assert deployed.ask("close", {"dry": False})["complete"]
    assert len(sells(deployed)) == 1


def test_open_orders_of_its_own_are_cancelled_first_and_others_waited_for(deploy: Deploy) -> None:
    deployed = deploy(**TWO)
    deployed.tick()
    deployed.broker.fills(policy="hold")
    deployed.broker.place(symbol="VTI", qty="0.001", side="sell", type="market", time_in_force="day")
    closing = deployed.ask("close", {"dry": False})
    stands = {each["symbol"]: (each["status"], each["reason"]) for each in closing["orders"]}
    assert stands["VTI"] == ("waiting", "Another order for it must end first.")
    assert stands["SPY"][0] not in {"waiting", "refused"}
    assert not closing["complete"]


def test_a_closed_market_is_told_in_words(deployed: Deployment) -> None:
    deployed.tick()
    deployed.broker.market(is_open=False)
    answer = deployed.owner.send(deployed.workerd.url, "close", {"dry": False})
    assert (answer.status_code, answer.json()["error"]) == (409, "market_closed")
    assert answer.json()["message"].startswith("The market is closed. It opens ")
    assert answer.json()["message"].endswith(" Nothing was sold.")
    assert deployed.ask("status")["paused"] is None
    assert sells(deployed) == []


def test_a_paused_bot_and_one_with_a_damaged_plan_can_be_closed(deployed: Deployment) -> None:
    deployed.tick()
    deployed.ask("pause")
    deployed.workerd.restart(PLAN={"kind": "nonsense"})
    assert deployed.ask("close", {"dry": False})["complete"]
    assert deployed.ask("status")["paused"]["reason"] == "user"
    deployed.workerd.restart(PLAN=BUY)
    assert deployed.ask("resume") == {"paused": None}


def test_while_alpaca_is_away_nothing_is_sold(deployed: Deployment) -> None:
    deployed.tick()
    deployed.broker.fault("html", path="/v2/positions", times=5)
    answer = deployed.owner.send(deployed.workerd.url, "close", {"dry": False})
    assert (answer.status_code, answer.json()["error"]) == (502, "unreachable")
    assert answer.json()["message"] == "Alpaca has a problem of its own at the moment."
    assert sells(deployed) == []


def test_keys_of_another_account_sell_nothing(deployed: Deployment) -> None:
    deployed.tick()
    deployed.workerd.restart(ACCOUNT_ID="00000000-0000-4000-8000-000000000000")
    answer = deployed.owner.send(deployed.workerd.url, "close", {"dry": False})
    assert (answer.status_code, answer.json()["error"]) == (502, "account")
    assert sells(deployed) == []


@pytest.mark.parametrize("body", [{}, {"dry": "no"}, {"dry": 0}, {"dry": None}, {"Dry": False}])
def test_only_a_clear_word_sells(deployed: Deployment, body: object) -> None:
    deployed.tick()
    assert deployed.ask("close", body)["orders"][0]["status"] == "dry"
    assert sells(deployed) == []
    assert deployed.ask("status")["paused"] is None


def test_a_locked_account_sells_nothing(deployed: Deployment) -> None:
    deployed.tick()
    deployed.ask("lock")
    closing = deployed.ask("close", {"dry": False})
    assert not closing["complete"]
    assert closing["message"] == "New orders are switched off in the settings of the Alpaca account."
    deployed.ask("unlock")
    assert deployed.ask("close", {"dry": False})["complete"]


def test_the_budget_and_the_own_shares_are_shown(deployed: Deployment) -> None:
    status = deployed.ask("status")
    assert (status["budget"], status["holdings"]) == (
        {"limit": "520.00", "invested": "0.00", "left": "520.00", "value": "0.00"},
        [],
    )
    deployed.tick()
    deployed.tick()
    status = deployed.ask("status")
    ((own,), budget) = status["holdings"], status["budget"]
    assert (own["symbol"], own["cost"], budget["invested"], budget["left"]) == ("VTI", "10.00", "10.00", "510.00")
    assert own["value"] == budget["value"]
    assert deployed.ask("set", {"limits": {"budget": "5.00"}})
    assert deployed.ask("status")["budget"] | {"value": ""} == {
        "limit": "5.00",
        "invested": "10.00",
        "left": "0.00",
        "value": "",
    }


def test_history_and_pages(deployed: Deployment) -> None:
    assert deployed.ask("history", {}) == {"days": []}
    deployed.tick()
    deployed.tick()
    (day,) = deployed.ask("history", {"days": 5})["days"]
    assert set(day) == {"date", "value", "invested", "profit", "cash", "equity"}
    assert (day["invested"], day["cash"]) == ("10.00", "990.00")
    (row,) = deployed.ask("export", {"table": "days"})["rows"]
    assert (row["id"], row["date"]) == (int(day["date"].replace("-", "")), day["date"])
    assert row["invested"] == "10.00"
    (order,) = deployed.ask("export", {"table": "orders"})["rows"]
    assert (order["symbol"], order["side"], order["dollars"]) == ("VTI", "buy", "10.00")
    runs = deployed.ask("export", {"table": "runs", "limit": 1})
    assert [(row["source"], row["outcome"]) for row in runs["rows"]] == [("command", "traded")]
    runs = deployed.ask("export", {"table": "runs", "after": runs["next"], "limit": 1})
    assert runs["next"] == runs["rows"][0]["id"]
    assert deployed.ask("export", {"table": "runs", "after": runs["next"], "limit": 1}) == {"rows": [], "next": None}
    events = deployed.ask("export", {"table": "events"})
    assert (len(events["rows"]), events["next"]) == (3, None)
    flat = [value for row in (*runs["rows"], *events["rows"], order) for value in row.values()]
    assert all(value is None or isinstance(value, str | int | float) for value in flat)


@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("history", {"days": "all"}),
        ("history", {"days": -1}),
        ("export", {}),
        ("export", {"table": "facts"}),
        ("export", {"table": "nonces; --"}),
        ("export", {"table": "constructor"}),
        ("export", {"table": "runs", "after": 0.5}),
        ("export", {"table": "runs", "limit": None}),
    ],
)
def test_what_there_is_no_page_of(deployed: Deployment, command: str, body: object) -> None:
    answer = deployed.owner.send(deployed.workerd.url, command, body)
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
