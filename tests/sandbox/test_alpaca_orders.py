"""Orders: what is taken, what is refused and how, and how orders fill, rest, queue and end."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
import pytest

from sandbox.alpaca import Mode, ServedAlpaca

with warnings.catch_warnings():  # the client imports a part of websockets that is on its way out
    warnings.simplefilter("ignore", DeprecationWarning)
    from alpaca.common.exceptions import APIError
    from alpaca.trading.client import TradingClient
    from alpaca.trading.enums import OrderSide, QueryOrderStatus, TimeInForce
    from alpaca.trading.requests import ClosePositionRequest, GetOrdersRequest, MarketOrderRequest

MONDAY_NOON = "2026-11-23T12:00:00-05:00"


@dataclass
class Trader:
    """An account's owner with their keys in hand."""

    alpaca: ServedAlpaca
    account: str
    client: httpx.Client

    def get(self, path: str) -> Any:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def order(self, **fields: object) -> httpx.Response:
        body = {"symbol": "VTI", "side": "buy", "type": "market", "time_in_force": "day", **fields}
        return self.client.post("/v2/orders", json={name: value for name, value in body.items() if value is not ...})

    def places(self, **fields: object) -> str:
        answer = self.order(**fields)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def status(self, order_id: str) -> str:
        return str(self.get(f"/v2/orders/{order_id}")["status"])

    def control(self, path: str, **body: object) -> Any:
        answer = self.client.post("/_sandbox" + path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def served() -> Iterator[ServedAlpaca]:
    with ServedAlpaca() as alpaca:
        yield alpaca


@pytest.fixture(scope="module")
def http(served: ServedAlpaca) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.paper_url) as client:
        yield client


@pytest.fixture
def trader(served: ServedAlpaca, http: httpx.Client) -> Iterator[Trader]:
    account, keys = served.open_account(Mode.PAPER, cash=Decimal(1000))
    http.headers.update({"APCA-API-KEY-ID": keys.key_id, "APCA-API-SECRET-KEY": keys.secret})
    who = Trader(served, account.id, http)
    who.control("/clock", real=True, now=MONDAY_NOON, frozen=True)
    who.control("/prices", symbol="VTI", price="250")
    who.control("/fills", policy="immediate")
    yield who
    who.control("/fills", release=True)


def test_a_market_order_is_answered_as_pending_and_found_filled(trader: Trader) -> None:
    answer = trader.order(notional="10.00", client_order_id="monday").json()
    assert (answer["status"], answer["filled_qty"], answer["notional"], answer["qty"]) == (
        "pending_new", "0", "10", None,
    )  # fmt: skip
    found = trader.get("/v2/orders:by_client_order_id?client_order_id=monday")
    assert (found["id"], found["status"], found["filled_avg_price"]) == (answer["id"], "filled", "250")
    assert found["filled_qty"] == "0.04"
    account, position = trader.get("/v2/account"), trader.get("/v2/positions/VTI")
    assert (account["cash"], account["equity"], account["long_market_value"]) == ("990", "1000", "10")
    assert (position["qty"], position["qty_available"], position["cost_basis"]) == ("0.04", "0.04", "10")
    fill = trader.get("/v2/account/activities/FILL")[0]
    assert (fill["qty"], fill["price"], fill["type"], fill["order_id"]) == ("0.04", "250", "fill", answer["id"])


def test_an_id_is_burnt_for_ever(trader: Trader) -> None:
    trader.control("/fills", policy="hold")
    placed = trader.places(notional="10", client_order_id="once")
    assert trader.client.delete(f"/v2/orders/{placed}").status_code == 204
    again = trader.order(notional="10", client_order_id="once")
    assert (again.status_code, again.json()) == (
        422,
        {"code": 40010001, "message": "client_order_id must be unique"},
    )
    assert len(trader.get("/v2/orders?status=all")) == 1


def test_shares_held_for_an_order_cannot_be_sold_twice(trader: Trader) -> None:
    trader.places(qty="3")
    trader.control("/fills", policy="hold")
    trader.places(qty="2", side="sell")
    assert trader.get("/v2/positions/VTI")["qty_available"] == "1"
    body = trader.order(qty="2", side="sell").json()
    assert (body["available"], body["existing_qty"], body["held_for_orders"]) == ("1", "3", "2")


