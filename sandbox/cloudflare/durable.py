"""Keeps the list of a Worker's Durable Object classes, declared by `exports` or by the older `migrations`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.cloudflare.answers import refusal
from sandbox.cloudflare.state import Binding, Script
from sandbox.cloudflare.workerd import Exports

MIGRATION_FIELDS = frozenset(
    {"new_tag", "old_tag", "new_sqlite_classes", "new_classes", "deleted_classes", "renamed_classes", "steps"}
)


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes after an upload: each with the key of its storage, and which of them are new."""

    namespaces: Mapping[str, str]
    added: frozenset[str] = frozenset()
    migration_tag: str | None = None
    by_exports: bool = False

    def check_exports(self, exports: Exports) -> None:
        """Refuse code that lacks a declared class (10070, or 10064 if it has data) or any handler (10068)."""
        for name in self.namespaces:
            if name not in exports.classes:
                raise refusal(10070 if name in self.added else 10064, name)
        if not exports.handlers and not exports.classes:
            raise refusal(10068)


def declared(metadata: Mapping[str, Any], script: Script | None, new_key: Callable[[], str]) -> Classes:
    """Apply the upload's declaration to what is deployed; raises Refusal."""
    exports, migrations = metadata.get("exports"), metadata.get("migrations")
    deployed = dict(script.live.namespaces) if script is not None else {}
    tag = script.migration_tag if script is not None else None
    by_exports = script is not None and script.declared_by_exports
    if exports is not None and migrations is not None:
        raise refusal(100402, "Only one of 'exports' and 'migrations' can be sent.")
    if migrations is not None and by_exports:
        raise refusal(
            100402, "This Worker's Durable Objects are declared by 'exports'; 'migrations' cannot be applied."
        )
    if exports is not None:
        return _by_exports(exports, deployed, tag, new_key)
    if migrations is not None:
        return _by_migrations(migrations, deployed, tag, new_key)
    return Classes(deployed, frozenset(), tag, by_exports)


def check_bindings(bindings: Sequence[Binding], classes: Classes) -> None:
    """Refuse a binding to a class that nothing has declared: 10061."""
    for binding in bindings:
        if binding.kind == "durable_object_namespace" and binding.value not in classes.namespaces:
            raise refusal(
                10061,
                f"Cannot create binding for class '{binding.value}' because it is not currently configured to "
                "implement Durable Objects. Ensure a --new-class migration has been applied to it.",
            )


def _by_exports(
    exports: Mapping[str, Any], deployed: Mapping[str, str], tag: str | None, new_key: Callable[[], str]
) -> Classes:
    namespaces = dict(deployed)
    added: set[str] = set()
    for name, entry in exports.items():
        if not isinstance(entry, dict) or entry.get("type") not in ("durable-object", "worker"):
            raise refusal(100402, f"Export '{name}' needs the type 'durable-object'.")
        if entry["type"] == "durable-object" and _export(name, entry, exports, namespaces):
            namespaces[name] = new_key()
            added.add(name)
    forgotten = sorted(set(deployed) - set(exports))
    if forgotten:
        raise refusal(100402, f"Class '{forgotten[0]}' has stored data and is missing from 'exports'.")
    return Classes(namespaces, frozenset(added), tag, by_exports=True)


def _export(name: str, entry: Mapping[str, Any], exports: Mapping[str, Any], namespaces: dict[str, str]) -> bool:
    """Apply one entry; True if it brings a class that did not exist."""
    match entry.get("state", "created"):
        case "created":
            if entry.get("storage") == "legacy-kv":
                raise refusal(10097)
            if entry.get("storage") != "sqlite":
                raise refusal(100402, f"Export '{name}' needs the storage 'sqlite'.")
            renamed = any(isinstance(e, dict) and e.get("renamed_to") == name for e in exports.values())
            return name not in namespaces and not renamed
        case "deleted":
            namespaces.pop(name, None)
        case "renamed" if isinstance(entry.get("renamed_to"), str):
            key = namespaces.pop(name, None)
            if key is not None:
                namespaces[str(entry["renamed_to"])] = key
        case state:
            raise refusal(100402, f"Export '{name}' has the state '{state}', which this sandbox does not know.")
    return False


def _by_migrations(
    migrations: Mapping[str, Any], deployed: Mapping[str, str], tag: str | None, new_key: Callable[[], str]
) -> Classes:
    unknown = sorted(set(migrations) - MIGRATION_FIELDS)
    if unknown:
        raise refusal(10026, f"unknown migration field '{unknown[0]}'")
    if migrations.get("old_tag") != tag:
        raise refusal(10079, tag or "")
    namespaces = dict(deployed)
    added: set[str] = set()
    for step in migrations.get("steps") or [migrations]:
        if step.get("new_classes"):
            raise refusal(10097)
        for name in step.get("new_sqlite_classes") or []:
            if name in namespaces:
                raise refusal(10074, name)
            namespaces[name] = new_key()
            added.add(name)
        for change in step.get("renamed_classes") or []:
            namespaces[change["to"]] = namespaces.pop(change["from"], new_key())
        for name in step.get("deleted_classes") or []:
            namespaces.pop(name, None)
    return Classes(namespaces, frozenset(added), migrations.get("new_tag", tag))
