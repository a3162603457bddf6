"""Keys, modes, account fields and settings, and what the control API shows and changes."""

from __future__ import annotations

import base64
import warnings
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.alpaca import Mode, ServedAlpaca

with warnings.catch_warnings():  # the client imports a part of websockets that is on its way out
    warnings.simplefilter("ignore", DeprecationWarning)
    from alpaca.common.exceptions import APIError
    from alpaca.trading.client import TradingClient

HTTP = httpx.Client()  # httpx.get and its like would each make a TLS context of their own
UNAUTHORIZED = {"code": 40110000, "message": "request is not authorized"}


@pytest.fixture(scope="module")
def alpaca() -> Iterator[ServedAlpaca]:
    with ServedAlpaca() as served, HTTP:
        yield served


def control(alpaca: ServedAlpaca, method: str, path: str, body: object = None, mode: Mode = Mode.PAPER) -> Any:
    answer = HTTP.request(method, f"{alpaca.trading_url(mode)}/_sandbox{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def headers(keys: dict[str, str]) -> dict[str, str]:
    return {"APCA-API-KEY-ID": keys["key_id"], "APCA-API-SECRET-KEY": keys["secret"]}


def account_of(alpaca: ServedAlpaca, keys: dict[str, str], mode: Mode = Mode.PAPER) -> httpx.Response:
    return HTTP.get(alpaca.trading_url(mode) + "/v2/account", headers=headers(keys))


def new_keys(alpaca: ServedAlpaca, mode: Mode = Mode.PAPER, **fields: object) -> dict[str, str]:
    account = control(alpaca, "POST", "/accounts", fields, mode)
    keys: dict[str, str] = control(alpaca, "POST", "/keys", {"account": account["id"]}, mode)
    return keys


@pytest.mark.parametrize(("mode", "prefix", "cash"), [(Mode.PAPER, "PK", "100000"), (Mode.LIVE, "AK", "5000")])
def test_each_mode_starts_with_an_account_and_makes_keys_of_todays_shape(
    alpaca: ServedAlpaca, mode: Mode, prefix: str, cash: str
) -> None:
    keys = control(alpaca, "POST", "/keys", {}, mode)
    assert keys["key_id"].startswith(prefix)
    assert (len(keys["key_id"]), len(keys["secret"])) == (26, 44)
    body = account_of(alpaca, keys, mode).json()
    assert (body["status"], body["currency"], body["cash"], body["equity"]) == ("ACTIVE", "USD", cash, cash)
    assert "pattern_day_trader" not in body


def test_the_older_shape_has_a_slash_in_its_secret(alpaca: ServedAlpaca) -> None:
    account = control(alpaca, "POST", "/accounts", {})["id"]
    keys = control(alpaca, "POST", "/keys", {"account": account, "older_shape": True})
    assert (len(keys["key_id"]), len(keys["secret"])) == (20, 40)
    assert "/" in keys["secret"]
    assert account_of(alpaca, keys).status_code == 200


def test_keys_fail_on_the_other_host_and_with_another_secret(alpaca: ServedAlpaca) -> None:
    paper, live = new_keys(alpaca), new_keys(alpaca, Mode.LIVE)
    tries = [
        account_of(alpaca, paper, Mode.LIVE),
        account_of(alpaca, live, Mode.PAPER),
        account_of(alpaca, {**paper, "secret": live["secret"]}),
        account_of(alpaca, {"key_id": "", "secret": ""}),
    ]
    for answer in tries:
        assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)
        assert answer.headers["X-Request-ID"]


def test_basic_authentication_still_works(alpaca: ServedAlpaca) -> None:
    keys = new_keys(alpaca)
    encoded = base64.b64encode(f"{keys['key_id']}:{keys['secret']}".encode()).decode()
    url = alpaca.paper_url + "/v2/account"
    assert HTTP.get(url, headers={"Authorization": f"Basic {encoded}"}).status_code == 200
    assert HTTP.get(url, headers={"Authorization": "Basic nonsense!"}).status_code == 401
    assert HTTP.get(url, headers={"Authorization": f"Bearer {encoded}"}).status_code == 401


def test_a_new_pair_ends_the_old_one_unless_told_to_keep_it(alpaca: ServedAlpaca) -> None:
    first = new_keys(alpaca)
    second = control(alpaca, "POST", "/keys", {"account": first["account"]})
    third = control(alpaca, "POST", "/keys", {"account": first["account"], "keep_others": True})
    assert [account_of(alpaca, keys).status_code for keys in (first, second, third)] == [401, 200, 200]
    shown = control(alpaca, "GET", f"/overview?account={first['account']}")["accounts"][0]
    assert [key["active"] for key in shown["keys"]] == [False, True, True]