def test_open_buys_use_buying_power_and_give_it_back(trader: Trader) -> None:
    trader.control("/fills", policy="hold")
    placed = trader.places(notional="600")
    account = trader.get("/v2/account")
    assert (account["non_marginable_buying_power"], account["cash"]) == ("400", "1000")
    trader.client.delete(f"/v2/orders/{placed}")
    assert trader.get("/v2/account")["non_marginable_buying_power"] == "1000"


def test_a_day_order_after_the_close_waits_for_the_next_opening(trader: Trader) -> None:
    trader.control("/prices", symbol="VTI", hold=False)
    trader.control("/clock", now="2026-11-25T17:00:00-05:00")
    queued = trader.places(notional="100")
    assert trader.status(queued) == "accepted"
    trader.control("/clock", now="2026-11-27T09:29:59-05:00")
    assert trader.status(queued) == "accepted"
    trader.control("/clock", advance_seconds=3600)
    order = trader.get(f"/v2/orders/{queued}")
    assert (order["status"], order["filled_at"]) == ("filled", "2026-11-27T14:30:00.000000Z")


def test_a_held_day_order_expires_at_the_close_and_a_gtc_order_does_not(trader: Trader) -> None:
    trader.control("/fills", policy="hold")
    daily, lasting = trader.places(qty="1"), trader.places(qty="1", time_in_force="gtc")
    trader.control("/clock", advance_seconds=5 * 3600)
    assert (trader.status(daily), trader.status(lasting)) == ("expired", "new")
    assert trader.client.delete(f"/v2/orders/{daily}").json() == {
        "code": 42210000,
        "message": 'order is already in "expired" state',
    }


def test_a_partial_fill_leaves_the_rest_until_later_and_costs_the_same(trader: Trader) -> None:
    trader.control("/fills", policy="partial", fraction="0.25", seconds=60)
    placed = trader.places(notional="100.01")
    order = trader.get(f"/v2/orders/{placed}")
    assert (order["status"], order["filled_qty"]) == ("partially_filled", "0.10001")
    assert trader.get("/v2/orders") == [order]
    trader.control("/clock", advance_seconds=61)
    assert trader.status(placed) == "filled"
    assert trader.get("/v2/account")["cash"] == "899.99"
    kinds = [(fill["type"], fill["leaves_qty"]) for fill in trader.get("/v2/account/activities/FILL?direction=asc")]
    assert kinds == [("partial_fill", "0.30003"), ("fill", "0")]


def test_fills_can_be_ordered_one_by_one(trader: Trader) -> None:
    trader.control("/fills", policy="hold")
    first, second = trader.places(qty="1"), trader.places(qty="1")
    trader.control("/fills", order_id=first, qty="0.5", price="200")
    assert trader.get(f"/v2/orders/{first}")["filled_avg_price"] == "200"
    trader.control("/fills", order_id=second, outcome="reject")
    trader.control("/fills", release=True)
    assert (trader.status(first), trader.status(second)) == ("filled", "rejected")
    assert trader.get("/v2/account")["cash"] == "775"


def test_limit_and_stop_orders_wait_for_their_price(trader: Trader) -> None:
    limit = trader.places(qty="1", type="limit", limit_price="240")
    assert trader.status(limit) == "new"
    trader.control("/prices", symbol="VTI", price="239.5")
    assert trader.get(f"/v2/orders/{limit}")["filled_avg_price"] == "239.5"
    stop = trader.places(qty="1", side="sell", type="stop", stop_price="230", time_in_force="gtc")
    trader.control("/prices", symbol="VTI", price="229")
    assert trader.status(stop) == "filled"
    assert trader.status(trader.places(qty="1", type="limit", limit_price="1", time_in_force="ioc")) == "canceled"


