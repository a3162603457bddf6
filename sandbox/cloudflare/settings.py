"""The calls that read a Worker back, and those that change its secrets and settings without its code."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from sandbox.cloudflare.answers import ok, page_of, refusal
from sandbox.cloudflare.api import ACCOUNT, SCRIPT, Call, Route
from sandbox.cloudflare.bindings import read_secret, resolve, shown, with_secrets
from sandbox.cloudflare.deployments import changing, deploy_bindings, kept_kinds
from sandbox.cloudflare.durable import Classes, check_bindings
from sandbox.cloudflare.state import Binding, Module, Script, Version, stamp
from sandbox.cloudflare.upload import check_metadata, check_tags, read_settings

BOUNDARY = "sandbox-part-9f2c61d0a7e84b35"
SCRIPT_SETTINGS = frozenset({"observability", "tags", "logpush", "tail_consumers"})
PER_PAGE = 10


async def list_secrets(call: Call) -> Response:
    """Name the secrets."""
    script = call.script(call.account("workers_scripts:read"))
    return ok([{"name": name, "type": "secret_text"} for name in script.live.secret_names()])


async def put_secret(call: Call) -> Response:
    """Set one secret; deploys a new version."""
    secret = read_secret(await call.json())
    await _change_secrets(call, {secret.name: secret})
    return ok({"name": secret.name, "type": "secret_text"})


async def delete_secret(call: Call) -> Response:
    """Delete one secret; deploys a new version."""
    account = call.account("workers_scripts:edit")
    name = call.path["secret"]
    if name not in call.script(account).live.secret_names():
        raise refusal(10056, name)
    await _change_secrets(call, {name: None})
    return ok(None)


async def patch_secrets(call: Call) -> Response:
    """Set and delete any number of secrets in one version (JSON merge patch: null deletes)."""
    body = await call.json()
    secrets = body.get("secrets") if isinstance(body, dict) else None
    if not isinstance(secrets, dict) or set(body) != {"secrets"}:
        raise refusal(10026, "a JSON object with 'secrets' is needed")
    changes = {name: _secret_change(name, item) for name, item in secrets.items()}
    script = await _change_secrets(call, changes)
    return ok({"secrets": {name: {"name": name, "type": "secret_text"} for name in script.live.secret_names()}})


async def get_settings(call: Call) -> Response:
    """Describe bindings and settings; secrets by name only."""
    return ok(_settings(call.script(call.account("workers_scripts:read"))))


async def patch_settings(call: Call) -> Response:
    """Replace the bindings without the code: what is to stay must be sent again or inherited."""
    account = call.account("workers_scripts:edit")
    script = call.script(account)
    with changing(account, script.name):
        settings = await read_settings(call.request)
        if "main_module" in settings or settings.get("exports") or settings.get("migrations"):
            raise refusal(10026, "code and classes are changed by an upload")
        if "bindings" in settings:
            bindings = resolve(settings["bindings"], script.live.bindings, keep=kept_kinds(settings), strict=True)
            check_bindings(bindings, Classes(script.live.namespaces))
            await deploy_bindings(call, script, bindings, "api")
        _apply_script_settings(script, {key: settings[key] for key in settings if key in SCRIPT_SETTINGS})
    return ok(_settings(script))


async def get_script_settings(call: Call) -> Response:
    """Describe the settings that need no new version."""
    return ok(_script_settings(call.script(call.account("workers_scripts:read"))))


async def patch_script_settings(call: Call) -> Response:
    """Change tags, observability and log push."""
    account = call.account("workers_scripts:edit")
    script = call.script(account)
    body = await call.json()
    if not isinstance(body, dict) or set(body) - SCRIPT_SETTINGS:
        raise refusal(10026, "only observability, tags, logpush and tail_consumers can be changed here")
    check_metadata(body)
    with changing(account, script.name):
        _apply_script_settings(script, body)
    return ok(_script_settings(script))


async def list_deployments(call: Call) -> Response:
    """List the deployments, newest first; each carries one version in full."""
    script = call.script(call.account("workers_scripts:read"))
    return ok({"deployments": [_deployment(version) for version in reversed(script.versions)]})


async def list_versions(call: Call) -> Response:
    """List the versions, newest first."""
    script = call.script(call.account("workers_scripts:read"))
    newest = [_version(version) for version in reversed(script.versions)]
    shown_now, info = page_of(newest, call.number("page", 1), call.number("per_page", PER_PAGE))
    return ok({"items": shown_now}, info=info)


async def get_content(call: Call) -> Response:
    """Give the deployed modules back, byte for byte, as multipart."""
    script = call.script(call.account("workers_scripts:read"))
    body = b"".join(_part(module) for module in script.live.modules) + f"--{BOUNDARY}--\r\n".encode()
    headers = {"cf-entrypoint": script.live.main_module}
    return Response(body, headers=headers, media_type=f"multipart/form-data; boundary={BOUNDARY}")


async def get_worker(call: Call) -> Response:
    """Describe a Worker in the newer form, by name or id; it is the one that tells the full address."""
    account = call.account("workers_scripts:read")
    wanted = call.path["worker"]
    script = next((s for s in account.scripts.values() if wanted in (s.name, s.id)), None)
    if script is None:
        raise refusal(10007, "This Worker does not exist on your account.")
    subdomain: dict[str, object] = {"enabled": script.workers_dev, "previews_enabled": script.previews}
    if script.workers_dev:
        subdomain["url"] = f"{call.public_url}/workers/{account.subdomain}/{script.name}"
    result = {
        "id": script.id,
        "name": script.name,
        "created_on": stamp(script.created_on),
        "updated_on": stamp(script.modified_on),
        "deployed_on": stamp(script.live.created_on),
        "subdomain": subdomain,
        "references": {"durable_objects": [], "dispatch_namespace_outbounds": [], "domains": [], "queues": []},
        **_script_settings(script),
    }
    return ok(result)


def _secret_change(name: str, item: object) -> Binding | None:
    if item is None:
        return None
    secret = read_secret({"name": name, **item} if isinstance(item, dict) else item)
    if secret.name != name:
        raise refusal(10026, f"the secret under '{name}' has another name")
    return secret


async def _change_secrets(call: Call, changes: dict[str, Binding | None]) -> Script:
    account = call.account("workers_scripts:edit")
    script = call.script(account)
    with changing(account, script.name):
        await deploy_bindings(call, script, with_secrets(script.live.bindings, changes), "secret")
    return script


def _settings(script: Script) -> dict[str, Any]:
    live = script.live
    return {
        "bindings": [shown(binding, live.namespaces) for binding in live.bindings],
        "compatibility_date": live.compatibility_date,
        "compatibility_flags": list(live.compatibility_flags),
        "migration_tag": script.migration_tag,
        "usage_model": "standard",
        "placement": {},
        "limits": {},
        **_script_settings(script),
    }


def _script_settings(script: Script) -> dict[str, Any]:
    return {
        "observability": script.observability,
        "tags": list(script.tags),
        "logpush": script.logpush,
        "tail_consumers": None,
    }


def _apply_script_settings(script: Script, body: dict[str, Any]) -> None:
    if "tags" in body:
        script.tags = check_tags(body["tags"])
    if "observability" in body:
        script.observability = body["observability"]
    if "logpush" in body:
        script.logpush = body["logpush"]


def _deployment(version: Version) -> dict[str, Any]:
    annotations = {"workers/triggered_by": version.trigger}
    if version.message is not None:
        annotations["workers/message"] = version.message
    return {
        "id": version.id,
        "source": "api",
        "strategy": "percentage",
        "annotations": annotations,
        "created_on": stamp(version.created_on),
        "versions": [{"version_id": version.id, "percentage": 100}],
    }


def _version(version: Version) -> dict[str, Any]:
    created = stamp(version.created_on)
    metadata = {"created_on": created, "modified_on": created, "source": "api", "hasPreview": False}
    return {"id": version.id, "number": version.number, "metadata": metadata}


def _part(module: Module) -> bytes:
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{module.name}"; filename="{module.name}"\r\n'
        f"Content-Type: {module.content_type}\r\n\r\n"
    )
    return head.encode() + module.content + b"\r\n"


ROUTES = [
    Route("GET", SCRIPT + "/secrets", list_secrets),
    Route("PUT", SCRIPT + "/secrets", put_secret),
    Route("DELETE", SCRIPT + r"/secrets/(?P<secret>[^/]+)", delete_secret),
    Route("PATCH", SCRIPT + "/secrets-bulk", patch_secrets),
    Route("GET", SCRIPT + "/settings", get_settings),
    Route("PATCH", SCRIPT + "/settings", patch_settings),
    Route("GET", SCRIPT + "/script-settings", get_script_settings),
    Route("PATCH", SCRIPT + "/script-settings", patch_script_settings),
    Route("GET", SCRIPT + "/deployments", list_deployments),
    Route("GET", SCRIPT + "/versions", list_versions),
    Route("GET", SCRIPT + "/content/v2", get_content),
    Route("GET", SCRIPT, get_content),
    Route("GET", ACCOUNT + r"/workers/workers/(?P<worker>[^/]+)", get_worker),
]
