"""Bots that are broken on purpose, so that the crash runs can show that they would notice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from bot.telegram.client import Deleted, Telegram
from bot.telegram.receiver import Receiver


def acknowledge_early() -> None:
    """Move the offset past updates before they are stored, as ready-made receivers do."""

    def offset(self: Receiver) -> int:
        return self._next

    async def no_breath(_self: Receiver) -> None:
        return

    Receiver._offset = offset  # type: ignore[method-assign]
    Receiver._breathe = no_breath  # type: ignore[method-assign,assignment]


def delete_nothing() -> None:
    """Say that messages are deleted, and leave them."""

    async def delete(*_arguments: object, **_options: object) -> tuple[Deleted, float]:
        return Deleted.DONE, 0.0

    Telegram.delete = delete  # type: ignore[method-assign]


SABOTAGE: Final[dict[str, Callable[[], Any]]] = {
    "acknowledge early": acknowledge_early,
    "delete nothing": delete_nothing,
}
