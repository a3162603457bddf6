"""Every request the Worker makes to Alpaca against Alpaca's own OpenAPI documents, where those are at hand."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.sandbox.test_alpaca_contract import DATA, TRADING, document, problems, resolve
from tests.worker.runtime import ROOT
from tests.worker.test_modules import NODE

pytestmark = pytest.mark.skipif(
    not (TRADING.exists() and DATA.exists()), reason="Alpaca's OpenAPI documents are not beside the repository"
)


def wrong_with(request: dict[str, Any]) -> list[str]:
    root = document(DATA if request["path"].startswith("/v2/stocks") else TRADING)
    route = root["paths"].get(request["path"], {}).get(request["method"].lower())
    if route is None:
        return ["no such route"]
    declared = [
        each if "$ref" not in each else resolve(each["$ref"], root) for each in parameters(root, request, route)
    ]
    schemas = {each["name"]: each.get("schema", {}) for each in declared if each["in"] == "query"}
    found = [f"{name}: unknown" for name in request["query"] if name not in schemas]
    found += [
        f"{each['name']}: required"
        for each in declared
        if each.get("required") and each["name"] not in request["query"]
    ]
    for name in request["query"].keys() & schemas.keys():
        schema = resolved(schemas[name], root)
        if "enum" in schema and request["query"][name] not in schema["enum"]:
            found.append(f"{name}: {request['query'][name]} is not one of {schema['enum']}")
    if request["body"] is not None:
        content = resolved(route["requestBody"], root)
        found += problems(content["content"]["application/json"]["schema"], request["body"], root)
    return found


def resolved(part: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    return resolve(part["$ref"], root) if "$ref" in part else part


def parameters(root: dict[str, Any], request: dict[str, Any], route: dict[str, Any]) -> list[dict[str, Any]]:
    shared: list[dict[str, Any]] = root["paths"][request["path"]].get("parameters", [])
    own: list[dict[str, Any]] = route.get("parameters", [])
    return [*shared, *own]


def test_every_request_is_as_alpaca_documents_it() -> None:
    done = subprocess.run(  # noqa: S603  (our own program)
        [NODE, "tests/worker/requests.mjs"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    requests = [json.loads(line) for line in done.stdout.splitlines()]
    assert {request["path"] for request in requests} == {
        "/v2/clock",
        "/v2/account",
        "/v2/positions",
        "/v2/orders",
        "/v2/orders:by_client_order_id",
        "/v2/stocks/snapshots",
        "/v2/stocks/bars",
    }
    orders = [request["body"] for request in requests if request["method"] == "POST"]
    assert {order["side"] for order in orders} == {"buy", "sell"}
    assert all(isinstance(value, str) for order in orders for value in order.values())
    assert {problem for request in requests for problem in wrong_with(request)} == set()
