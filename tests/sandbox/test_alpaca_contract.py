"""Every answer of the stand-in against Alpaca's own OpenAPI documents, where those are at hand."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.alpaca import Mode, ServedAlpaca

SPECS = Path(__file__).parents[2].parent / "shared" / "specs"
TRADING, DATA = SPECS / "alpaca-trading-openapi.json", SPECS / "alpaca-marketdata-openapi.json"
pytestmark = pytest.mark.skipif(
    not (TRADING.exists() and DATA.exists()), reason="Alpaca's OpenAPI documents are not beside the repository"
)
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?")


@cache
def document(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def problems(schema: dict[str, Any], value: Any, root: dict[str, Any], at: str = "$") -> Iterator[str]:
    """What is wrong with a value by a JSON schema as OpenAPI 3.0 and 3.1 write them; one line per fault."""
    if "$ref" in schema:
        yield from problems(resolve(schema["$ref"], root), value, root, at)
        return
    if value is None and schema.get("nullable"):
        return
    yield from combination_problems(schema, value, root, at)
    if not has_type(schema.get("type"), value):
        yield f"{at}: {value!r} is not {schema['type']}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is not one of {schema['enum']}"
    match value:
        case str():
            yield from text_problems(schema, value, at)
        case list():
            for index, item in enumerate(value):
                yield from problems(schema.get("items", {}), item, root, f"{at}[{index}]")
        case dict():
            yield from object_problems(schema, value, root, at)
        case _:
            pass


def combination_problems(schema: dict[str, Any], value: Any, root: dict[str, Any], at: str) -> Iterator[str]:
    for part in schema.get("allOf", []):
        yield from problems(part, value, root, at)
    # Alpaca's alternatives overlap (a fill also passes as a non-trade activity), so one match is enough for oneOf too.
    for name in ("anyOf", "oneOf"):
        if name in schema and all([*problems(part, value, root, at)] for part in schema[name]):
            yield f"{at}: matches nothing of {name}"


def object_problems(schema: dict[str, Any], value: dict[str, Any], root: dict[str, Any], at: str) -> Iterator[str]:
    for name in schema.get("required", []):
        if name not in value:
            yield f"{at}.{name}: required"
    declared, others = schema.get("properties", {}), schema.get("additionalProperties", {})
    for name, item in value.items():
        part = declared.get(name, others)
        if part is False:
            yield f"{at}.{name}: not allowed"
        elif isinstance(part, dict):
            yield from problems(part, item, root, f"{at}.{name}")


def text_problems(schema: dict[str, Any], value: str, at: str) -> Iterator[str]:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{at}: has {len(value)} characters"
    if schema.get("format") in {"date", "date-time"} and not MOMENT.fullmatch(value):
        yield f"{at}: {value!r} is no {schema['format']}"
    if schema.get("format") == "uuid":
        try:
            uuid.UUID(value)
        except ValueError:
            yield f"{at}: {value!r} is no uuid"


def has_type(wanted: Any, value: Any) -> bool:
    if wanted is None:
        return True
    names = wanted if isinstance(wanted, list) else [wanted]
    if isinstance(value, bool):
        return "boolean" in names
    return any(isinstance(value, TYPES[name]) for name in names)


def resolve(reference: str, root: dict[str, Any]) -> dict[str, Any]:
    found: Any = root
    for name in reference.removeprefix("#/").split("/"):
        found = found[name.replace("~1", "/").replace("~0", "~")]
    resolved: dict[str, Any] = found
    return resolved


def check(path: Path, route: str, answer: httpx.Response) -> Any:
    """The answer's status is documented for the route, and its body is what the document says; gives the body."""
    root = document(path)
    operation = root["paths"][route][answer.request.method.lower()]
    declared = operation["responses"].get(str(answer.status_code))
    assert declared is not None, f"{route} does not document {answer.status_code}: {answer.text}"
    declared = resolve(declared["$ref"], root) if "$ref" in declared else declared
    for name in declared.get("headers", {}):
        assert name in answer.headers
    if "content" not in declared:
        return None
    body = answer.json()
    found = list(problems(declared["content"]["application/json"]["schema"], body, root))
    assert not found, found
    return body


@pytest.fixture(scope="module")
def alpaca() -> Iterator[ServedAlpaca]:
    with ServedAlpaca() as served:
        yield served


@pytest.fixture
def trading(alpaca: ServedAlpaca) -> Iterator[httpx.Client]:
    account, keys = alpaca.open_account(Mode.LIVE, cash=Decimal(1000))
    account.rate_limit = 100_000
    headers = {"APCA-API-KEY-ID": keys.key_id, "APCA-API-SECRET-KEY": keys.secret}
    with httpx.Client(base_url=alpaca.live_url, headers=headers) as client:
        noon = {"real": True, "frozen": True, "now": "2026-11-23T12:00:00-05:00"}
        assert client.post("/_sandbox/clock", json=noon).status_code == 200
        yield client


def order(client: httpx.Client, **fields: object) -> httpx.Response:
    body = {"symbol": "VTI", "side": "buy", "type": "market", "time_in_force": "day", **fields}
    request = document(TRADING)["components"]["schemas"]["CreateOrderRequest"]
    assert not list(problems(request, body, document(TRADING)))
    return client.post("/v2/orders", json=body)


