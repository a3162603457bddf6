"""Misbehaviour on demand, the record of calls, the control API and the stub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from sandbox.cloudflare.server import create_app
from sandbox.serving import Served

if TYPE_CHECKING:
    from tests.sandbox.cloudflare.conftest import Client

CODE = "export default { fetch() {} }"
ZEROS = "0" * 32


def secret(name: str, text: str) -> dict[str, str]:
    return {"type": "secret_text", "name": name, "text": text}


def plain(name: str, text: str) -> dict[str, str]:
    return {"type": "plain_text", "name": name, "text": text}


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ({"kind": "bad_gateway"}, 502, None),
        ({"kind": "throttled"}, 429, 971),
        ({"kind": "conflict"}, 409, 10035),
        ({"kind": "refusal", "code": 10013, "status": 500, "message": "unknown"}, 500, 10013),
        ({"kind": "answer", "status": 504, "body": "gateway time-out"}, 504, None),
    ],
)
def test_wrong_answers_on_demand(kept: Client, fault: dict[str, Any], status: int, code: int | None) -> None:
    kept.control("POST", "/faults", {**fault, "method": "GET", "path": "/workers/scripts$", "skip": 1, "times": 2})

    answers = [kept.workers("GET", "/scripts") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, status, status, 200]
    if code is not None:
        assert answers[1].json()["errors"][0]["code"] == code
    assert kept.control("GET", "/faults").json()["faults"][0]["hits"] == 2


def test_retry_after_is_sent_if_wanted(kept: Client) -> None:
    kept.control("POST", "/faults", {"kind": "throttled", "retry_after": 7})
    assert kept.api("GET", "/accounts").headers["retry-after"] == "7"


def test_connections_cut_before_and_after(kept: Client) -> None:
    for kind, expected in (("cut", []), ("cut_after", ["cuts"])):
        kept.control("POST", "/faults", {"kind": kind, "method": "PUT"})
        with pytest.raises(httpx.TransportError):
            kept.upload("cuts", CODE)
        assert [script["id"] for script in kept.workers("GET", "/scripts").json()["result"]] == expected


def test_a_hang_and_a_delay(kept: Client) -> None:
    kept.control("POST", "/faults", {"kind": "hang", "path": "/accounts$"})
    with pytest.raises(httpx.ReadTimeout):
        kept.api("GET", "/accounts", timeout=0.1)
    kept.control("POST", "/faults", {"kind": "delay", "seconds": 0.1, "path": "/accounts$"})
    assert kept.api("GET", "/accounts").elapsed.total_seconds() >= 0.1
    assert kept.control("DELETE", "/faults").json() == {}
    assert kept.api("GET", "/accounts").is_success


def test_a_new_address_stays_unknown_for_a_while(kept: Client) -> None:
    fault = kept.control("POST", "/faults", {"kind": "new_address", "seconds": 60}).json()
    kept.upload("slow", CODE)
    url = kept.open_address("slow")
    assert kept.http.post(f"{url}/v1/status").status_code == 404
    kept.control("DELETE", f"/faults/{fault['id']}")
    assert kept.http.post(f"{url}/v1/status").status_code == 200


@pytest.mark.parametrize("fault", [{}, {"kind": "fire"}, {"kind": "cut", "path": "("}, {"kind": "cut", "times": 0}])
def test_faults_that_make_no_sense(kept: Client, fault: dict[str, Any]) -> None:
    answer = kept.control("POST", "/faults", fault)
    assert (answer.status_code, "error" in answer.json()) == (400, True)


def test_latency_is_added_to_every_call(kept: Client) -> None:
    kept.control("POST", "/latency", {"seconds": 0.1})
    assert kept.api("GET", "/accounts").elapsed.total_seconds() >= 0.1


def test_the_record_of_calls_names_codes_and_no_token(kept: Client) -> None:
    start = kept.control("GET", "/calls").json()["next"]
    kept.api("GET", "/accounts?per_page=50")
    kept.workers("DELETE", "/scripts/none")
    kept.http.get(f"/workers/{kept.subdomain}/none/")

    told = kept.control("GET", f"/calls?since={start}")

    assert kept.token not in told.text
    calls = told.json()["calls"]
    assert [(c["method"], c["status"], c["codes"], c["authorization_kind"]) for c in calls] == [
        ("GET", 200, [], "user"),
        ("DELETE", 404, [10007], "user"),
        ("GET", 404, [], "none"),
    ]
    assert calls[0]["path"] == "/client/v4/accounts?per_page=50"
    assert told.json()["next"] == start + 3


def test_control_requests_that_make_no_sense(kept: Client) -> None:
    assert kept.control("POST", "/tokens", {"account": ZEROS}).status_code == 404
    assert kept.control("POST", "/tokens", {"kind": "guest"}).status_code == 400
    assert kept.control("POST", "/tokens", {"expires_on": "soon"}).status_code == 400
    assert kept.control("POST", "/accounts", {"colour": "red"}).status_code == 400
    assert kept.control("PATCH", f"/accounts/{kept.account}", {"crons_used": "many"}).status_code == 400
    assert kept.control("POST", "/cron", {"script": "none"}).status_code == 404


def test_the_first_token_opens_an_account_if_there_is_none() -> None:
    with Served(create_app(public_url="", execution=False)) as served, httpx.Client(base_url=served.url) as http:
        token = http.post("/_sandbox/tokens", json={}).json()["token"]
        headers = {"Authorization": f"Bearer {token}"}
        accounts = http.get("/client/v4/accounts", headers=headers).json()["result"]
        told = http.get("/_sandbox/overview").json()
    assert [account["id"] for account in accounts] == [account["id"] for account in told["accounts"]]
    assert told["accounts"][0]["subdomain"] is None
    assert told["tokens"][0]["status"] == "active"


def test_a_deleted_token_opens_nothing(kept: Client, refusal_of: Any) -> None:
    token = kept.new_token()
    assert kept.api("GET", "/accounts", token=token).is_success
    kept.control("DELETE", f"/tokens/{token}")
    assert refusal_of(kept.api("GET", "/accounts", token=token)) == (403, 9109)


def test_a_page_elsewhere_may_use_the_control_api(kept: Client) -> None:
    origin = {"Origin": "http://127.0.0.1:8080", "Access-Control-Request-Method": "POST"}
    assert kept.http.options("/_sandbox/tokens", headers=origin).headers["access-control-allow-origin"] == "*"
    plain_get = kept.http.get("/_sandbox/overview", headers={"Origin": "http://127.0.0.1:8080"})
    assert plain_get.headers["access-control-allow-origin"] == "*"


def test_the_stub_answers_for_a_worker_that_does_not_run(kept: Client) -> None:
    kept.upload("stub", CODE, bindings=[plain("MODE", "paper"), secret("APCA_API_KEY_ID", "PKXXXXXX4F2A")])
    url = kept.open_address("stub")

    def command(name: str) -> httpx.Response:
        return kept.http.post(f"{url}/v1/{name}", json={})

    assert kept.http.get(url).status_code == 401
    assert command("status").json()["last_tick"] is None
    assert command("tick").json()["run"]["id"] == 1
    status = command("status").json()
    assert (status["mode"], status["key_ending"], status["ticks"]) == ("paper", "4F2A", 1)
    assert kept.control("POST", "/cron", {"script": "stub", "account": kept.account}).json()["outcome"] == "ok"
    assert command("pause").json() == {}
    destroyed = command("destroy")
    assert (destroyed.status_code, destroyed.json()["destroying"]) == (202, True)
    assert kept.workers("GET", "/scripts").json()["result"] == []