def test_positions_are_closed_whole_in_part_or_not_at_all(trader: Trader) -> None:
    missing = trader.client.delete("/v2/positions/VTI")
    assert (missing.status_code, missing.json()["code"]) == (404, 40410000)
    trader.places(qty="4")
    assert trader.client.delete("/v2/positions/VTI?qty=1&percentage=5").status_code == 422
    assert trader.client.delete("/v2/positions/VTI?percentage=101").status_code == 422
    assert trader.client.delete("/v2/positions/VTI?qty=0").status_code == 422
    assert trader.client.delete("/v2/positions/VTI?qty=5").status_code == 403
    assert trader.client.delete("/v2/positions/VTI?qty=0.5").json()["qty"] == "0.5"
    assert trader.client.delete("/v2/positions/VTI?percentage=14.28571428").json()["qty"] == "0.499999999"
    assert trader.get("/v2/positions/VTI")["qty"] == "3.000000001"
    assert trader.client.delete("/v2/positions/VTI").json()["side"] == "sell"
    assert trader.get("/v2/positions") == []
    assert trader.client.get("/v2/positions/VTI").json()["message"] == "position does not exist"


def test_everything_can_be_cancelled_and_closed(trader: Trader) -> None:
    trader.places(qty="1")
    trader.places(qty="1", type="limit", limit_price="1")
    blocked = trader.client.delete("/v2/positions")
    assert (blocked.status_code, blocked.json()[0]["status"]) == (207, 403)
    closed = trader.client.delete("/v2/positions?cancel_orders=true").json()
    assert [(each["symbol"], each["status"]) for each in closed] == [("VTI", 200)]
    assert trader.client.delete("/v2/orders").json() == []


def test_gains_of_the_day_and_last_equity_follow_the_price(trader: Trader) -> None:
    trader.places(qty="2")
    trader.control("/clock", now="2026-11-24T12:00:00-05:00")
    trader.control("/prices", symbol="VTI", price="245")
    position, account = trader.get("/v2/positions/VTI"), trader.get("/v2/account")
    assert (position["lastday_price"], position["change_today"]) == ("250", "-0.02")
    assert (position["unrealized_intraday_pl"], position["unrealized_intraday_plpc"]) == ("-10", "-0.02")
    assert (account["last_equity"], account["equity"], account["balance_asof"]) == ("1000", "990", "2026-11-23")


def test_a_split_changes_shares_and_price_but_no_value(trader: Trader) -> None:
    trader.places(qty="2")
    trader.control("/prices", symbol="VTI", split="4")
    position = trader.get("/v2/positions/VTI")
    assert (position["qty"], position["current_price"], position["avg_entry_price"]) == ("8", "62.5", "62.5")
    assert (position["cost_basis"], trader.get("/v2/account")["equity"]) == ("500", "1000")
    assert trader.get("/v2/account/activities?activity_types=SPLIT")[0]["symbol"] == "VTI"


def test_orders_are_listed_by_status_symbol_side_and_time(trader: Trader) -> None:
    trader.places(notional="5", client_order_id="a")
    trader.control("/clock", advance_seconds=10)
    trader.places(notional="5", symbol="BND", client_order_id="b")
    trader.control("/fills", policy="hold")
    trader.control("/clock", advance_seconds=10)
    trader.places(notional="5", client_order_id="c")

    def listed(query: str) -> list[str]:
        return [order["client_order_id"] for order in trader.get("/v2/orders" + query)]

    assert listed("") == ["c"]
    assert listed("?status=closed") == ["b", "a"]
    assert listed("?status=all&direction=asc&limit=2") == ["a", "b"]
    assert listed("?status=all&symbols=BND,SPY") == ["b"]
    assert listed("?status=all&side=sell") == []
    assert listed("?status=all&after=2026-11-23T17:00:05Z&until=2026-11-23T17:00:15Z") == ["b"]
    ids = {order["client_order_id"]: order["id"] for order in trader.get("/v2/orders?status=all")}
    assert listed(f"?status=all&after_order_id={ids['a']}") == ["c", "b"]
    assert listed(f"?status=all&before_order_id={ids['b']}") == ["a"]
    for query in ("?status=old", "?limit=501", "?limit=0", "?direction=up", "?after=noon", "?page=1"):
        assert trader.client.get("/v2/orders" + query).status_code == 422


def test_orders_that_do_not_exist_are_404(trader: Trader) -> None:
    for path in ("/v2/orders/00000000-0000-4000-8000-000000000000", "/v2/orders:by_client_order_id?client_order_id=no"):
        answer = trader.client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, 40410000)
    assert trader.client.get("/v2/orders/not-a-uuid").status_code == 422
    assert trader.client.get("/v2/orders:by_client_order_id").status_code == 422


