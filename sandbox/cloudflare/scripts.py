"""The calls that create, list, address and delete Workers."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from sandbox.cloudflare.answers import ok, refusal
from sandbox.cloudflare.api import ACCOUNT, SCRIPT, Call, Route
from sandbox.cloudflare.bindings import resolve
from sandbox.cloudflare.crons import Cron, InvalidCronError
from sandbox.cloudflare.deployments import changing, deploy_upload, kept_kinds
from sandbox.cloudflare.durable import check_bindings, declared
from sandbox.cloudflare.state import CRON_LIMIT, SCRIPT_LIMIT, Account, Schedule, Script, stamp
from sandbox.cloudflare.upload import check_name, read_upload


async def list_scripts(call: Call) -> Response:
    """List the account's Workers; `tags=soar:yes,old:no` filters."""
    account = call.account("workers_scripts:read")
    wanted, unwanted = _tag_filter(call.request.query_params.get("tags"))
    scripts = [
        script for script in account.scripts.values() if wanted <= set(script.tags) and not unwanted & set(script.tags)
    ]
    return ok([described(script) for script in scripts])


async def put_script(call: Call) -> Response:
    """Upload a Worker and deploy it at once."""
    account = call.account("workers_scripts:edit")
    name = call.path["script"]
    _check_room(account, name)
    with changing(account, name):
        upload = await read_upload(call.request)
        script = account.scripts.get(name)
        bindings = resolve(
            upload.metadata.get("bindings", []),
            script.live.bindings if script is not None else (),
            keep=kept_kinds(upload.metadata),
            strict=call.request.query_params.get("bindings_inherit") == "strict",
        )
        classes = declared(upload.metadata, script, call.cloud.new_id)
        check_bindings(bindings, classes)
        script = await deploy_upload(call, account, upload, bindings, classes)
    return ok({**described(script), "startup_time_ms": 1})


async def delete_script(call: Call) -> Response:
    """Delete a Worker with its schedules and stored objects; with stored objects only if forced."""
    account = call.account("workers_scripts:edit")
    script = call.script(account)
    if script.live.namespaces and call.request.query_params.get("force") != "true":
        raise refusal(10142)
    with changing(account, script.name):
        del account.scripts[script.name]
        if call.runtime is not None:
            await call.runtime.remove(script.id)
    return ok({"id": script.name})


async def delete_service(call: Call) -> Response:
    """The same under the name that Cloudflare's own tool uses; a missing one is 10090 here."""
    account = call.account("workers_scripts:edit")
    if call.path["script"] not in account.scripts:
        raise refusal(10090)
    return await delete_script(call)


async def get_address(call: Call) -> Response:
    """Tell whether the Worker answers on workers.dev."""
    return ok(_address(call.script(call.account("workers_scripts:read"))))


async def post_address(call: Call) -> Response:
    """Switch the Worker's workers.dev address on or off."""
    account = call.account("workers_scripts:edit")
    script = call.script(account)
    body = await call.json()
    if not isinstance(body, dict) or not isinstance(body.get("enabled"), bool):
        raise refusal(10026, "'enabled' must be true or false")
    if account.subdomain is None:
        raise refusal(10063)
    with changing(account, script.name):
        script.workers_dev = body["enabled"]
        script.previews = bool(body.get("previews_enabled", script.previews))
        if script.workers_dev and script.address_since is None:
            script.address_since = call.cloud.now()
    return ok(_address(script))


async def get_schedules(call: Call) -> Response:
    """List the Worker's cron expressions."""
    return ok(_schedules(call.script(call.account("workers_scripts:read"))))


async def put_schedules(call: Call) -> Response:
    """Replace the Worker's cron expressions; 10072 while the account would be over its five."""
    account = call.account("workers_scripts:edit")
    script = call.script(account)
    crons = _read_crons(await call.json())
    if account.crons(without=script.name) + len(crons) > CRON_LIMIT:
        raise refusal(10072, account.id)
    if crons and "scheduled" not in script.handlers:
        raise refusal(10068)
    with changing(account, script.name):
        script.schedules = [Schedule(cron, call.cloud.now()) for cron in crons]
    return ok(_schedules(script))


def described(script: Script) -> dict[str, Any]:
    """Describe a Worker as the list of Workers does."""
    live = script.live
    return {
        "id": script.name,
        "tag": script.id,
        "etag": live.id,
        "handlers": list(script.handlers),
        "named_handlers": [{"name": name, "handlers": ["class"]} for name in live.namespaces],
        "migration_tag": script.migration_tag,
        "created_on": stamp(script.created_on),
        "modified_on": stamp(script.modified_on),
        "compatibility_date": live.compatibility_date,
        "compatibility_flags": list(live.compatibility_flags),
        "observability": script.observability,
        "tags": list(script.tags),
        "logpush": script.logpush,
        "usage_model": "standard",
        "has_modules": True,
        "has_assets": False,
        "last_deployed_from": "api",
        "deployment_id": live.id,
    }


def _check_room(account: Account, name: str) -> None:
    if not account.email_verified:
        raise refusal(10034)
    check_name(name)
    if name in account.scripts:
        return
    if account.subdomain is None:
        raise refusal(10063)
    if account.scripts_used + len(account.scripts) >= SCRIPT_LIMIT:
        raise refusal(10037)


def _tag_filter(text: str | None) -> tuple[set[str], set[str]]:
    sides: dict[str, set[str]] = {"yes": set(), "no": set()}
    for part in filter(None, (text or "").split(",")):
        tag, _, side = part.rpartition(":")
        if side not in sides:
            raise refusal(10003, "tags")
        sides[side].add(tag)
    return sides["yes"], sides["no"]


def _address(script: Script) -> dict[str, bool]:
    return {"enabled": script.workers_dev, "previews_enabled": script.previews}


def _schedules(script: Script) -> dict[str, Any]:
    entries = [
        {"cron": schedule.cron, "created_on": stamp(schedule.created_on), "modified_on": stamp(schedule.created_on)}
        for schedule in script.schedules
    ]
    return {"schedules": entries}


def _read_crons(body: object) -> list[str]:
    if not isinstance(body, list) or not all(isinstance(item, dict) and set(item) == {"cron"} for item in body):
        raise refusal(10026, 'schedules must be a list of {"cron": "…"}')
    crons = [item["cron"] for item in body]
    for cron in crons:
        try:
            Cron.parse(cron if isinstance(cron, str) else "")
        except InvalidCronError as error:
            raise refusal(10100) from error
    return list(dict.fromkeys(crons))


ROUTES = [
    Route("GET", ACCOUNT + "/workers/scripts", list_scripts),
    Route("PUT", SCRIPT, put_script),
    Route("DELETE", SCRIPT, delete_script),
    Route("DELETE", ACCOUNT + r"/workers/services/(?P<script>[^/]+)", delete_service),
    Route("GET", SCRIPT + "/subdomain", get_address),
    Route("POST", SCRIPT + "/subdomain", post_address),
    Route("GET", SCRIPT + "/schedules", get_schedules),
    Route("PUT", SCRIPT + "/schedules", put_schedules),
]