def test_a_deleted_account_takes_its_keys_along(alpaca: ServedAlpaca) -> None:
    keys = new_keys(alpaca)
    control(alpaca, "DELETE", f"/accounts/{keys['account']}")
    assert account_of(alpaca, keys).status_code == 401


def test_statuses_and_flags_can_be_set_and_fields_left_out(alpaca: ServedAlpaca) -> None:
    keys = new_keys(alpaca, Mode.LIVE, status="APPROVAL_PENDING", cash="12.34", currency="EUR", multiplier=1)
    change = {"account_blocked": True, "trading_blocked": True, "omit": ["last_equity"]}
    control(alpaca, "PATCH", f"/accounts/{keys['account']}", change, Mode.LIVE)
    body = account_of(alpaca, keys, Mode.LIVE).json()
    assert (body["status"], body["cash"], body["currency"]) == ("APPROVAL_PENDING", "12.34", "EUR")
    assert (body["account_blocked"], body["trading_blocked"], body["transfers_blocked"]) == (True, True, False)
    assert (body["buying_power"], body["multiplier"]) == ("12.34", "1")
    assert "last_equity" not in body


def test_cash_and_yesterdays_equity_can_be_set(alpaca: ServedAlpaca) -> None:
    keys = new_keys(alpaca, cash=100, last_equity="120", suspend_trade=True)
    assert account_of(alpaca, keys).json()["last_equity"] == "120"
    control(alpaca, "PATCH", f"/accounts/{keys['account']}", {"cash": "80.505", "suspend_trade": False})
    body = account_of(alpaca, keys).json()
    assert (body["cash"], body["equity"], body["last_equity"]) == ("80.51", "80.51", "120")
    assert body["trade_suspended_by_user"] is False


def test_a_host_without_accounts_makes_no_keys() -> None:
    with ServedAlpaca() as empty, httpx.Client(base_url=empty.live_url) as client:
        account = client.get("/_sandbox/overview").json()["accounts"][0]["id"]
        assert client.delete(f"/_sandbox/accounts/{account}").json() == {"closed": account}
        assert client.post("/_sandbox/keys", json={}).status_code == 404
        assert client.get("/_sandbox/calls?since=x").status_code == 400
        assert client.request("DELETE", "/_sandbox/faults?id=x").status_code == 400


def test_a_deposit_shows_as_an_adjustment_and_not_as_a_gain(alpaca: ServedAlpaca) -> None:
    keys = new_keys(alpaca, cash=100)
    control(alpaca, "PATCH", f"/accounts/{keys['account']}", {"deposit": "50.5"})
    body = account_of(alpaca, keys).json()
    assert (body["equity"], body["last_equity"], body["intraday_adjustments"]) == ("150.5", "100", "50.5")
    found = HTTP.get(alpaca.paper_url + "/v2/account/activities/CSD", headers=headers(keys)).json()
    assert [each["net_amount"] for each in found] == ["50.5"]


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("/accounts", {"stats": "ACTIVE"}, "unknown field(s): stats"),
        ("/accounts", {"status": "FINE"}, "status must be one of"),
        ("/accounts", {"cash": "much"}, "cash must be a number"),
        ("/accounts", {"positions": {"XXX": {"qty": 1}}}, "unknown symbol"),
        ("/accounts", {"positions": {"VTI": {"avg_entry_price": 1}}}, "a position needs a qty"),
        ("/accounts", {"positions": ["VTI"]}, "positions must look like"),
        ("/accounts", {"omit": "cash"}, "omit must be a list"),
        ("/accounts", {"trading_blocked": "yes"}, "must be true or false"),
        ("/accounts", {"rate_limit": 1.5}, "must be a whole number"),
        ("/accounts", [], "JSON object"),
        ("/keys", {"account": "nobody"}, "no such account"),
        ("/clock", {"advance_seconds": -1}, "advance_seconds"),
        ("/clock", {"now": "tomorrow"}, "ISO 8601"),
        ("/prices", {"symbol": "XXX", "price": 1}, "unknown symbol"),
        ("/prices", {"symbol": "VTI", "price": 0}, "must be > 0"),
        ("/assets", {"symbol": "lower"}, "capital letters"),
        ("/fills", {"policy": "never"}, "policy must be one of"),
        ("/fills", {"order_id": "none"}, "no such open order"),
        ("/faults", {"kind": "sadness"}, "kind must be one of"),
        ("/faults", {"kind": "html", "path": "("}, "regular expression"),
        ("/faults", {"kind": "html", "headers": []}, "headers must be an object"),
        ("/faults", {}, "kind must be one of"),
        ("/fills", {"fraction": 1}, "fraction must be below 1"),
    ],
)
def test_the_control_api_refuses_what_it_does_not_understand(
    alpaca: ServedAlpaca, path: str, body: object, says: str
) -> None:
    before = control(alpaca, "GET", "/overview")["accounts"]
    answer = HTTP.post(alpaca.paper_url + "/_sandbox" + path, json=body)
    assert answer.status_code in {400, 404}
    assert says in answer.json()["error"]
    assert control(alpaca, "GET", "/overview")["accounts"] == before


