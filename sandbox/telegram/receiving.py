"""The methods by which a bot gets its updates: long polling or a webhook, never both."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

from sandbox.telegram.account import Account
from sandbox.telegram.calls import Arguments
from sandbox.telegram.refusals import WEBHOOK_ACTIVE, Refused, bad_request
from sandbox.telegram.updates import KINDS
from sandbox.telegram.webhook import DEFAULT_CONNECTIONS, Sender, Webhook

LONGEST_POLL: Final = 50
MOST_UPDATES: Final = 100
PORTS: Final = frozenset({443, 80, 88, 8443})
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]*")
SECRET_LENGTH: Final = 256


class Said(dict[str, Any]):
    """A result whose answer also carries a description."""


async def get_updates(account: Account, call: Arguments) -> list[dict[str, Any]]:
    """Answer getUpdates."""
    if account.sender is not None:
        raise Refused(409, WEBHOOK_ACTIVE)
    values = call.values
    _choose_kinds(account, call)
    limit = values.get("limit", MOST_UPDATES)
    limit = limit if 1 <= limit <= MOST_UPDATES else MOST_UPDATES
    timeout = min(max(values.get("timeout", 0), 0), LONGEST_POLL)
    return await account.updates.poll(values.get("offset", 0), limit, timeout)


def _choose_kinds(account: Account, call: Arguments) -> None:
    """Remember which kinds the bot wants; an empty list restores the default, absence changes nothing."""
    kinds = call.values.get("allowed_updates")
    if kinds is None:
        return
    if not all(isinstance(kind, str) for kind in kinds):
        raise bad_request("can't parse allowed_updates: expected an Array of String")
    # The original skips names it does not know.
    account.updates.allowed = frozenset(kinds) & KINDS or None


async def set_webhook(account: Account, call: Arguments) -> Said:
    """Answer setWebhook; an empty URL removes it."""
    values = call.values
    if not values["url"]:
        return await delete_webhook(account, call)
    _check_url(values["url"])
    secret = values.get("secret_token", "")
    if len(secret) > SECRET_LENGTH:
        raise bad_request("secret token is too long")
    if not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    _choose_kinds(account, call)
    connections = values.get("max_connections", DEFAULT_CONNECTIONS)
    webhook = Webhook(
        url=values["url"],
        secret=secret or None,
        connections=min(max(connections, 1), 100),
        has_certificate="certificate" in call.files,
    )
    await _stop_sending(account)
    account.updates.interrupt(Refused(409, "Conflict: terminated by setWebhook request"))
    if values.get("drop_pending_updates"):
        account.updates.clear()
    account.sender = Sender(account.updates, webhook, account.execute, lambda: account.webhook_patience)
    account.sender.start()
    return Said(result=True, description="Webhook was set")


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if not host or parts.scheme not in {"http", "https"}:
        raise bad_request("invalid webhook URL specified")
    if host in LOOPBACK:
        # Like an original run with --local: plain HTTP and any port on this machine.
        return
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (port or 443) not in PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


async def delete_webhook(account: Account, call: Arguments) -> Said:
    """Answer deleteWebhook."""
    was_set = account.sender is not None
    await _stop_sending(account)
    if call.values.get("drop_pending_updates"):
        account.updates.clear()
    return Said(result=True, description="Webhook was deleted" if was_set else "Webhook is already deleted")


async def _stop_sending(account: Account) -> None:
    if account.sender is not None:
        sender, account.sender = account.sender, None
        await sender.close()


def get_webhook_info(account: Account, _call: Arguments) -> dict[str, Any]:
    """Answer getWebhookInfo."""
    info: dict[str, Any] = {"url": "", "has_custom_certificate": False, "pending_update_count": account.updates.count()}
    if account.updates.allowed is not None:
        info["allowed_updates"] = sorted(account.updates.allowed)
    if account.sender is not None:
        webhook = account.sender.webhook
        info |= {
            "url": webhook.url,
            "has_custom_certificate": webhook.has_certificate,
            "max_connections": webhook.connections,
        }
        if webhook.last_error is not None:
            info |= {"last_error_date": webhook.last_error_at, "last_error_message": webhook.last_error}
    return info
