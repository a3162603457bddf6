"""Uploads: what is taken, what is refused, and what a lost answer leaves behind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from tests.sandbox.cloudflare.conftest import Client

CODE = "export default { fetch() {} }"


def secret(name: str, text: str) -> dict[str, str]:
    return {"type": "secret_text", "name": name, "text": text}


def plain(name: str, text: str) -> dict[str, str]:
    return {"type": "plain_text", "name": name, "text": text}


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


def test_classes_are_renamed_and_deleted_by_both_kinds_of_declaration(kept: Client, refusal_of: Any) -> None:
    sqlite = {"type": "durable-object", "storage": "sqlite"}
    old = {"type": "durable_object_namespace", "name": "STATE", "class_name": "Old"}
    new = {**old, "class_name": "New"}
    kept.upload("declares", CODE, exports={"Old": sqlite}, bindings=[old])
    namespace = kept.workers("GET", "/scripts/declares/settings").json()["result"]["bindings"][0]["namespace_id"]
    renamed = {"Old": {"type": "durable-object", "state": "renamed", "renamed_to": "New"}, "New": sqlite}
    assert kept.upload("declares", CODE, exports=renamed, bindings=[new]).is_success
    bindings = kept.workers("GET", "/scripts/declares/settings").json()["result"]["bindings"]
    assert bindings == [{**new, "namespace_id": namespace}]
    moved = {"New": {"type": "durable-object", "state": "transferred"}}
    assert refusal_of(kept.upload("declares", CODE, exports=moved)) == (400, 100402)

    steps = [{"new_sqlite_classes": ["Old", "Spare"]}, {"renamed_classes": [{"from": "Old", "to": "New"}]}]
    assert kept.upload("migrates", CODE, migrations={"new_tag": "v2", "steps": steps}, bindings=[new]).is_success
    again = {"old_tag": "v2", "new_tag": "v3", "new_sqlite_classes": ["Spare"]}
    assert refusal_of(kept.upload("migrates", CODE, migrations=again)) == (400, 10074)
    gone = {"old_tag": "v2", "new_tag": "v3", "deleted_classes": ["New"]}
    assert refusal_of(kept.upload("migrates", CODE, migrations=gone, bindings=[new])) == (400, 10061)
    assert kept.upload("migrates", CODE, migrations=gone).json()["result"]["migration_tag"] == "v3"
    assert refusal_of(kept.upload("migrates", CODE, migrations={"new_clases": ["A"]})) == (400, 10026)


def test_stored_objects_are_deleted_only_by_force(kept: Client, refusal_of: Any) -> None:
    kept.upload("holds", CODE, exports={"State": {"type": "durable-object", "storage": "sqlite"}})
    assert refusal_of(kept.workers("DELETE", "/scripts/holds")) == (400, 10142)
    assert kept.workers("DELETE", "/services/holds?force=true").is_success
    assert kept.workers("GET", "/scripts").json()["result"] == []
