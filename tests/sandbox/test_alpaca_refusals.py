"""Orders that are refused: in which words, with which status and code, and without a trace on the book."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from sandbox.alpaca import Mode, ServedAlpaca


@pytest.fixture(scope="module")
def alpaca() -> Iterator[ServedAlpaca]:
    with ServedAlpaca() as served:
        yield served


@pytest.fixture(scope="module")
def http(alpaca: ServedAlpaca) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=alpaca.paper_url) as client:
        yield client


@pytest.fixture
def client(alpaca: ServedAlpaca, http: httpx.Client) -> httpx.Client:
    """An account of 1,000 dollars of its own, at noon of a trading day, with VTI at 250."""
    _, keys = alpaca.open_account(Mode.PAPER, cash=Decimal(1000))
    http.headers.update({"APCA-API-KEY-ID": keys.key_id, "APCA-API-SECRET-KEY": keys.secret})
    control(http, "/clock", real=True, now="2026-11-23T12:00:00-05:00", frozen=True)
    control(http, "/prices", symbol="VTI", price="250")
    control(http, "/fills", policy="immediate")
    return http


def control(client: httpx.Client, path: str, **body: object) -> None:
    assert client.post("/_sandbox" + path, json=body).status_code == 200


def order(client: httpx.Client, **fields: object) -> httpx.Response:
    body = {"symbol": "VTI", "side": "buy", "type": "market", "time_in_force": "day", **fields}
    return client.post("/v2/orders", json={name: value for name, value in body.items() if value is not ...})


def place(client: httpx.Client, **fields: object) -> str:
    answer = order(client, **fields)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


@pytest.mark.parametrize(
    ("fields", "code", "says"),
    [
        ({"notional": ...}, 40010001, "qty or notional is required"),
        ({"notional": "10", "qty": "1"}, 40010001, "only one of qty or notional is accepted"),
        ({"qty": "0"}, 40010001, "qty must be > 0"),
        ({"qty": "-1"}, 40010001, "qty must be > 0"),
        ({"qty": "NaN"}, 40010001, "qty must be numeric"),
        ({"qty": "0.0000000001"}, 40010001, "9 decimal places"),
        ({"notional": 10}, 40010001, "notional must be a number written as a string"),
        ({"notional": 10.5}, 40010001, "notional must be a number written as a string"),
        ({"notional": "10.001"}, 42210000, "limited to 2 decimal places"),
        ({"notional": "0.99"}, 42210000, "notional amount must be >= 1.00"),
        ({"notional": "10", "time_in_force": "gtc"}, 42210000, "fractional orders must be DAY orders"),
        ({"notional": "10", "type": "limit", "limit_price": "9"}, 42210000, "must be market orders"),
        ({"qty": "0.5", "time_in_force": "gtc"}, 42210000, "fractional orders must be DAY orders"),
        ({"qty": "1", "limit_price": "9"}, 40010001, "market orders require no stop or limit price"),
        ({"qty": "1", "type": "limit"}, 40010001, "limit orders require only limit price"),
        ({"qty": "1", "type": "limit", "limit_price": "9.001"}, 42210000, "sub-penny increment"),
        ({"qty": "1", "type": "limit", "limit_price": "0"}, 40010001, "limit price must be > 0"),
        ({"qty": "1", "type": "stop", "limit_price": "5"}, 40010001, "stop orders require only stop price"),
        ({"qty": "1", "trail_price": "5"}, 40010001, "only trailing stop orders"),
        ({"qty": "1", "position_intent": "hope"}, 40010001, "invalid position_intent"),
        ({"qty": "1", "symbol": 5}, 40010001, "symbol must be a string"),
        ({"qty": "1", "extended_hours": True}, 40010001, "allowed for extended hours"),
        ({"qty": "1", "extended_hours": "no"}, 40010001, "extended_hours must be a boolean"),
        ({"qty": "1", "side": "hold"}, 40010001, "invalid side"),
        ({"qty": "1", "side": ...}, 40010001, "side is required"),
        ({"qty": "1", "type": ...}, 40010001, "type is required"),
        ({"qty": "1", "time_in_force": "soon"}, 40010001, "invalid time_in_force"),
        ({"qty": "1", "symbol": ...}, 40010001, "symbol is required"),
        ({"qty": "1", "symbol": "NOSUCH"}, 42210000, 'asset "NOSUCH" not found'),
        ({"qty": "1", "symbol": "GONE"}, 42210000, "is not active"),
        ({"qty": "1", "symbol": "HALTD"}, 42210000, "is not tradable"),
        ({"qty": "1", "amount": "1"}, 40010001, "unexpected parameter(s): amount"),
        ({"qty": "1", "order_class": "bracket"}, 42210000, "complex orders"),
        ({"qty": "1", "client_order_id": "x" * 129}, 40010001, "no more than 128 characters"),
    ],
)
def test_what_is_malformed_or_impossible_is_422(
    client: httpx.Client, fields: dict[str, object], code: int, says: str
) -> None:
    answer = order(client, **fields)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, code)
    assert says in body["message"]
    assert client.get("/v2/orders?status=all").json() == []


def test_a_body_that_is_no_object_is_400(client: httpx.Client) -> None:
    for content in (b"", b"{", b"[]", b'"x"'):
        answer = client.post("/v2/orders", content=content)
        assert (answer.status_code, answer.json()["code"]) == (400, 40010000)


def test_orders_the_account_may_not_place_are_403(client: httpx.Client) -> None:
    def refused(**fields: object) -> dict[str, Any]:
        answer = order(client, **fields)
        body: dict[str, Any] = answer.json()
        assert (answer.status_code, body.pop("code")) == (403, 40310000)
        return body

    assert refused(notional="2000.01") == {
        "message": "insufficient buying power",
        "buying_power": "2000",
        "cost_basis": "2000.01",
    }
    assert "minimal amount of order 1" in refused(qty="0.001")["message"]
    assert refused(notional="10", symbol="WHOLE") == {"message": "requested asset is not fractionable"}
    assert refused(qty="1", side="sell") == {"message": "account is not allowed to short"}
    place(client, qty="1")
    lacking = refused(qty="2", side="sell")
    assert (lacking["available"], lacking["existing_qty"], lacking["held_for_orders"]) == ("1", "1", "0")
    assert lacking["message"].startswith("insufficient qty available for order")


def test_an_order_against_ones_own_is_a_wash_trade(client: httpx.Client) -> None:
    place(client, qty="1")
    control(client, "/fills", policy="hold")
    resting = place(client, qty="1", type="limit", limit_price="200", time_in_force="gtc")
    body = order(client, qty="1", side="sell").json()
    assert (body["code"], body["existing_order_id"]) == (40310000, resting)
    assert body["message"].startswith("potential wash trade detected")
    assert body["reject_reason"] == "opposite side limit order exists"
    place(client, qty="1", side="sell", type="limit", limit_price="300", time_in_force="gtc")


def test_a_suspended_blocked_or_inactive_account_places_nothing(client: httpx.Client) -> None:
    client.patch("/v2/account/configurations", json={"suspend_trade": True})
    assert order(client, notional="10").json() == {
        "code": 40310000,
        "message": "new orders are rejected by user request",
    }
    client.patch("/v2/account/configurations", json={"suspend_trade": False})
    changes: list[dict[str, object]] = [
        {"trading_blocked": True},
        {"trading_blocked": False, "account_blocked": True},
        {"account_blocked": False, "status": "ACCOUNT_CLOSED"},
        {"status": "ACTIVE", "fractional_trading": False},
    ]
    account = client.get("/v2/account").json()["id"]
    for change in changes:
        client.patch(f"/_sandbox/accounts/{account}", json=change)
        assert order(client, notional="10").status_code == 403
    assert order(client, qty="1").status_code == 200
