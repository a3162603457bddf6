"""Rows the tests start from."""

from __future__ import annotations

from bot.storage.dialogs import Dialog
from bot.storage.workers import Worker


def worker(worker_id: str = "w1", *, chat_id: int = 1, command_key: bytes = b"sealed") -> Worker:
    return Worker(
        id=worker_id,
        chat_id=chat_id,
        mode="paper",
        script="soar-paper-ab12cd34",
        cloudflare_account="c0ffee",
        subdomain="name",
        url="https://soar-paper-ab12cd34.name.workers.dev",
        alpaca_account_hash="5ca1ab1e",
        alpaca_account_ending="1234",
        command_key=command_key,
        plan={"kind": "watch"},
        ceilings={"per_order": "0.00", "symbols": []},
        template="1",
        holds_cloudflare_token=True,
        key_ending="4F2A",
        state="live",
        created_at=1.0,
    )


def dialog(chat_id: int = 1, *, version: int = 1, rendered_version: int = 0, state: str = "{}") -> Dialog:
    return Dialog(chat_id, chat_id, state, version, rendered_version, None, "en", 1.0)
