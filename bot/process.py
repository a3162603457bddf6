"""The process around the bot: logging, hardening, the event loop, and being told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import sys

from telegram.error import InvalidToken

from bot.app import Soar
from bot.life import Life
from bot.logs import set_up
from bot.occupancy import Occupancy, Occupied
from bot.settings import BadSettings, Settings
from bot.storage.errors import StorageError
from bot.telegram.subscription import BadWebhook
from bot.vault.keyring import BadKeyring
from bot.vault.process import harden

GARBAGE = 10_000  # objects made until the youngest are looked through: every 700 as by default is 1 % of the CPU
SWITCH_SECONDS = 0.0005  # after which a busy thread, the database's say, lets the event loop go on


class CannotStart(Exception):  # noqa: N818  (says what happened)
    """The bot cannot start; the message says why and what to do."""


def start(settings: Settings) -> None:
    """Run the bot in this process until it is told to stop. Raises CannotStart."""
    set_up(settings.log_level)
    harden()
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(GARBAGE)
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        occupancy = Occupancy(settings.data_dir, alone=False)
        life = Life(Soar(settings))
    except Occupied:
        raise CannotStart("a backup is being put back in this data folder; start again when that is done") from None
    except (BadSettings, BadKeyring, StorageError, OSError) as error:
        raise CannotStart(str(error)) from None
    with contextlib.suppress(ImportError):
        import uvloop  # noqa: PLC0415  (not there on every system)

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    try:
        asyncio.run(_until_stopped(life))
    except* InvalidToken:
        raise CannotStart("Telegram does not know this token; look at SOAR_TELEGRAM_TOKEN") from None
    except* BadWebhook as refusals:
        raise CannotStart(f"Telegram does not take SOAR_WEBHOOK_URL: {_first(refusals)}") from None
    finally:
        occupancy.end()


def _first(errors: BaseException) -> BaseException:
    """Find what a group of errors, or a group in it, is about."""
    return _first(errors.exceptions[0]) if isinstance(errors, BaseExceptionGroup) else errors


async def _until_stopped(life: Life) -> None:
    loop = asyncio.get_running_loop()
    work = asyncio.create_task(life.run())
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, work.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await work
