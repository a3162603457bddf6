"""Brings a database up to what this version needs: our own tables, and on PostgreSQL the dispatcher's beside them."""

from __future__ import annotations

from bot.storage import schema
from bot.storage.dialect import is_postgresql


def dispatches(url: str) -> bool:
    """Tell whether the dispatcher's tables on PostgreSQL are as this version wants them. Raises StorageError."""
    from bot.runner.procrastinate import schema as dispatcher  # noqa: PLC0415  (loaded only where it is used)

    return schema.alongside(url, dispatcher.is_current)


def upgrade_all(url: str) -> bool:
    """Apply what is missing; False when nothing was. Raises StorageError, or ValueError for a URL of no use."""
    if not is_postgresql(url):
        return schema.upgrade(url)
    from bot.runner.procrastinate import schema as dispatcher  # noqa: PLC0415  (loaded only where it is used)

    changed = schema.upgrade(url)
    return schema.alongside(url, dispatcher.apply) or changed
