"""Soar as it is, but for what it does over the network besides Telegram: that is a pause, as at the peers beside it.

Everything is stored as ever: each step, each operation from its row to its end, the sealed secrets, the Worker's row.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial

from bench.peers.road import CONNECT, DEPLOY
from bot import process
from bot.app import Soar
from bot.keycheck import Good
from bot.operations.deploying import ensure_row
from bot.operations.workshop import Workshop, done, failed
from bot.runner.port import Handler, Operation, Outcome, Report
from bot.settings import Settings


async def connect(shop: Workshop, operation: Operation, report: Report) -> Outcome:
    """Take the token for good after a while."""
    await report("accounts")
    if await shop.token(operation.chat_id, operation.arguments.get("token")) is None:
        return failed("token_gone")
    await asyncio.sleep(CONNECT)
    about = {"account": "0" * 32, "account_name": "An account", "subdomain": "somebody"}
    return done("connected", **about, strays=[], missing=[])


async def deploy(shop: Workshop, operation: Operation, report: Report) -> Outcome:
    """Take the keys for good and the Worker for deployed after a while."""
    await report("check_keys")
    token = await shop.token(operation.chat_id, operation.arguments.get("token"))
    keys = await shop.keys(operation.chat_id, operation.arguments)
    if token is None or keys is None:
        return failed("keys_gone")
    row, _ = await ensure_row(shop, operation, Good("0" * 36, "0000", "ACTIVE", "USD", None, None), keys)
    await report("script")
    await asyncio.sleep(DEPLOY)
    about = {"worker": row.id, "script": row.script, "url": row.url, "subdomain": row.subdomain}
    ran = {"schedule": "cron", "answering": True, "outcome": "idle", "reason": "", "orders": [], "armed": True}
    return done("deployed", **about, **ran)


class Bare(Soar):
    """Soar with these two instead of its own."""

    def _handlers(self) -> Mapping[str, Handler]:
        own = {"connect": connect, "deploy": deploy}
        return {**super()._handlers(), **{kind: partial(handler, self._shop) for kind, handler in own.items()}}


if __name__ == "__main__":
    process.Soar = Bare  # type: ignore[attr-defined]
    process.start(Settings.read())
