"""What Cloudflare itself says is deployed under a Worker's name. The Worker is never asked: it could say anything."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from deploy.accounts import OUR_TAG, SCRIPTS, ScriptInfo, read_scripts
from deploy.cloudflare import account_path
from deploy.diagnosis import explain
from deploy.errors import ForeignScript, ScriptAbsent, TokenRefused
from deploy.fields import Fields, listed, record, records, text, truth
from deploy.modules import read_modules
from deploy.steps import Site, read_schedules
from deploy.template import Module

A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True, slots=True)
class Binding:
    """A variable, secret or other binding; `value` is None where Cloudflare does not tell it."""

    name: str
    kind: str
    value: object = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Release:
    """One time the Worker was deployed: when, and how many versions share the traffic since."""

    created_on: str
    versions: int


@dataclass(frozen=True, slots=True)
class Found:
    """A Worker as its account has it."""

    modules: tuple[Module, ...]
    bindings: tuple[Binding, ...]
    compatibility_date: str
    compatibility_flags: tuple[str, ...]
    tags: tuple[str, ...]
    schedules: tuple[str, ...]
    address: bool
    previews: bool
    domains: tuple[str, ...]
    releases: tuple[Release, ...]

    def binding(self, name: str) -> Binding | None:
        """Find a binding by its name."""
        return next((binding for binding in self.bindings if binding.name == name), None)

    def variable(self, name: str) -> str:
        """A plain variable's text, empty where there is none."""
        binding = self.binding(name)
        return binding.value if binding and isinstance(binding.value, str) else ""


@dataclass(frozen=True, slots=True)
class Inspected:
    """A Worker, None where its account has none of that name, and all the Workers of the account."""

    found: Found | None
    scripts: tuple[ScriptInfo, ...]


async def inspect(site: Site) -> Inspected:
    """Read all there is to know about the deployment's Worker: six requests at the same time, none of them a change."""
    scripts, found = await _both(
        read_scripts(site.cloudflare, site.token, site.deployment.account_id), _found_or_absent(site)
    )
    return Inspected(found, scripts)


async def own_bindings(site: Site) -> tuple[Binding, ...]:
    """The bindings of the deployment's Worker, secrets by name only. Raises ScriptAbsent or ForeignScript."""
    settings = await _read(site, "scripts", "settings")
    if not {OUR_TAG, site.deployment.own_tag} <= {str(tag) for tag in listed(settings, "tags")}:
        raise ForeignScript(site.deployment.script)
    return _bindings(settings)


async def _found_or_absent(site: Site) -> Found | None:
    try:
        return await _found(site)
    except ScriptAbsent:
        return None


async def _found(site: Site) -> Found:
    (modules, settings), ((schedules, worker), deployments) = await _both(
        _both(_modules(site), _read(site, "scripts", "settings")),
        _both(
            _both(read_schedules(site), _read(site, "workers", "")),
            _read(site, "scripts", "deployments"),
        ),
    )
    subdomain, references = record(worker, "subdomain") or {}, record(worker, "references") or {}
    return Found(
        modules=modules,
        bindings=_bindings(settings),
        compatibility_date=text(settings, "compatibility_date"),
        compatibility_flags=tuple(str(each) for each in listed(settings, "compatibility_flags")),
        tags=tuple(str(each) for each in listed(settings, "tags")),
        schedules=schedules,
        address=truth(subdomain, "enabled") is True,
        previews=truth(subdomain, "previews_enabled") is True,
        domains=tuple(text(each, "hostname") or text(each, "name") for each in records(references, "domains")),
        releases=tuple(
            Release(text(each, "created_on"), len(listed(each, "versions")))
            for each in records(deployments, "deployments")
        ),
    )


async def _modules(site: Site) -> tuple[Module, ...]:
    account_id = site.deployment.account_id
    path = account_path(account_id, "scripts", site.deployment.script, "content", "v2")
    try:
        return read_modules(await site.cloudflare.fetch(site.token, path))
    except TokenRefused as error:
        refusal = error
    raise await explain(site.cloudflare, site.token, refusal, SCRIPTS, account_id)


async def _read(site: Site, kind: str, what: str) -> Fields:
    """Read one thing about the Worker, from the older or the newer form of the API."""
    account_id = site.deployment.account_id
    path = account_path(account_id, kind, site.deployment.script, *filter(None, (what,)))
    try:
        result = (await site.cloudflare.read(site.token, path)).result
    except TokenRefused as error:
        refusal = error
    else:
        return result if isinstance(result, dict) else {}
    raise await explain(site.cloudflare, site.token, refusal, SCRIPTS, account_id)


def _bindings(settings: Fields) -> tuple[Binding, ...]:
    return tuple(
        Binding(text(entry, "name"), text(entry, "type"), _value(entry)) for entry in records(settings, "bindings")
    )


def _value(entry: Mapping[str, Any]) -> object:
    return next((entry[name] for name in ("text", "json", "class_name") if name in entry), None)


async def _both(first: Coroutine[Any, Any, A], second: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """Wait for both; none is left running when the other fails."""
    one, other = await asyncio.gather(first, second, return_exceptions=True)
    if isinstance(one, BaseException):
        raise one
    if isinstance(other, BaseException):
        raise other
    return one, other
