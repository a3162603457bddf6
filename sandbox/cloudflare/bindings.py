"""Works out a Worker's bindings: what an upload brings, inherits, keeps and loses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sandbox.cloudflare.answers import Refusal, refusal
from sandbox.cloudflare.state import Binding

NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
VALUE_FIELDS = {
    "plain_text": "text",
    "secret_text": "text",
    "json": "json",
    "durable_object_namespace": "class_name",
}
SIZED = frozenset({"plain_text", "secret_text", "json"})
SIZE_LIMIT = 5 * 1024
COUNT_LIMIT = 64


def resolve(
    wanted: Sequence[object], current: Sequence[Binding], *, keep: Iterable[str] = (), strict: bool = False
) -> tuple[Binding, ...]:
    """Combine the uploaded bindings with the deployed ones; raises Refusal.

    An upload replaces every binding. Those of a type in `keep` stay if the upload does not name them;
    `inherit` copies one, and if there is none it vanishes silently unless `strict`.
    """
    known = {binding.name: binding for binding in current}
    result: dict[str, Binding] = {}
    for item in wanted:
        binding = _read(item, known, strict=strict)
        if binding is None:
            continue
        if binding.name in result:
            raise refusal(10053, binding.name)
        result[binding.name] = binding
    kept_kinds = frozenset(keep)
    for binding in current:
        if binding.kind in kept_kinds and binding.name not in result:
            result[binding.name] = binding
    return check_amount(result.values())


def check_amount(bindings: Iterable[Binding]) -> tuple[Binding, ...]:
    """Refuse too many or too large variables: 10055, 10054."""
    checked = tuple(bindings)
    sized = [binding for binding in checked if binding.kind in SIZED]
    for binding in sized:
        text = binding.value if isinstance(binding.value, str) else json.dumps(binding.value)
        if len(text.encode()) > SIZE_LIMIT:
            raise refusal(10054, binding.name)
    if len(sized) > COUNT_LIMIT:
        raise refusal(10055)
    return checked


def read_secret(item: object) -> Binding:
    """Read `{"name", "text", "type": "secret_text"}`; raises Refusal."""
    if not isinstance(item, dict) or item.get("type", "secret_text") != "secret_text":
        raise refusal(10026, "a secret needs name, text and the type secret_text")
    binding = _read({**item, "type": "secret_text"}, {}, strict=True)
    if binding is None:  # only an inherit binding reads as nothing
        raise refusal(10026, "a secret needs a value")
    return binding


def with_secrets(current: Sequence[Binding], changes: Mapping[str, Binding | None]) -> tuple[Binding, ...]:
    """Set and delete secrets; a name that another kind of binding holds is refused with 10053."""
    result = {binding.name: binding for binding in current}
    for name, secret in changes.items():
        held = result.get(name)
        if held is not None and held.kind != "secret_text":
            raise refusal(10053, name)
        if secret is None:
            result.pop(name, None)
        else:
            result[name] = secret
    return check_amount(result.values())


def shown(binding: Binding, namespaces: Mapping[str, str]) -> dict[str, Any]:
    """Describe a binding as the settings do: a secret's value is never told."""
    described: dict[str, Any] = {"type": binding.kind, "name": binding.name}
    match binding.kind:
        case "plain_text" | "json":
            described[VALUE_FIELDS[binding.kind]] = binding.value
        case "durable_object_namespace":
            described["class_name"] = binding.value
            described["namespace_id"] = namespaces.get(str(binding.value))
        case _:
            pass
    return described


def _read(item: object, known: Mapping[str, Binding], *, strict: bool) -> Binding | None:
    if not isinstance(item, dict):
        raise refusal(10026, "a binding must be a JSON object")
    kind, name = item.get("type"), item.get("name")
    if not isinstance(name, str) or NAME.fullmatch(name) is None:
        raise refusal(10052, str(name))
    if kind == "inherit":
        return _inherited(item, name, known, strict=strict)
    if not isinstance(kind, str) or kind not in VALUE_FIELDS:
        raise refusal(10021, f"Binding '{name}' has the type '{kind}', which this sandbox does not run.")
    return Binding(kind, name, _value(item, kind, name))


def _value(item: Mapping[str, Any], kind: str, name: str) -> object:
    field = VALUE_FIELDS[kind]
    unknown = set(item) - {"type", "name", field}
    if unknown:
        raise refusal(10026, f"binding '{name}' has the unknown field '{min(unknown)}'")
    if field not in item or (kind != "json" and not isinstance(item[field], str)):
        raise refusal(10026, f"binding '{name}' needs '{field}'")
    return item[field]


def _inherited(item: Mapping[str, Any], name: str, known: Mapping[str, Binding], *, strict: bool) -> Binding | None:
    version = item.get("version_id", "latest")
    if version != "latest":
        reason = f"'version_id' value '{version}' is invalid, only the literal 'latest' is supported by this API"
        raise refusal(10057, name, reason)
    old = known.get(str(item.get("old_name", name)))
    if old is None:
        if strict:
            raise _nothing_to_inherit(name)
        return None
    return Binding(old.kind, name, old.value)


def _nothing_to_inherit(name: str) -> Refusal:
    return refusal(10057, name, "the latest version of this Worker has no such binding")
