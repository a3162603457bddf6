"""Bots that are broken on purpose, so that the crash runs can show that they would notice."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from bot.telegram.client import Deleted, Draw, Telegram
from bot.telegram.receiver import Receiver
from bot.tickets import Tickets
from deploy.secret import Secret
from flows.events import Kind
from flows.plans import Mode

HANDOVER: Final = 0.5  # seconds


def acknowledge_early() -> None:
    """Move the offset past updates before they are stored, as ready-made receivers do."""

    def offset(self: Receiver) -> int:
        return self._next

    async def no_breath(_self: Receiver) -> None:
        return

    delete = Telegram.delete

    async def late(self: Telegram, *what: Any, **how: Any) -> tuple[Deleted, float]:
        await asyncio.sleep(HANDOVER)  # the next poll, which acknowledges, is on its way by then
        return await delete(self, *what, **how)

    Receiver._offset = offset  # type: ignore[method-assign]
    Receiver._breathe = no_breath  # type: ignore[method-assign,assignment]
    Telegram.delete = late  # type: ignore[method-assign,assignment]


def delete_nothing() -> None:
    """Say that messages are deleted, and leave them."""

    async def delete(*_arguments: object, **_options: object) -> tuple[Deleted, float]:
        return Deleted.DONE, 0.0

    Telegram.delete = delete  # type: ignore[method-assign]


def write_it_down() -> None:
    """Keep what is pasted in a file beside the database."""

    def keep(value: str) -> None:
        with (Path(os.environ["SOAR_DATA_DIR"]) / "notes").open("a") as notes:
            notes.write(f"{value}\n")

    _when_sealed(keep)


def say_it_back() -> None:
    """Tell every pasted value back to its chat."""
    send = Telegram.edit

    async def edit(self: Telegram, chat: int, message: int, draw: Draw) -> Any:
        text, buttons = draw()
        return await send(self, chat, message, lambda: (f"{text} {_heard[-1] if _heard else ''}", buttons))

    _when_sealed(_heard.append)
    Telegram.edit = edit  # type: ignore[method-assign,assignment]


def log_it() -> None:
    """Log every pasted value, which the redactor must hide."""
    _when_sealed(lambda value: logging.getLogger("bot").warning("pasted: %s", value))


_heard: list[str] = []


def _when_sealed(leak: Callable[[str], object]) -> None:
    seal = Tickets.seal

    def leaking(self: Tickets, chat: int, kind: Kind, secret: Secret, looks: Mode | None = None) -> Any:
        leak(secret.reveal())
        return seal(self, chat, kind, secret, looks)

    Tickets.seal = leaking  # type: ignore[method-assign,assignment]


SABOTAGE: Final[dict[str, Callable[[], Any]]] = {
    "acknowledge early": acknowledge_early,
    "delete nothing": delete_nothing,
    "write it down": write_it_down,
    "say it back": say_it_back,
    "log it": log_it,
}
