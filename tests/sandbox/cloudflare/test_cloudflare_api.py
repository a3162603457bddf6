"""The API's answers, good and bad, with uploads kept but not run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from sandbox.cloudflare.server import create_app
from sandbox.serving import Served

if TYPE_CHECKING:
    from tests.sandbox.cloudflare.conftest import Client

LONG_AGO, FAR_AWAY = "2020-01-01T00:00:00+00:00", "2090-01-01T00:00:00+00:00"
KEEP = ["secret_text", "secret_key"]
CODE = "export default { fetch() {} }"
ZEROS = "0" * 32


def secret(name: str, text: str) -> dict[str, str]:
    return {"type": "secret_text", "name": name, "text": text}


def plain(name: str, text: str) -> dict[str, str]:
    return {"type": "plain_text", "name": name, "text": text}


# --- tokens and accounts


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


# --- the workers.dev name


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


# --- uploads


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        pytest.param({"limits": {"cpu_ms": 50}}, (400, 100328), id="cpu limit"),
        pytest.param({"tail_consumers": [{"service": "x"}]}, (400, 100150), id="tail"),
        pytest.param({"tags": [str(n) for n in range(9)]}, (400, 100103), id="nine tags"),
        pytest.param({"tags": ["x" * 2000]}, (400, 100102), id="large tag"),
        pytest.param({"main_module": "other.js"}, (400, 10021), id="main module missing"),
        pytest.param({"main_module": None}, (400, 10026), id="main module of wrong type"),
        pytest.param({"observabillity": {}}, (400, 10026), id="unknown field"),
        pytest.param({"bindings": {}}, (400, 10026), id="bindings of wrong type"),
        pytest.param({"bindings": [plain("1A", "x")]}, (400, 10052), id="binding name"),
        pytest.param({"bindings": [plain("A", "x"), secret("A", "y")]}, (400, 10053), id="name twice"),
        pytest.param({"bindings": [plain("A", "x" * 5121)]}, (400, 10054), id="large value"),
        pytest.param({"bindings": [plain(f"A{n}", "x") for n in range(65)]}, (400, 10055), id="65 variables"),
        pytest.param({"bindings": [{"type": "plain_text", "name": "A"}]}, (400, 10026), id="no value"),
        pytest.param({"bindings": [{**plain("A", "x"), "value": "y"}]}, (400, 10026), id="unknown binding field"),
        pytest.param({"bindings": [{"type": "kv_namespace", "name": "A"}]}, (400, 10021), id="other binding"),
        pytest.param({"bindings": [{"type": "inherit", "name": "A"}]}, (400, 10057), id="nothing to inherit"),
        pytest.param(
            {"bindings": [{"type": "inherit", "name": "A", "version_id": "1234"}]},
            (400, 10057),
            id="inherit by version",
        ),
        pytest.param(
            {"bindings": [{"type": "durable_object_namespace", "name": "S", "class_name": "State"}]},
            (400, 10061),
            id="undeclared class",
        ),
        pytest.param(
            {"exports": {}, "migrations": {"new_tag": "v1", "new_sqlite_classes": ["State"]}}, (400, 100402), id="both"
        ),
        pytest.param({"exports": {"State": {"type": "durable-object"}}}, (400, 100402), id="no storage"),
        pytest.param(
            {"exports": {"State": {"type": "durable-object", "storage": "legacy-kv"}}}, (400, 10097), id="KV storage"
        ),
        pytest.param({"migrations": {"new_tag": "v1", "new_classes": ["State"]}}, (400, 10097), id="KV migration"),
        pytest.param({"migrations": {"old_tag": "v0", "new_tag": "v1"}}, (412, 10079), id="wrong old tag"),
    ],
)
def test_refused_metadata(kept: Client, refusal_of: Any, metadata: dict[str, Any], expected: tuple[int, int]) -> None:
    assert refusal_of(kept.upload("refused", CODE, query="?bindings_inherit=strict", **metadata)) == expected
    assert kept.workers("GET", "/scripts").json()["result"] == []


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(
            {"worker.js": ("worker.js", CODE, "application/javascript+module")}, (400, 10026), id="no metadata"
        ),
        pytest.param({"metadata": (None, "{", "application/json")}, (400, 10026), id="metadata is no JSON"),
        pytest.param({"metadata": (None, "[]", "application/json")}, (400, 10026), id="metadata is no object"),
        pytest.param({"files[]": ("worker.js", CODE, "application/javascript+module")}, (400, 10021), id="part name"),
        pytest.param({"worker.js": (None, CODE, "application/javascript+module")}, (400, 10021), id="no filename"),
        pytest.param({"worker.js": ("worker.js", CODE, "video/mp4")}, (400, 10021), id="content type"),
        pytest.param({"worker.py": ("worker.py", "x", "text/x-python")}, (400, 10021), id="Python"),
    ],
)
def test_refused_parts(kept: Client, refusal_of: Any, files: Any, expected: tuple[int, int]) -> None:
    metadata = (None, json.dumps({"main_module": "worker.js"}), "application/json")
    whole = files if "metadata" in files or expected == (400, 10026) else {"metadata": metadata, **files}
    assert refusal_of(kept.workers("PUT", "/scripts/parts", files=whole)) == expected


def test_an_upload_that_is_no_form(kept: Client, refusal_of: Any) -> None:
    broken = {"content-type": "multipart/form-data; boundary=b"}
    assert refusal_of(kept.workers("PUT", "/scripts/form", json={})) == (400, 10001)
    assert refusal_of(kept.workers("PUT", "/scripts/form", content=b"--b\r\nnonsense", headers=broken)) == (400, 10026)


@pytest.mark.parametrize(
    ("name", "expected"), [("Upper", 10016), ("ends-", 10016), ("1st", 10016), ("a_b", 10016), ("a" * 64, 100132)]
)
def test_refused_names(kept: Client, refusal_of: Any, name: str, expected: int) -> None:
    assert refusal_of(kept.upload(name, CODE)) == (400, expected)


def test_an_unverified_address_and_a_full_account(kept: Client, refusal_of: Any) -> None:
    kept.upload("first", CODE)
    kept.control("PATCH", f"/accounts/{kept.account}", {"scripts_used": 99})
    assert refusal_of(kept.upload("second", CODE)) == (403, 10037)
    assert kept.upload("first", CODE).is_success
    kept.control("PATCH", f"/accounts/{kept.account}", {"email_verified": False})
    assert refusal_of(kept.upload("first", CODE)) == (403, 10034)


def test_a_lost_first_answer_is_harmless_with_exports_and_not_with_migrations(kept: Client, refusal_of: Any) -> None:
    exports = {"State": {"type": "durable-object", "storage": "sqlite"}}
    migrations = {"new_tag": "v1", "new_sqlite_classes": ["State"]}
    for name, metadata in (("with-exports", {"exports": exports}), ("with-migrations", {"migrations": migrations})):
        kept.control("POST", "/faults", {"kind": "cut_after", "method": "PUT", "path": name})
        with pytest.raises(httpx.RemoteProtocolError):
            kept.upload(name, CODE, **metadata)

    assert [s["id"] for s in kept.workers("GET", "/scripts").json()["result"]] == ["with-exports", "with-migrations"]
    assert kept.upload("with-exports", CODE, exports=exports).is_success
    assert refusal_of(kept.upload("with-migrations", CODE, migrations=migrations)) == (412, 10079)
    assert kept.upload("with-migrations", CODE, migrations={"old_tag": "v1", "new_tag": "v1"}).is_success
    assert refusal_of(kept.upload("with-exports", CODE, migrations=migrations)) == (400, 100402)
    assert refusal_of(kept.upload("with-exports", CODE, exports={})) == (400, 100402)
    gone = {"State": {"type": "durable-object", "state": "deleted"}}
    assert kept.upload("with-exports", CODE, exports=gone).is_success
    assert kept.workers("DELETE", "/scripts/with-exports").is_success


def test_stored_objects_are_deleted_only_by_force(kept: Client, refusal_of: Any) -> None:
    kept.upload("holds", CODE, exports={"State": {"type": "durable-object", "storage": "sqlite"}})
    assert refusal_of(kept.workers("DELETE", "/scripts/holds")) == (400, 10142)
    assert kept.workers("DELETE", "/services/holds?force=true").is_success
    assert kept.workers("GET", "/scripts").json()["result"] == []


# --- bindings and secrets


def test_an_upload_keeps_or_loses_secrets_as_it_says(kept: Client) -> None:
    kept.upload("keeps", CODE, bindings=[secret("KEY", "1"), secret("SECRET", "2"), plain("MODE", "paper")])

    kept.upload("keeps", CODE, keep_bindings=KEEP, bindings=[secret("KEY", "new")])
    assert kept.secrets("keeps") == {"KEY": "new", "SECRET": "2"}
    assert kept.script("keeps")["variables"] == {}

    inherited = [{"type": "inherit", "name": "KEY"}, {"type": "inherit", "name": "GONE"}]
    kept.upload("keeps", CODE, bindings=inherited)
    assert kept.secrets("keeps") == {"KEY": "new"}

    kept.upload("keeps", CODE)
    assert kept.secrets("keeps") == {}


def test_secrets_one_by_one_and_many_at_once(kept: Client, refusal_of: Any) -> None:
    kept.upload("holds", CODE, bindings=[secret("KEY", "1"), plain("MODE", "paper")])
    patch = {"KEY": secret("KEY", "2"), "SECRET": secret("SECRET", "3"), "NEVER": None}

    assert kept.workers("PUT", "/scripts/holds/secrets", json=secret("EXTRA", "x")).is_success
    assert kept.workers("DELETE", "/scripts/holds/secrets/EXTRA?url_encoded=true").is_success
    assert refusal_of(kept.workers("DELETE", "/scripts/holds/secrets/EXTRA")) == (404, 10056)
    assert refusal_of(kept.workers("PUT", "/scripts/holds/secrets", json=secret("MODE", "live"))) == (400, 10053)
    versions = kept.script("holds")["versions"]
    merge = {"content-type": "application/merge-patch+json"}
    body = json.dumps({"secrets": patch})
    assert kept.workers("PATCH", "/scripts/holds/secrets-bulk", content=body, headers=merge).is_success

    assert kept.script("holds")["versions"] == versions + 1
    assert kept.secrets("holds") == {"KEY": "2", "SECRET": "3"}
    assert kept.workers("GET", "/scripts/holds/secrets").json()["result"] == [
        {"name": "KEY", "type": "secret_text"},
        {"name": "SECRET", "type": "secret_text"},
    ]


@pytest.mark.parametrize(
    ("request_parts", "expected"),
    [
        ({"json": {"KEY": secret("KEY", "1")}}, (400, 10026)),
        ({"json": {"secrets": {"KEY": {"type": "plain_text", "text": "1"}}}}, (400, 10026)),
        ({"json": {"secrets": {"KEY": secret("OTHER", "1")}}}, (400, 10026)),
        ({"json": {"secrets": {"KEY": {"type": "secret_text"}}}}, (400, 10026)),
        ({"json": {"secrets": {"MODE": secret("MODE", "1")}}}, (400, 10053)),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, (400, 10026)),
        ({"content": b"{}", "headers": {"content-type": "text/plain"}}, (400, 10001)),
    ],
)
def test_refused_secret_changes_change_nothing(
    kept: Client, refusal_of: Any, request_parts: dict[str, Any], expected: tuple[int, int]
) -> None:
    kept.upload("holds", CODE, bindings=[secret("KEY", "old"), plain("MODE", "paper")])
    assert refusal_of(kept.workers("PATCH", "/scripts/holds/secrets-bulk", **request_parts)) == expected
    assert kept.secrets("holds") == {"KEY": "old"}
    assert kept.script("holds")["versions"] == 1


def test_settings_tell_bindings_but_no_secret(kept: Client) -> None:
    state = {"type": "durable_object_namespace", "name": "STATE", "class_name": "State"}
    exports = {"State": {"type": "durable-object", "storage": "sqlite"}}
    plan = {"type": "json", "name": "PLAN", "json": {"kind": "watch"}}
    kept.upload("told", CODE, bindings=[secret("KEY", "hidden"), plan, plain("MODE", "paper"), state], exports=exports)

    answer = kept.workers("GET", "/scripts/told/settings")

    assert "hidden" not in answer.text
    bindings = {binding["name"]: binding for binding in answer.json()["result"]["bindings"]}
    assert bindings["KEY"] == {"type": "secret_text", "name": "KEY"}
    assert bindings["PLAN"] == plan
    assert bindings["MODE"] == plain("MODE", "paper")
    assert bindings["STATE"]["class_name"] == "State"


def test_settings_can_be_changed_without_the_code(kept: Client, refusal_of: Any) -> None:
    kept.upload("changes", CODE, bindings=[secret("KEY", "1"), plain("COMMAND_KEY", "old")], tags=["soar"])
    bindings = [{"type": "inherit", "name": "KEY"}, plain("COMMAND_KEY", "new")]
    settings = {"settings": (None, json.dumps({"bindings": bindings}), "application/json")}

    assert kept.workers("PATCH", "/scripts/changes/settings", files=settings).is_success
    assert kept.workers("PATCH", "/scripts/changes/script-settings", json={"tags": ["soar", "v2"]}).is_success

    script = kept.script("changes")
    assert (script["variables"], script["tags"], script["versions"]) == ({"COMMAND_KEY": "new"}, ["soar", "v2"], 2)
    assert kept.secrets("changes") == {"KEY": "1"}
    assert refusal_of(kept.workers("PATCH", "/scripts/changes/script-settings", json={"bindings": []})) == (400, 10026)


def test_versions_and_deployments(kept: Client) -> None:
    kept.upload("told", CODE, annotations={"workers/message": "first"})
    kept.upload("told", CODE)
    kept.workers("PUT", "/scripts/told/secrets", json=secret("KEY", "1"))

    deployments = kept.workers("GET", "/scripts/told/deployments").json()["result"]["deployments"]
    versions = kept.workers("GET", "/scripts/told/versions").json()["result"]["items"]

    assert [d["annotations"]["workers/triggered_by"] for d in deployments] == ["secret", "upload", "upload"]
    assert deployments[2]["annotations"]["workers/message"] == "first"
    assert [v["number"] for v in versions] == [3, 2, 1]
    assert deployments[0]["versions"] == [{"version_id": versions[0]["id"], "percentage": 100}]


# --- tags, addresses, schedules


def test_workers_are_found_by_tag(kept: Client) -> None:
    kept.upload("soar-paper-1", CODE, tags=["soar"])
    kept.upload("somebodys", CODE)

    def names(query: str) -> list[str]:
        return [script["id"] for script in kept.workers("GET", f"/scripts{query}").json()["result"]]

    assert names("") == ["soar-paper-1", "somebodys"]
    assert names("?tags=soar:yes") == ["soar-paper-1"]
    assert names("?tags=soar:no") == ["somebodys"]


def test_an_address_answers_only_when_switched_on(kept: Client, refusal_of: Any) -> None:
    kept.upload("hidden", CODE)
    assert kept.http.get(f"/workers/{kept.subdomain}/hidden/v1/status").status_code == 404
    assert refusal_of(kept.workers("POST", "/scripts/hidden/subdomain", json={"enabled": "yes"})) == (400, 10026)

    url = kept.open_address("hidden")

    assert kept.http.get(f"{url}/v1/status").json()["script"] == "hidden"
    worker = kept.workers("GET", "/workers/hidden").json()["result"]
    assert worker["subdomain"] == {"enabled": True, "previews_enabled": False, "url": url}
    missing = kept.http.get(f"/workers/{kept.subdomain}/nobody/")
    assert (missing.status_code, "nothing here yet" in missing.text) == (404, True)


def test_five_crons_per_account(kept: Client, refusal_of: Any) -> None:
    quarter, hourly = {"cron": "*/15 * * * *"}, {"cron": "0 * * * *"}
    kept.control("PATCH", f"/accounts/{kept.account}", {"crons_used": 3})
    kept.upload("first", CODE)
    kept.upload("second", CODE)

    assert kept.workers("PUT", "/scripts/first/schedules", json=[quarter, hourly]).is_success
    assert kept.workers("PUT", "/scripts/first/schedules", json=[quarter, hourly]).is_success
    refused = kept.workers("PUT", "/scripts/second/schedules", json=[quarter])
    assert refusal_of(refused) == (400, 10072)
    assert "5 cron triggers per account" in refused.json()["errors"][0]["message"]
    assert kept.workers("PUT", "/scripts/first/schedules", json=[]).json()["result"] == {"schedules": []}
    assert kept.workers("PUT", "/scripts/second/schedules", json=[quarter]).is_success

    kept.control("PATCH", f"/accounts/{kept.account}", {"crons_used": 6})
    assert refusal_of(kept.workers("PUT", "/scripts/second/schedules", json=[])) == (400, 10072)


@pytest.mark.parametrize(
    ("body", "expected"),
    [([{"cron": "0 0 * * 0"}], 10100), ([{"cron": "nonsense"}], 10100), ({"cron": "x"}, 10026), (["* * * * *"], 10026)],
)
def test_refused_schedules(kept: Client, refusal_of: Any, body: object, expected: int) -> None:
    kept.upload("timed", CODE)
    assert refusal_of(kept.workers("PUT", "/scripts/timed/schedules", json=body)) == (400, expected)


# --- misbehaviour on demand, and the record


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


# --- the control API and the stub


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
