"""The one upload: what is in it, byte for byte, and what is not."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest

from deploy.cloudflare import Cloudflare
from deploy.deployment import Deployment, Keys
from deploy.rekeying import change_keys
from deploy.sealing import KEY_ID, KEY_SECRET, SEAL, SEAL_BYTES, STAMP
from deploy.secret import Secret
from deploy.steps import Site, ensure_script
from deploy.template import Template, read_template
from tests.deploy.scripted import Scripted, good
from tests.deploy.site import ACCOUNT, DEPLOYMENT, KEYS, SCRIPT_PATH, TOKEN

KINDS = {".js": "application/javascript+module", ".html": "text/plain"}


def parts(body: bytes, kind: str) -> list[tuple[str, str | None, str, bytes]]:
    """Name, filename, type and bytes of every part, read by the standard library rather than by what made it."""
    message = BytesParser().parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    found = []
    for part in message.get_payload():
        assert not isinstance(part, str)
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        found.append((str(name), part.get_filename(), part.get_content_type(), payload))
    return found


async def uploaded(
    server: Scripted,
    cloudflare: Cloudflare,
    template: Template,
    *,
    keys: Keys | None,
    deployment: Deployment = DEPLOYMENT,
) -> tuple[dict[str, Any], list[tuple[str, str | None, str, bytes]]]:
    server.on(f"GET /accounts/{ACCOUNT}/workers/scripts", good([{"id": deployment.script, "tags": deployment.tags}]))
    server.on(f"PUT {SCRIPT_PATH}", good({}))
    await ensure_script(Site(cloudflare, TOKEN, deployment), keys=keys, template=template, look=False)
    put = server.got[-1]
    assert put.query == {"excludeScript": "true", "bindings_inherit": "strict"}
    found = parts(put.body, put.headers["content-type"])
    return json.loads(found[0][3]), found


@pytest.mark.asyncio
async def test_code_goes_up_byte_for_byte(server: Scripted, cloudflare: Cloudflare, template: Template) -> None:
    _, found = await uploaded(server, cloudflare, template, keys=KEYS)
    assert found[0][:3] == ("metadata", None, "application/json")
    assert found[1:] == [
        (module.name, module.name, KINDS[Path(module.name).suffix], module.content) for module in template.modules
    ]


@pytest.mark.asyncio
async def test_metadata_and_bindings(server: Scripted, cloudflare: Cloudflare, template: Template) -> None:
    sent, _ = await uploaded(server, cloudflare, template, keys=KEYS)
    bindings = {binding["name"]: binding for binding in sent.pop("bindings")}
    assert sent == {
        "main_module": "worker.js",
        "compatibility_date": "2026-06-01",
        "exports": {"SoarState": {"type": "durable-object", "storage": "sqlite"}},
        "observability": {"enabled": True, "head_sampling_rate": 1, "logs": {"enabled": True, "invocation_logs": True}},
        "tags": ["soar", "soar-mode-paper", "soar-deployment-ab12cd34"],
    }
    texts = {name: b["text"] for name, b in bindings.items() if b["type"] == "plain_text"}
    assert re.fullmatch("[0-9a-f]{8}", texts.pop("KEYS_STAMP"))
    assert texts == {
        "MODE": "paper",
        "ACCOUNT_ID": DEPLOYMENT.alpaca_account_id,
        "ALPACA_URL": DEPLOYMENT.alpaca_url,
        "ALPACA_DATA_URL": DEPLOYMENT.alpaca_data_url,
        "COMMAND_KEY": DEPLOYMENT.command_key,
        "DEPLOYMENT": "ab12cd34",
        "SCRIPT": "soar-paper-ab12cd34",
        "CLOUDFLARE_ACCOUNT": ACCOUNT,
        "CLOUDFLARE_API_URL": DEPLOYMENT.cloudflare_api_url,
        "TEMPLATE": template.version,
    }
    assert bindings["PLAN"] == {"type": "json", "name": "PLAN", "json": DEPLOYMENT.plan}
    assert bindings["CEILINGS"] == {"type": "json", "name": "CEILINGS", "json": DEPLOYMENT.ceilings}
    state = {"type": "durable_object_namespace", "name": "STATE", "class_name": "SoarState"}
    assert bindings["STATE"] == state
    assert bindings["FORM"] == {"type": "json", "name": "FORM", "json": DEPLOYMENT.form}
    secrets = {name: b["text"] for name, b in bindings.items() if b["type"] == "secret_text"}
    assert len(base64.b64decode(secrets.pop("KEYS_SEAL"))) == SEAL_BYTES
    assert secrets == {
        "APCA_API_KEY_ID": KEYS.key_id.reveal(),
        "APCA_API_SECRET_KEY": KEYS.secret.reveal(),
        "CLOUDFLARE_API_TOKEN": TOKEN.reveal(),
    }


@pytest.mark.asyncio
async def test_the_token_stays_out_unless_it_is_to_be_kept(
    server: Scripted, cloudflare: Cloudflare, template: Template
) -> None:
    without = dataclasses.replace(DEPLOYMENT, keep_token=False)
    await uploaded(server, cloudflare, template, keys=KEYS, deployment=without)
    assert TOKEN.reveal().encode() not in server.got[-1].body


@pytest.mark.asyncio
async def test_without_keys_the_scripts_own_are_kept(
    server: Scripted, cloudflare: Cloudflare, template: Template
) -> None:
    sent, _ = await uploaded(server, cloudflare, template, keys=None)
    assert sent["keep_bindings"] == ["secret_text", "secret_key", "plain_text"]
    assert not {b["name"] for b in sent["bindings"]} & {"APCA_API_KEY_ID", "APCA_API_SECRET_KEY", SEAL, STAMP}


def settings(*names: str) -> Any:
    """What Cloudflare tells of a Worker that has these variables besides."""
    return good({"tags": list(DEPLOYMENT.tags), "bindings": [{"name": name, "type": "plain_text"} for name in names]})


@pytest.mark.asyncio
async def test_both_keys_change_in_one_request_that_ends_what_was_sealed(
    server: Scripted, cloudflare: Cloudflare
) -> None:
    server.on(f"GET {SCRIPT_PATH}/settings", settings("MODE", KEY_ID, KEY_SECRET, SEAL, STAMP))
    server.on(f"PATCH {SCRIPT_PATH}/settings", good({}))
    await change_keys(Site(cloudflare, TOKEN, DEPLOYMENT), Keys(Secret("PKNEW"), Secret("new secret")))
    (_, sent) = server.got
    bindings = json.loads(parts(sent.body, sent.headers["content-type"])[0][3])["bindings"]
    stamp = next(each for each in bindings if each["name"] == STAMP)
    assert re.fullmatch("[0-9a-f]{8}", stamp["text"])
    assert [each for each in bindings if each["name"] != STAMP] == [
        {"type": "inherit", "name": "MODE"},
        {"type": "inherit", "name": SEAL},
        {"name": KEY_ID, "type": "secret_text", "text": "PKNEW"},
        {"name": KEY_SECRET, "type": "secret_text", "text": "new secret"},
    ]


@pytest.mark.asyncio
async def test_both_keys_of_an_older_bot_change_in_one_request(server: Scripted, cloudflare: Cloudflare) -> None:
    server.on(f"GET {SCRIPT_PATH}/settings", settings("MODE", KEY_ID, KEY_SECRET))
    server.on(f"PATCH {SCRIPT_PATH}/secrets-bulk", good({}))
    await change_keys(Site(cloudflare, TOKEN, DEPLOYMENT), Keys(Secret("PKNEW"), Secret("new secret")))
    assert [got.json() for got in server.got[1:]] == [
        {
            "secrets": {
                "APCA_API_KEY_ID": {"name": "APCA_API_KEY_ID", "type": "secret_text", "text": "PKNEW"},
                "APCA_API_SECRET_KEY": {"name": "APCA_API_SECRET_KEY", "type": "secret_text", "text": "new secret"},
            }
        }
    ]


def test_the_template_is_the_published_folder() -> None:
    template = read_template()
    folder = Path(__file__).parents[2] / "worker_template"
    assert {m.name: m.content for m in template.modules} == {
        file.name: file.read_bytes() for file in folder.iterdir() if file.suffix in {".js", ".html"}
    }
    assert template.modules[0].name == "worker.js"
    assert template.modules[0].sha256 == hashlib.sha256((folder / "worker.js").read_bytes()).hexdigest()
    assert len(template.version) == 12


def test_the_version_changes_with_any_byte_and_any_name(tmp_path: Path) -> None:
    (tmp_path / "worker.js").write_bytes(b"a")
    (tmp_path / "notes.md").write_bytes(b"not code")
    first = read_template(tmp_path).version
    (tmp_path / "notes.md").write_bytes(b"still not code")
    assert read_template(tmp_path).version == first
    (tmp_path / "worker.js").write_bytes(b"b")
    second = read_template(tmp_path).version
    (tmp_path / "other.js").write_bytes(b"")
    assert len({first, second, read_template(tmp_path).version}) == 3


def test_a_folder_without_the_main_module_is_no_template(tmp_path: Path) -> None:
    (tmp_path / "other.js").write_bytes(b"")
    with pytest.raises(FileNotFoundError):
        read_template(tmp_path)


@pytest.mark.parametrize(
    "change",
    [{"script": "Soar"}, {"script": "soar-"}, {"script": "s" * 64}, {"deployment_id": "xyz"}, {"account_id": ""}],
)
def test_a_deployment_that_cannot_be_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"not a|needs an"):
        dataclasses.replace(DEPLOYMENT, **change)


def test_urls() -> None:
    assert dataclasses.replace(DEPLOYMENT, subdomain="ann").url == "https://soar-paper-ab12cd34.ann.workers.dev"
    local = dataclasses.replace(DEPLOYMENT, worker_url_template="http://127.0.0.1:8081/workers/{subdomain}/{script}")
    assert local.url == "http://127.0.0.1:8081/workers/ann/soar-paper-ab12cd34"
