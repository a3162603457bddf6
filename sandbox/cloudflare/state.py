"""What Cloudflare would remember: accounts, tokens, Workers and their versions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

SOAR_PERMISSIONS = frozenset(
    {"workers_scripts:edit", "account_settings:read", "account_analytics:read", "workers_observability:read"}
)
CRON_LIMIT = 5
SCRIPT_LIMIT = 100


def stamp(moment: datetime) -> str:
    """Write a time as the API does: RFC 3339 in UTC with microseconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True, slots=True)
class Module:
    """One uploaded part of a Worker, kept byte for byte."""

    name: str
    content_type: str
    content: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """The digest of the bytes, in lower-case hex."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Binding:
    """One name in the Worker's `env`: `value` is its text, its JSON value or its class name."""

    kind: str
    name: str
    value: object = field(repr=False)


@dataclass(frozen=True, slots=True)
class Version:
    """A Worker as it was at one deployment: code, bindings and the classes with stored data."""

    id: str
    number: int
    created_on: datetime
    trigger: str
    main_module: str
    modules: tuple[Module, ...]
    bindings: tuple[Binding, ...]
    compatibility_date: str
    compatibility_flags: tuple[str, ...]
    namespaces: Mapping[str, str]  # Durable Object class to the key of its storage
    message: str | None = None

    def secret_names(self) -> list[str]:
        """Name the secrets, in the order they were bound."""
        return [binding.name for binding in self.bindings if binding.kind == "secret_text"]


@dataclass(frozen=True, slots=True)
class Schedule:
    """One cron expression of a Worker."""

    cron: str
    created_on: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """One call of `scheduled()` and how it ended: `ok` or `exception`."""

    cron: str
    scheduled_time: int
    outcome: str


@dataclass(slots=True)
class Script:
    """A deployed Worker; `id` stays the same for its whole life."""

    id: str
    name: str
    created_on: datetime
    modified_on: datetime
    versions: list[Version]
    handlers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    observability: Mapping[str, object] | None = None
    logpush: bool = False
    migration_tag: str | None = None
    declared_by_exports: bool = False
    workers_dev: bool = False
    previews: bool = False
    address_since: datetime | None = None
    schedules: list[Schedule] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)

    @property
    def live(self) -> Version:
        """The version that is deployed: always the newest."""
        return self.versions[-1]


@dataclass(slots=True)
class Account:
    """A Cloudflare account on the free plan; the `…_used` counts stand for what others have put into it."""

    id: str
    name: str
    created_on: datetime
    subdomain: str | None = None
    email_verified: bool = True
    crons_used: int = 0
    scripts_used: int = 0
    scripts: dict[str, Script] = field(default_factory=dict)
    changing: set[str] = field(default_factory=set)

    def crons(self, *, without: str | None = None) -> int:
        """Count the cron expressions in use, those of the Worker `without` left out."""
        own = (len(script.schedules) for script in self.scripts.values() if script.name != without)
        return self.crons_used + sum(own)


@dataclass(frozen=True, slots=True)
class Token:
    """An API token: `user` and `account` have a prefix, `old` has none."""

    id: str
    name: str
    value: str = field(repr=False)
    kind: str
    accounts: tuple[str, ...]
    permissions: frozenset[str]
    status: str = "active"
    expires_on: datetime | None = None
    not_before: datetime | None = None
    ip_restricted: bool = False
    lists_accounts: bool = True

    def allows(self, permission: str) -> bool:
        """Tell whether `name:read` or `name:edit` is covered; edit includes read."""
        name, _, wanted = permission.partition(":")
        return f"{name}:edit" in self.permissions or (wanted == "read" and f"{name}:read" in self.permissions)

    def state(self, now: datetime) -> str:
        """Say `active`, `disabled` or `expired`."""
        if self.status == "active" and self.expires_on is not None and self.expires_on <= now:
            return "expired"
        return self.status

    def usable(self, now: datetime) -> bool:
        """Tell whether the token opens anything at this moment."""
        return self.state(now) == "active" and (self.not_before is None or self.not_before <= now)


@dataclass(slots=True)
class Cloud:
    """Everything the stand-in remembers, for the life of its process."""

    now: Callable[[], datetime]
    new_id: Callable[[], str]  # 32 hex characters
    accounts: dict[str, Account] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)

    def account_at(self, subdomain: str) -> Account | None:
        """Find the account that owns a workers.dev name."""
        return next((account for account in self.accounts.values() if account.subdomain == subdomain), None)

    def named(self, script: str, account: str | None = None) -> tuple[Account, Script] | None:
        """Find a Worker by name, in one account or in the first that has it."""
        for owner in self.accounts.values():
            if script in owner.scripts and account in (None, owner.id):
                return owner, owner.scripts[script]
        return None