def test_the_overview_has_what_a_page_needs_and_any_page_may_read_it(alpaca: ServedAlpaca) -> None:
    keys = new_keys(alpaca, positions={"VTI": {"qty": "2", "avg_entry_price": "100"}}, email="a@example.test")
    answer = HTTP.get(alpaca.paper_url + f"/_sandbox/overview?account={keys['account']}")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    body = answer.json()
    assert (body["mode"], set(body["clock"])) == ("paper", {"timestamp", "is_open", "next_open", "next_close"})
    account = body["accounts"][0]
    assert (account["email"], account["positions"][0]["qty"]) == ("a@example.test", "2")
    assert keys["secret"] not in answer.text
    asked = HTTP.options(alpaca.paper_url + "/_sandbox/keys")
    assert (asked.status_code, asked.headers["Access-Control-Allow-Origin"]) == (204, "*")
    assert "Access-Control-Allow-Origin" not in account_of(alpaca, keys).headers


def test_calls_are_logged_with_four_characters_of_the_key(alpaca: ServedAlpaca) -> None:
    keys = new_keys(alpaca)
    start = control(alpaca, "GET", "/calls")["next"]
    account_of(alpaca, keys)
    HTTP.get(alpaca.paper_url + "/v2/orders?status=all", headers=headers(keys))
    log = control(alpaca, "GET", f"/calls?since={start}")
    assert [(call["method"], call["path"], call["query"], call["status"]) for call in log["calls"]] == [
        ("GET", "/v2/account", "", 200),
        ("GET", "/v2/orders", "status=all", 200),
    ]
    assert {call["key"] for call in log["calls"]} == {keys["key_id"][-4:]}
    assert control(alpaca, "GET", f"/calls?since={log['next']}")["calls"] == []


def test_the_rate_limit_ends_in_429_with_its_headers(alpaca: ServedAlpaca) -> None:
    keys = new_keys(alpaca, rate_limit=2)
    answers = [account_of(alpaca, keys) for _ in range(6)]
    refused = answers[-1]
    assert answers[0].status_code == 200
    assert (refused.status_code, refused.json()["code"]) == (429, 42910000)
    assert (refused.headers["X-RateLimit-Limit"], refused.headers["X-RateLimit-Remaining"]) == ("2", "0")
    assert int(refused.headers["X-RateLimit-Reset"]) % 60 == 0
    control(alpaca, "PATCH", f"/accounts/{keys['account']}", {"rate_limit": None})
    assert account_of(alpaca, keys).status_code == 200


def test_settings_are_changed_by_name_and_checked(alpaca: ServedAlpaca) -> None:
    keys, url = new_keys(alpaca), alpaca.paper_url + "/v2/account/configurations"
    changed = HTTP.patch(url, headers=headers(keys), json={"suspend_trade": True})
    assert (changed.status_code, changed.json()["suspend_trade"]) == (200, True)
    assert account_of(alpaca, keys).json()["trade_suspended_by_user"] is True
    for body in ({"suspend_trade": "yes"}, {"suspended": True}, {"max_margin_multiplier": "3"}):
        assert HTTP.patch(url, headers=headers(keys), json=body).status_code == 422
    for content in (b"{", b"[]", b""):
        assert HTTP.patch(url, headers=headers(keys), content=content).status_code == 400


def test_unknown_paths_and_parameters_are_refused(alpaca: ServedAlpaca) -> None:
    keys = new_keys(alpaca)
    for method, path in (("GET", "/v2/acount"), ("POST", "/v2/account"), ("GET", "/v2/account/")):
        assert HTTP.request(method, alpaca.paper_url + path, headers=headers(keys)).status_code == 404
    answer = HTTP.get(alpaca.paper_url + "/v2/account?verbose=1", headers=headers(keys))
    assert (answer.status_code, answer.json()["message"]) == (422, "unexpected parameter(s): verbose")


def test_the_official_client_reads_account_and_settings(alpaca: ServedAlpaca) -> None:
    keys = new_keys(alpaca, cash="250")
    client = TradingClient(keys["key_id"], keys["secret"], url_override=alpaca.paper_url)
    account: Any = client.get_account()
    assert (str(account.id), account.status.value, account.cash) == (keys["account"], "ACTIVE", "250")
    configurations: Any = client.get_account_configurations()
    assert configurations.suspend_trade is False
    wrong = TradingClient(keys["key_id"], keys["secret"], url_override=alpaca.live_url)
    with pytest.raises(APIError) as refused:
        wrong.get_account()
    assert refused.value.status_code == 401
    for each in (client, wrong):
        each._session.close()
