"""Faults on demand: each kind reaches the client as it should, and only as often as ordered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.alpaca import Mode, ServedAlpaca

ORDER = {"symbol": "VTI", "side": "buy", "type": "market", "time_in_force": "day", "notional": "5"}


@pytest.fixture(scope="module")
def alpaca() -> Iterator[ServedAlpaca]:
    with ServedAlpaca() as served:
        yield served


@pytest.fixture
def paper(alpaca: ServedAlpaca) -> Iterator[httpx.Client]:
    _, keys = alpaca.open_account(Mode.PAPER)
    headers = {"APCA-API-KEY-ID": keys.key_id, "APCA-API-SECRET-KEY": keys.secret}
    with httpx.Client(base_url=alpaca.paper_url, headers=headers, timeout=5) as client:
        yield client
        client.delete("/_sandbox/faults")


def order_fault(client: httpx.Client, kind: str, **rule: object) -> int:
    answer = client.post("/_sandbox/faults", json={"kind": kind, **rule})
    assert answer.status_code == 200, answer.text
    number: int = answer.json()["id"]
    return number


def orders(client: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/v2/orders?status=all").json()
    return found


def test_a_status_with_a_body_is_answered_as_often_as_ordered(paper: httpx.Client) -> None:
    body = {"code": 50010000, "message": "internal server error"}
    order_fault(paper, "status", status=503, json=body, headers={"Retry-After": "7"}, path="^/v2/clock$", times=2)
    answers = [paper.get("/v2/clock") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert (answers[0].json(), answers[0].headers["Retry-After"]) == (body, "7")
    assert all(answer.headers["X-Request-ID"] for answer in answers)


def test_html_and_empty_bodies_are_no_json(paper: httpx.Client) -> None:
    order_fault(paper, "html")
    order_fault(paper, "empty")
    html, empty = paper.get("/v2/account"), paper.get("/v2/account")
    assert (html.status_code, html.headers["Content-Type"]) == (502, "text/html")
    assert (empty.status_code, empty.content) == (200, b"")


def test_a_rate_limit_tells_when_it_ends(paper: httpx.Client) -> None:
    order_fault(paper, "rate_limit")
    answer = paper.get("/v2/account")
    assert (answer.status_code, answer.headers["X-RateLimit-Remaining"]) == (429, "0")
    assert int(answer.headers["X-RateLimit-Reset"]) > 0


@pytest.mark.parametrize(("when", "placed"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("kind", ["cut", "hang", "html"])
def test_an_order_fails_before_or_after_it_took_effect(paper: httpx.Client, kind: str, when: str, placed: int) -> None:
    order_fault(paper, kind, method="POST", path="^/v2/orders$", when=when)
    if kind == "html":
        assert paper.post("/v2/orders", json=ORDER).status_code == 502
    else:
        expected = httpx.ReadTimeout if kind == "hang" else httpx.TransportError
        with pytest.raises(expected):
            paper.post("/v2/orders", json=ORDER, timeout=0.3)
    assert len(orders(paper)) == placed


def test_a_short_hang_only_delays(paper: httpx.Client) -> None:
    order_fault(paper, "hang", seconds=0.2)
    answer = paper.get("/v2/clock")
    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.2


def test_rules_match_by_method_and_path_and_can_be_taken_back(paper: httpx.Client) -> None:
    first = order_fault(paper, "html", method="DELETE", path="positions", times=None)
    order_fault(paper, "html", path="nowhere", times=3)
    assert paper.get("/v2/positions").status_code == 200
    assert [paper.delete("/v2/positions/VTI").status_code for _ in range(3)] == [502] * 3
    left = paper.request("DELETE", f"/_sandbox/faults?id={first}").json()["faults"]
    assert [(rule["path"], rule["left"]) for rule in left] == [("nowhere", 3)]
    assert paper.delete("/v2/positions/VTI").status_code == 404
    assert paper.delete("/_sandbox/faults").json() == {"faults": []}


def test_faults_of_one_host_leave_the_others_alone(alpaca: ServedAlpaca, paper: httpx.Client) -> None:
    order_fault(paper, "html", times=None)
    snapshot = paper.get(alpaca.data_url + "/v2/stocks/snapshots?symbols=VTI")
    assert snapshot.status_code == 200
    assert paper.get("/v2/clock").status_code == 502


def test_a_cut_call_is_logged_as_unanswered(paper: httpx.Client) -> None:
    since = paper.get("/_sandbox/calls").json()["next"]
    order_fault(paper, "cut")
    with pytest.raises(httpx.RemoteProtocolError):
        paper.get("/v2/clock")
    paper.get("/v2/clock")
    calls = paper.get(f"/_sandbox/calls?since={since}").json()["calls"]
    assert sorted(call["status"] for call in calls) == [0, 200]
