"""Secrets, settings, versions, tags, addresses and schedules of a deployed Worker."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.cloudflare.conftest import Client

KEEP = ["secret_text", "secret_key"]
CODE = "export default { fetch() {} }"


def secret(name: str, text: str) -> dict[str, str]:
    return {"type": "secret_text", "name": name, "text": text}


def plain(name: str, text: str) -> dict[str, str]:
    return {"type": "plain_text", "name": name, "text": text}


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


def test_a_secret_is_added_beside_inherited_ones_and_deleted_again(kept: Client, refusal_of: Any) -> None:
    kept.upload("holds", CODE, bindings=[secret("KEY", "1"), plain("MODE", "paper")])
    inherited = [{"type": "inherit", "name": name} for name in ("KEY", "MODE")]
    body = {"bindings": [*inherited, secret("TOKEN", "t")]}
    settings = {"settings": (None, json.dumps(body), "application/json")}

    assert kept.workers("PATCH", "/scripts/holds/settings", files=settings).is_success
    assert kept.secrets("holds") == {"KEY": "1", "TOKEN": "t"}
    assert kept.workers("DELETE", "/scripts/holds/secrets/TOKEN").is_success

    assert (kept.secrets("holds"), kept.script("holds")["variables"]) == ({"KEY": "1"}, {"MODE": "paper"})
    assert refusal_of(kept.workers("DELETE", "/scripts/holds/secrets/MODE")) == (404, 10056)
    assert refusal_of(kept.workers("DELETE", "/scripts/absent/secrets/TOKEN")) == (404, 10007)
    assert refusal_of(kept.workers("PATCH", "/scripts/absent/settings", files=settings)) == (404, 10007)


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
