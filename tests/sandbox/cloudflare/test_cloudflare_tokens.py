"""Tokens, accounts and their workers.dev name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.cloudflare.conftest import Client

LONG_AGO, FAR_AWAY = "2020-01-01T00:00:00+00:00", "2090-01-01T00:00:00+00:00"
CODE = "export default { fetch() {} }"


def test_accounts_are_listed_page_by_page(kept: Client) -> None:
    others = [kept.control("POST", "/accounts", {"name": f"Account {n}"}).json()["id"] for n in range(6)]
    token = kept.new_token(accounts=[kept.account, *others])

    pages = [kept.api("GET", f"/accounts?per_page=5&page={n}", token=token).json() for n in (1, 2, 3)]

    assert [len(page["result"]) for page in pages] == [5, 2, 0]
    assert pages[0]["result"][0]["name"] == "Ada"
    assert pages[1]["result_info"] == {"page": 2, "per_page": 5, "total_pages": 2, "count": 2, "total_count": 7}


def test_without_account_settings_read_the_list_is_empty_and_yet_a_success(kept: Client) -> None:
    answer = kept.api("GET", "/accounts", token=kept.new_token(permissions=["workers_scripts:edit"]))
    assert (answer.status_code, answer.json()["success"], answer.json()["result"]) == (200, True, [])


@pytest.mark.parametrize(
    ("wishes", "path", "expected"),
    [
        pytest.param({}, "/user/tokens/verify", "active", id="user"),
        pytest.param({"kind": "old"}, "/user/tokens/verify", "active", id="old form"),
        pytest.param({"kind": "account"}, "/user/tokens/verify", (401, 1000), id="account token, user path"),
        pytest.param({"kind": "account"}, "/accounts/{}/tokens/verify", "active", id="account"),
        pytest.param({}, "/accounts/{}/tokens/verify", (401, 1000), id="user token, account path"),
        pytest.param({"status": "disabled"}, "/user/tokens/verify", "disabled", id="disabled"),
        pytest.param({"expires_on": LONG_AGO}, "/user/tokens/verify", "expired", id="expired"),
        pytest.param({"not_before": FAR_AWAY}, "/user/tokens/verify", "active", id="not yet valid"),
    ],
)
def test_verify(kept: Client, refusal_of: Any, wishes: dict[str, Any], path: str, expected: object) -> None:
    answer = kept.api("GET", path.format(kept.account), token=kept.new_token(**wishes))
    if isinstance(expected, tuple):
        assert refusal_of(answer) == expected
    else:
        assert answer.json()["result"]["status"] == expected


@pytest.mark.parametrize(
    ("wishes", "accounts", "scripts"),
    [
        pytest.param({"status": "disabled"}, (403, 9109), (403, 10000), id="disabled"),
        pytest.param({"expires_on": LONG_AGO}, (403, 9109), (403, 10000), id="expired"),
        pytest.param({"not_before": FAR_AWAY}, (403, 9109), (403, 10000), id="not yet valid"),
        pytest.param({"ip_restricted": True}, (403, 9109), (403, 9109), id="for another IP address"),
        pytest.param({"kind": "account", "lists_accounts": False}, (400, 1001), None, id="account-owned, 1001"),
        pytest.param({"permissions": ["account_settings:read"]}, None, (403, 10000), id="without scripts permission"),
    ],
)
def test_tokens_that_open_little(kept: Client, refusal_of: Any, wishes: Any, accounts: Any, scripts: Any) -> None:
    token = kept.new_token(**wishes)
    for path, expected in (("/accounts", accounts), (f"/accounts/{kept.account}/workers/scripts", scripts)):
        answer = kept.api("GET", path, token=token)
        assert (None if answer.is_success else refusal_of(answer)) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, (400, 9106)),
        ({"Authorization": "Bearer short"}, (400, 6003)),
        ({"Authorization": f"Bearer cfk_{'a' * 48}"}, (400, 6003)),
        ({"Authorization": f"Bearer {'a' * 37}"}, (400, 6003)),
        ({"Authorization": f"Basic {'a' * 40}"}, (400, 6003)),
        ({"X-Auth-Key": "a" * 37, "X-Auth-Email": "a@example.org"}, (403, 9103)),
        ({"X-Auth-Key": "x", "X-Auth-Email": "a@example.org"}, (400, 6003)),
        ({"Authorization": f"Bearer {'x' * 40}"}, (403, 9109)),
    ],
)
def test_credentials_that_open_nothing(
    kept: Client, refusal_of: Any, headers: dict[str, str], expected: tuple[int, int]
) -> None:
    answer = kept.http.get("/client/v4/accounts", headers=headers)
    assert refusal_of(answer) == expected


def test_a_wrong_token_is_told_differently_in_three_places(kept: Client, refusal_of: Any) -> None:
    wrong = "cfut_" + "x" * 48
    answers = [
        kept.api("GET", path, token=wrong)
        for path in ("/user/tokens/verify", "/accounts", f"/accounts/{kept.account}/workers/scripts")
    ]
    assert [refusal_of(answer) for answer in answers] == [(401, 1000), (403, 9109), (403, 10000)]


def test_a_malformed_header_carries_its_error_chain(kept: Client) -> None:
    error = kept.api("GET", "/accounts", token="cut off").json()["errors"][0]
    assert error["error_chain"] == [{"code": 6111, "message": "Invalid format for Authorization header"}]


def test_scripts_read_does_not_allow_writing(kept: Client, refusal_of: Any) -> None:
    token = kept.new_token(permissions=["workers_scripts:read"])
    path = f"/accounts/{kept.account}/workers/scripts/x"
    assert kept.api("GET", path.removesuffix("/x"), token=token).is_success
    assert refusal_of(kept.api("DELETE", path, token=token)) == (403, 10000)


def test_another_account_is_out_of_reach(kept: Client, refusal_of: Any) -> None:
    other = kept.control("POST", "/accounts", {"name": "Bob"}).json()["id"]
    assert refusal_of(kept.api("GET", f"/accounts/{other}/workers/scripts")) == (403, 10000)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/accounts/{}/nonsense", (404, 7003)),
        ("GET", "/accounts/not-an-id/workers/scripts", (404, 7003)),
        ("POST", "/accounts/{}/workers/scripts", (405, 7001)),
        ("GET", "/user", (403, 9109)),
        ("GET", "/memberships", (403, 9109)),
        ("GET", "/accounts?page=0", (400, 10003)),
        ("GET", "/accounts/{}/workers/scripts?tags=soar:maybe", (400, 10003)),
        ("GET", "/accounts/{}/workers/scripts/none", (404, 10007)),
        ("GET", "/accounts/{}/workers/scripts/none/settings", (404, 10007)),
        ("DELETE", "/accounts/{}/workers/scripts/none?force=true", (404, 10007)),
        ("DELETE", "/accounts/{}/workers/services/none?force=true", (404, 10090)),
        ("GET", "/accounts/{}/workers/workers/none", (404, 10007)),
    ],
)
def test_what_is_not_there(kept: Client, refusal_of: Any, method: str, path: str, expected: tuple[int, int]) -> None:
    assert refusal_of(kept.api(method, path.format(kept.account))) == expected


def test_the_workers_dev_name(kept: Client, refusal_of: Any) -> None:
    kept.control("POST", "/accounts", {"name": "Bob", "subdomain": "taken"})
    kept.control("PATCH", f"/accounts/{kept.account}", {"subdomain": None})

    assert refusal_of(kept.workers("GET", "/subdomain")) == (404, 10007)
    assert refusal_of(kept.upload("early", CODE)) == (403, 10063)
    assert refusal_of(kept.workers("GET", "/subdomains/taken")) == (409, 10031)
    assert refusal_of(kept.workers("GET", "/subdomains/free")) == (404, 10032)
    assert refusal_of(kept.workers("GET", "/subdomains/-bad-")) == (400, 10033)
    assert refusal_of(kept.workers("PUT", "/subdomain", json={"subdomain": "taken"})) == (409, 10031)
    assert refusal_of(kept.workers("PUT", "/subdomain", json={"subdomain": "Not Good"})) == (400, 10033)
    assert kept.workers("PUT", "/subdomain", json={"subdomain": "free"}).json()["result"] == {"subdomain": "free"}
    assert refusal_of(kept.workers("PUT", "/subdomain", json={"subdomain": "other"})) == (409, 10036)
    assert kept.workers("GET", "/subdomain").json()["result"] == {"subdomain": "free"}
    assert kept.upload("early", CODE).is_success
