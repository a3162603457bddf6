"""Whatever is ordered, no cent and no share appears or vanishes, and no id is ever used twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sandbox.alpaca import Mode, ServedAlpaca

START = Decimal("500.00")
CENT = Decimal("0.01")
SYMBOLS = ("VTI", "BND", "SPY")

amounts = st.decimals(min_value="1", max_value="80", places=2).map(str)
quantities = st.decimals(min_value="0.000000001", max_value="0.5", places=9).map(lambda value: format(value, "f"))
placing = st.fixed_dictionaries(
    {
        "symbol": st.sampled_from(SYMBOLS),
        "side": st.sampled_from(["buy", "buy", "sell"]),
        "size": st.one_of(st.tuples(st.just("notional"), amounts), st.tuples(st.just("qty"), quantities)),
        "id": st.integers(0, 30),
    }
)
events = st.one_of(
    st.none(),
    st.builds(lambda policy: {"policy": policy}, st.sampled_from(["immediate", "hold", "partial", "delayed"])),
    st.builds(lambda seconds: {"advance": seconds}, st.sampled_from([1, 600, 30_000, 90_000])),
    st.builds(lambda symbol: {"close": symbol}, st.sampled_from(SYMBOLS)),
    st.sampled_from([{"cancel": True}, {"release": True}]),
)
# An event may come before each order: an example without several orders would prove nothing.
steps = st.lists(st.tuples(events, placing), min_size=8, max_size=16)


@pytest.fixture(scope="module")
def alpaca() -> Iterator[ServedAlpaca]:
    with ServedAlpaca() as served:
        yield served


@pytest.fixture(scope="module")
def client(alpaca: ServedAlpaca) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=alpaca.paper_url) as http:
        yield http


# No shrinking: every example is dozens of HTTP calls, and a failing one is short enough to read as it is.
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(steps=steps)
def test_cash_and_shares_are_conserved_and_ids_are_used_once(
    alpaca: ServedAlpaca, client: httpx.Client, steps: list[tuple[dict[str, Any] | None, dict[str, Any]]]
) -> None:
    _, keys = alpaca.open_account(Mode.PAPER, cash=START)
    client.headers.update({"APCA-API-KEY-ID": keys.key_id, "APCA-API-SECRET-KEY": keys.secret})
    client.post("/_sandbox/clock", json={"real": True, "now": "2026-11-23T10:00:00-05:00", "frozen": True})
    client.post("/_sandbox/fills", json={"policy": "immediate"})
    accepted: Counter[str] = Counter()
    for event, order in steps:
        take(client, event or {}, accepted)
        take(client, order, accepted)
    check_books(client, accepted)


def take(client: httpx.Client, step: dict[str, Any], accepted: Counter[str]) -> None:
    match step:
        case {"policy": policy}:
            client.post("/_sandbox/fills", json={"policy": policy, "seconds": 300})
        case {"advance": seconds}:
            client.post("/_sandbox/clock", json={"advance_seconds": seconds})
        case {"close": symbol}:
            assert client.delete(f"/v2/positions/{symbol}").status_code in {200, 403, 404}
        case {"cancel": _}:
            assert client.delete("/v2/orders").status_code == 207
        case {"release": _}:
            client.post("/_sandbox/fills", json={"release": True})
        case {"symbol": symbol, "side": side, "size": (name, amount), "id": number}:
            body = {"symbol": symbol, "side": side, "type": "market", "time_in_force": "day", name: amount}
            answer = client.post("/v2/orders", json={**body, "client_order_id": f"id-{number}"})
            assert answer.status_code in {200, 403, 422}, answer.text
            accepted[f"id-{number}"] += answer.status_code == 200


def check_books(client: httpx.Client, accepted: Counter[str]) -> None:
    orders = client.get("/v2/orders?status=all&limit=500").json()
    assert all(count <= 1 for count in accepted.values())
    ids = Counter(order["client_order_id"] for order in orders)
    assert all(count == 1 for count in ids.values())
    assert {name for name, count in accepted.items() if count} <= set(ids)
    cash, shares = START, dict.fromkeys(SYMBOLS, Decimal(0))
    fills = client.get("/v2/account/activities/FILL").json()
    for order in orders:
        parts = [fill for fill in fills if fill["order_id"] == order["id"]]
        quantity = sum((Decimal(part["qty"]) for part in parts), Decimal(0))
        value = sum((Decimal(part["qty"]) * Decimal(part["price"]) for part in parts), Decimal(0))
        assert quantity == Decimal(order["filled_qty"])
        if order["notional"] is not None:
            assert value <= Decimal(order["notional"])
        sign = 1 if order["side"] == "buy" else -1
        cash -= sign * value.quantize(CENT, ROUND_HALF_UP)
        shares[order["symbol"]] += sign * quantity
    account = client.get("/v2/account").json()
    held = {position["symbol"]: Decimal(position["qty"]) for position in client.get("/v2/positions").json()}
    assert Decimal(account["cash"]) == cash
    assert held == {symbol: quantity for symbol, quantity in shares.items() if quantity}
    assert all(quantity > 0 for quantity in held.values())
