"""Puts a new version of a Worker into service: one at a time per Worker, all or nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sandbox.cloudflare.answers import refusal
from sandbox.cloudflare.api import Call
from sandbox.cloudflare.durable import Classes
from sandbox.cloudflare.state import Account, Binding, Script, Version
from sandbox.cloudflare.upload import DEFAULT_DATE, Upload
from sandbox.cloudflare.workerd import Exports, InvalidWorkerError


@contextlib.contextmanager
def changing(account: Account, name: str) -> Iterator[None]:
    """Hold the Worker for one change; a second one meanwhile is refused with 10035."""
    if name in account.changing:
        raise refusal(10035)
    account.changing.add(name)
    try:
        yield
    finally:
        account.changing.discard(name)


async def deploy_upload(
    call: Call, account: Account, upload: Upload, bindings: tuple[Binding, ...], classes: Classes
) -> Script:
    """Deploy an upload, as a new Worker or as the next version of one; raises Refusal (10021 and others)."""
    name = call.path["script"]
    script = account.scripts.get(name)
    now = call.cloud.now()
    version = Version(
        id=call.cloud.new_id(),
        number=script.live.number + 1 if script is not None else 1,
        created_on=now,
        trigger="upload",
        main_module=upload.main_module,
        modules=upload.modules,
        bindings=bindings,
        compatibility_date=upload.metadata.get("compatibility_date", DEFAULT_DATE),
        compatibility_flags=tuple(upload.metadata.get("compatibility_flags", ())),
        namespaces=dict(classes.namespaces),
        message=_message(upload.metadata),
    )
    script_id = script.id if script is not None else call.cloud.new_id()
    handlers = await _install(call, script_id, version, classes)
    if script is None:
        script = Script(script_id, name, now, now, [])
        account.scripts[name] = script
    _commit(script, version, upload.metadata)
    script.handlers = handlers
    script.tags = upload.tags
    script.migration_tag = classes.migration_tag
    script.declared_by_exports = classes.by_exports
    return script


async def deploy_bindings(call: Call, script: Script, bindings: tuple[Binding, ...], trigger: str) -> None:
    """Deploy the live code with other bindings, as one new version."""
    live = script.live
    version = replace(
        live,
        id=call.cloud.new_id(),
        number=live.number + 1,
        created_on=call.cloud.now(),
        trigger=trigger,
        bindings=bindings,
        message=None,
    )
    if call.runtime is not None:
        await call.runtime.install(script.id, version)
    script.versions.append(version)
    script.modified_on = version.created_on


async def _install(call: Call, script_id: str, version: Version, classes: Classes) -> tuple[str, ...]:
    """Start the version and tell its handlers; a Worker that is only kept is taken at its word."""
    if call.runtime is None:
        return ("fetch", "scheduled")
    seen: list[Exports] = []

    def judge(exports: Exports) -> None:
        classes.check_exports(exports)
        seen.append(exports)

    try:
        await call.runtime.install(script_id, version, judge)
    except InvalidWorkerError as error:
        raise refusal(10021, str(error)) from error
    return seen[0].handlers


def _commit(script: Script, version: Version, metadata: Mapping[str, Any]) -> None:
    script.versions.append(version)
    script.modified_on = version.created_on
    script.observability = metadata.get("observability")
    script.logpush = bool(metadata.get("logpush", False))


def _message(metadata: Mapping[str, Any]) -> str | None:
    annotations: Mapping[str, object] = metadata.get("annotations") or {}
    message = annotations.get("workers/message")
    return str(message) if message is not None else None


def kept_kinds(metadata: Mapping[str, Any]) -> Sequence[str]:
    """Read which kinds of binding an upload wants to keep."""
    kinds = metadata.get("keep_bindings", [])
    if not all(isinstance(kind, str) for kind in kinds):
        raise refusal(10026, "keep_bindings must be a list of binding types")
    return list(kinds)