def test_reading_an_account_and_the_market(trading: httpx.Client) -> None:
    for path, route in [
        ("/v2/account", "/v2/account"),
        ("/v2/account/configurations", "/v2/account/configurations"),
        ("/v2/clock", "/v2/clock"),
        ("/v2/calendar?start=2026-11-20&end=2026-12-31", "/v2/calendar"),
        ("/v2/assets", "/v2/assets"),
        ("/v2/assets/VTI", "/v2/assets/{symbol_or_asset_id}"),
        ("/v2/assets/NOSUCH", "/v2/assets/{symbol_or_asset_id}"),
        ("/v2/account/portfolio/history?period=1W&timeframe=1D", "/v2/account/portfolio/history"),
        ("/v2/account/portfolio/history?period=1D&timeframe=15Min", "/v2/account/portfolio/history"),
    ]:
        check(TRADING, route, trading.get(path))
    changed = trading.patch("/v2/account/configurations", json={"suspend_trade": True})
    check(TRADING, "/v2/account/configurations", changed)


def test_the_life_of_orders_and_positions(trading: httpx.Client) -> None:
    check(TRADING, "/v2/orders", order(trading, notional="10.00", client_order_id="filled"))
    check(TRADING, "/v2/orders", order(trading, qty="0.123456789", client_order_id="fraction"))
    trading.post("/_sandbox/fills", json={"policy": "partial"})
    check(TRADING, "/v2/orders", order(trading, notional="20.00"))
    trading.post("/_sandbox/fills", json={"policy": "hold"})
    resting = check(TRADING, "/v2/orders", order(trading, qty="1", type="limit", limit_price="9.5", symbol="BND"))
    trading.post("/_sandbox/fills", json={"policy": "immediate"})
    by_id = "/v2/orders/{order_id}"
    found = check(TRADING, "/v2/orders", trading.get("/v2/orders?status=all&limit=500"))
    assert {each["status"] for each in found} == {"filled", "partially_filled", "new"}
    check(TRADING, by_id, trading.get(f"/v2/orders/{resting['id']}"))
    lookup = trading.get("/v2/orders:by_client_order_id?client_order_id=filled")
    check(TRADING, "/v2/orders:by_client_order_id", lookup)
    check(TRADING, by_id, trading.delete(f"/v2/orders/{resting['id']}"))
    check(TRADING, by_id, trading.delete(f"/v2/orders/{resting['id']}"))
    check(TRADING, "/v2/orders", trading.delete("/v2/orders"))
    check(TRADING, "/v2/positions", trading.get("/v2/positions"))
    check(TRADING, "/v2/positions/{symbol_or_asset_id}", trading.get("/v2/positions/VTI"))
    closed = trading.delete("/v2/positions/VTI?percentage=50")
    check(TRADING, "/v2/positions/{symbol_or_asset_id}", closed)
    check(TRADING, "/v2/positions", trading.delete("/v2/positions"))


def test_activities_of_every_kind(trading: httpx.Client) -> None:
    order(trading, notional="10.00")
    account = trading.get("/v2/account").json()["id"]
    trading.patch(f"/_sandbox/accounts/{account}", json={"deposit": "5"})
    trading.patch(f"/_sandbox/accounts/{account}", json={"deposit": "-5"})
    trading.post("/_sandbox/prices", json={"symbol": "VTI", "split": "2"})
    found = check(TRADING, "/v2/account/activities", trading.get("/v2/account/activities"))
    assert {each["activity_type"] for each in found} == {"FILL", "CSD", "CSW", "SPLIT"}
    fills = trading.get("/v2/account/activities/FILL")
    check(TRADING, "/v2/account/activities/{activity_type}", fills)
    schema = document(TRADING)["components"]["schemas"]["TradingActivities"]
    assert not list(problems(schema, fills.json()[0], document(TRADING)))


def test_refused_orders_carry_a_documented_status_and_code(trading: httpx.Client) -> None:
    error = document(TRADING)["components"]["schemas"]["Error"]
    for fields in ({"notional": "100000"}, {"qty": "1", "side": "sell"}, {"notional": "0.5"}, {}):
        answer = order(trading, **fields)
        check(TRADING, "/v2/orders", answer)
        assert not list(problems(error, answer.json(), document(TRADING)))


def test_market_data(alpaca: ServedAlpaca, trading: httpx.Client) -> None:
    url = alpaca.data_url
    for path, route in [
        ("snapshots?symbols=VTI,SPY,BND&feed=iex", "/v2/stocks/snapshots"),
        ("trades/latest?symbols=VTI,SPY", "/v2/stocks/trades/latest"),
        ("quotes/latest?symbols=VTI,SPY", "/v2/stocks/quotes/latest"),
        ("bars/latest?symbols=VTI,SPY", "/v2/stocks/bars/latest"),
        ("bars?symbols=VTI,SPY&timeframe=1Day&start=2026-10-01&feed=iex&limit=5", "/v2/stocks/bars"),
        ("bars?symbols=VTI,SPY&timeframe=15Min&start=2026-11-20&end=2026-11-21", "/v2/stocks/bars"),
        ("snapshots?symbols=VTI&feed=sip", "/v2/stocks/snapshots"),
        ("snapshots?symbols=!", "/v2/stocks/snapshots"),
    ]:
        check(DATA, route, trading.get(f"{url}/v2/stocks/{path}"))


def test_the_checker_notices_what_is_wrong() -> None:
    root = document(TRADING)
    position = root["components"]["schemas"]["Position"]
    body = dict(position["examples"][0])
    assert not list(problems(position, body, root))
    for change in ({"qty": 5}, {"qty": ""}, {"side": "both"}, {"asset_id": "x"}, {"exchange": "MOON"}):
        assert list(problems(position, {**body, **change}, root)), change
    del body["symbol"]
    assert list(problems(position, body, root)) == ["$.symbol: required"]
    assert list(problems({"anyOf": [{"type": "string"}, {"type": "null"}]}, 1, root)) == ["$: matches nothing of anyOf"]
    assert list(problems({"allOf": [{"type": "integer"}]}, True, root)) == ["$: True is not integer"]
    assert not list(problems({"type": "string", "nullable": True}, None, root))
