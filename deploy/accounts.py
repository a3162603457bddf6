"""What a token opens: the accounts, and what is already in one of them."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from urllib.parse import quote

from deploy.cloudflare import Cloudflare, account_path
from deploy.diagnosis import explain
from deploy.errors import AccountRefused, Permission, PermissionMissing, ScriptAbsent, TokenRefused
from deploy.refusals import Reply
from deploy.secret import Secret
from deploy.tokens import owned_by_account

PAGE_SIZE = 50
MOST_PAGES = 20
SCRIPTS: Permission = "workers_scripts:edit"
SETTINGS: Permission = "account_settings:read"

# At most eight tags per script, without , and & (Cloudflare's limits page). A filter reads `tag:yes`, so no colon.
OUR_TAG = "soar"
MODE_TAG = "soar-mode-"
DEPLOYMENT_TAG = "soar-deployment-"


@dataclass(frozen=True, slots=True)
class Account:
    """A Cloudflare account, by id and by the name its owner gave it."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class ScriptInfo:
    """A Worker found in an account."""

    name: str
    tags: tuple[str, ...] = ()

    @property
    def ours(self) -> bool:
        """Whether Soar put it there."""
        return OUR_TAG in self.tags

    @property
    def mode(self) -> str | None:
        """`paper` or `live` for one of ours."""
        return self._tagged(MODE_TAG)

    @property
    def deployment_id(self) -> str | None:
        """Which deployment one of ours belongs to."""
        return self._tagged(DEPLOYMENT_TAG)

    def _tagged(self, prefix: str) -> str | None:
        found = (tag.removeprefix(prefix) for tag in self.tags if tag.startswith(prefix))
        return next(found, None) if self.ours else None


@dataclass(frozen=True, slots=True)
class Look:
    """What is in an account: its workers.dev name, if it has one, and its Workers."""

    subdomain: str | None
    scripts: tuple[ScriptInfo, ...]

    def script(self, name: str) -> ScriptInfo | None:
        """The Worker of that name."""
        return next((script for script in self.scripts if script.name == name), None)


async def connect(cloudflare: Cloudflare, token: Secret, *, account_id: str | None = None) -> tuple[Account, ...]:
    """Try a pasted token: which accounts does it open? One request as a rule.

    Raises TokenRefused, PermissionMissing, or AccountRefused(account_id_needed) for an account-owned token that may
    not list accounts; then ask for the id and pass it as `account_id`.
    """
    try:
        if account_id is not None:
            return await _account(cloudflare, token, account_id)
        return await _accounts(cloudflare, token)
    except TokenRefused as error:
        refusal = error
    told = await explain(cloudflare, token, refusal, SETTINGS, account_id)
    if told is refusal and account_id is None and owned_by_account(token):
        told = AccountRefused("account_id_needed", refusal.detail, cloudflare_code=refusal.cloudflare_code)
    raise told


async def _accounts(cloudflare: Cloudflare, token: Secret) -> tuple[Account, ...]:
    found: list[Account] = []
    for page in range(1, MOST_PAGES + 1):
        params = {"per_page": str(PAGE_SIZE)} | ({"page": str(page)} if page > 1 else {})
        reply = await cloudflare.read(token, "/accounts", params)
        entries = _records(reply.result)
        found += [Account(_text(entry, "id"), _text(entry, "name")) for entry in entries]
        if len(entries) == 0 or page >= _pages(reply):
            break
    if not found:  # a success without accounts is how Cloudflare says that this permission is missing
        raise PermissionMissing(SETTINGS)
    return tuple(found)


async def _account(cloudflare: Cloudflare, token: Secret, account_id: str) -> tuple[Account, ...]:
    reply = await cloudflare.read(token, f"/accounts/{quote(account_id, safe='')}")
    entry = reply.result if isinstance(reply.result, dict) else {}
    return (Account(_text(entry, "id") or account_id, _text(entry, "name") or account_id),)


async def look(cloudflare: Cloudflare, token: Secret, account_id: str) -> Look:
    """Read an account's workers.dev name and its Workers, at the same time: two requests."""
    subdomain, scripts = await asyncio.gather(
        read_subdomain(cloudflare, token, account_id),
        read_scripts(cloudflare, token, account_id),
        return_exceptions=True,  # so that none is left running when the other fails
    )
    if isinstance(subdomain, BaseException):
        raise subdomain
    if isinstance(scripts, BaseException):
        raise scripts
    return Look(subdomain, scripts)


async def read_subdomain(cloudflare: Cloudflare, token: Secret, account_id: str) -> str | None:
    """The account's workers.dev name, None if it has none yet."""
    try:
        reply = await _read_workers(cloudflare, token, account_id, "subdomain")
    except ScriptAbsent:
        return None
    return _text(reply.result if isinstance(reply.result, dict) else {}, "subdomain") or None


async def read_scripts(cloudflare: Cloudflare, token: Secret, account_id: str) -> tuple[ScriptInfo, ...]:
    """Every Worker in the account (the list is not paged)."""
    reply = await _read_workers(cloudflare, token, account_id, "scripts")
    return tuple(ScriptInfo(_text(entry, "id"), _tags(entry.get("tags"))) for entry in _records(reply.result))


async def _read_workers(cloudflare: Cloudflare, token: Secret, account_id: str, what: str) -> Reply:
    try:
        return await cloudflare.read(token, account_path(account_id, what))
    except TokenRefused as error:
        refusal = error
    told = await explain(cloudflare, token, refusal, SCRIPTS, account_id)
    raise told


def _records(result: object) -> list[dict[str, object]]:
    return [entry for entry in result if isinstance(entry, dict)] if isinstance(result, list) else []


def _text(entry: dict[str, object], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else ""


def _tags(value: object) -> tuple[str, ...]:
    return tuple(tag for tag in value if isinstance(tag, str)) if isinstance(value, list) else ()


def _pages(reply: Reply) -> int:
    pages, total = reply.info.get("total_pages"), reply.info.get("total_count")
    if isinstance(pages, int):
        return pages
    return math.ceil(total / PAGE_SIZE) if isinstance(total, int) else 1