def test_activities_are_paged_and_filtered(trader: Trader) -> None:
    placed = [trader.places(notional="5") for _ in range(3)]
    page = trader.get("/v2/account/activities/FILL?page_size=2")
    rest = trader.get(f"/v2/account/activities/FILL?page_size=2&page_token={page[-1]['id']}")
    assert {each["order_id"] for each in page + rest} == set(placed)
    assert len(trader.get(f"/v2/account/activities?order_id={placed[0]}")) == 1
    assert trader.get("/v2/account/activities?activity_types=DIV") == []
    for query, count in (
        ("date=2026-11-23", 3),
        ("date=2026-11-24", 0),
        ("after=2026-11-23T16:59:59Z", 3),
        ("after=1795453200", 0),
        ("until=2026-11-23T17:00:01Z", 3),
        ("until=2026-11-23", 0),
        ("category=trade_activity", 3),
        ("category=non_trade_activity", 0),
    ):
        assert len(trader.get("/v2/account/activities?" + query)) == count, query
    assert trader.client.get("/v2/account/activities?category=gossip").status_code == 422
    assert trader.client.get("/v2/account/activities?page_size=101").status_code == 422


def test_equity_over_time_is_given_day_by_day(trader: Trader) -> None:
    trader.places(qty="2")
    trader.control("/clock", now="2026-11-25T12:00:00-05:00")
    trader.control("/prices", symbol="VTI", price="260")
    trader.client.patch(f"/_sandbox/accounts/{trader.account}", json={"deposit": "10"})
    found = trader.get("/v2/account/portfolio/history?period=1W&timeframe=1D&cashflow_types=ALL")
    assert (found["equity"], found["profit_loss"], found["base_value"]) == (
        [1000.0, 1000.0, 1030.0], [0.0, 0.0, 30.0], 1000.0,
    )  # fmt: skip
    assert (found["cashflow"], found["timeframe"]) == ({"CSD": [0.0, 0.0, 10.0]}, "1D")
    assert trader.get("/v2/account/portfolio/history?start=2026-11-23&period=1D&timeframe=1D")["equity"] == [1000.0]
    hours = trader.get("/v2/account/portfolio/history?start=2026-11-24&end=2026-11-25&timeframe=1H")
    assert len(hours["timestamp"]) == len(hours["equity"]) == 7
    for query in ("period=1Y", "timeframe=2H", "period=1A&timeframe=1H", "period=1D&start=2026-11-24&end=2026-11-25"):
        assert trader.client.get("/v2/account/portfolio/history?" + query).status_code == 422


def test_two_fractional_sells_while_closed_are_one_too_many(trader: Trader) -> None:
    trader.places(qty="2")
    trader.control("/clock", now="2026-11-23T18:00:00-05:00")
    trader.places(qty="0.5", side="sell")
    assert trader.order(qty="0.5", side="sell").json()["code"] == 40310000


def test_the_official_client_trades(trader: Trader) -> None:
    trader.control("/rules", number_strings=False)
    keys = trader.client.headers
    client: Any = TradingClient(
        keys["APCA-API-KEY-ID"], keys["APCA-API-SECRET-KEY"], url_override=trader.alpaca.paper_url
    )
    request = MarketOrderRequest(
        symbol="VTI", notional=10.5, side=OrderSide.BUY, time_in_force=TimeInForce.DAY, client_order_id="official"
    )
    placed = client.submit_order(request)
    assert client.get_order_by_client_id("official").status.value == "filled"
    assert client.get_order_by_id(placed.id).filled_avg_price == "250"
    assert [each.symbol for each in client.get_all_positions()] == ["VTI"]
    assert client.get_open_position("VTI").qty == "0.042"
    assert [each.id for each in client.get_orders(GetOrdersRequest(status=QueryOrderStatus.ALL))] == [placed.id]
    with pytest.raises(APIError) as refused:
        client.submit_order(request)
    assert refused.value.status_code == 422
    assert client.close_position("VTI", ClosePositionRequest(percentage="100")).side is OrderSide.SELL
    assert client.get_asset("VTI").fractionable is True
    assert client.get_clock().is_open is True
    assert client.get_portfolio_history().timeframe == "1D"
    client._session.close()
    trader.control("/rules", number_strings=True)
