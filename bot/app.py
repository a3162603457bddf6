"""Puts the parts together: one process, SQLite, long polling."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import secrets
import signal
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from telegram.error import InvalidToken, NetworkError

from bot.absence import Absence
from bot.anchor_memory import AnchorMemory
from bot.board import Board
from bot.conversation import Conversation, Occasion
from bot.housekeeping import Housekeeping
from bot.keycheck import KeyChecker
from bot.logs import set_up
from bot.operations.connect import connect_account
from bot.operations.deploying import STEPS, deploy_worker, undo
from bot.operations.ends import Ends
from bot.operations.tending import ROTATION, destroy, rotate, tend
from bot.operations.workshop import Places, Workshop
from bot.operations_store import StoredOperations
from bot.patience import patiently
from bot.runner.embedded import EmbeddedRunner
from bot.runner.execution import Limits
from bot.runner.port import Handler
from bot.settings import BadSettings, Settings
from bot.stage import Stage
from bot.storage.database import Database
from bot.storage.errors import StorageError
from bot.storage.schema import upgrade
from bot.telegram.anchors import Anchors
from bot.telegram.client import Telegram
from bot.telegram.deletions import Deletions
from bot.telegram.dispatcher import Dispatcher
from bot.telegram.gate import Gate
from bot.telegram.receiver import Receiver
from bot.texts.introduction import COMMANDS, DESCRIPTION, SHORT_DESCRIPTION
from bot.tickets import Tickets
from bot.transport import Transport
from bot.vault.keyfile import load_or_create
from bot.vault.keyring import BadKeyring, Keyring
from bot.vault.process import harden
from bot.watchdog import Watchdog
from deploy.clock import SystemClock
from deploy.cloudflare import Cloudflare
from deploy.template import read_template
from deploy.tokens import token_link
from deploy.wire import open_http
from flows.events import Elapsed
from flows.screen import Place

log = logging.getLogger(__name__)
SWEEP_SECONDS = 30.0
STOP_GRACE = 3.0  # seconds for work to end by itself; what is cut off goes on after the next start
CONNECTIONS = 128  # to Cloudflare and to Workers, for all chats together
SWITCH_SECONDS = 0.0005  # after which a busy thread, the database's say, lets the event loop go on
PATIENCE = 420.0  # a new address may take four minutes to answer, a Worker five to be gone
PAGES: Final[Mapping[Place, str]] = {
    Place.ALPACA_SIGN_UP: "https://app.alpaca.markets/signup",
    Place.ALPACA_SIGN_IN: "https://app.alpaca.markets/account/login",
    Place.ALPACA_PAPER: "https://app.alpaca.markets/paper/dashboard/overview",
    Place.ALPACA_LIVE: "https://app.alpaca.markets/dashboard/overview",
    Place.CLOUDFLARE_SIGN_UP: "https://dash.cloudflare.com/sign-up",
    Place.CLOUDFLARE_TOKEN: token_link(),
    Place.CLOUDFLARE_TOKENS: "https://dash.cloudflare.com/profile/api-tokens",
    Place.CLOUDFLARE_WORKERS: "https://dash.cloudflare.com/?to=/:account/workers-and-pages",
}


class CannotStart(Exception):  # noqa: N818  (says what happened)
    """The bot cannot start; the message says why and what to do."""


def fresh_id() -> str:
    """Sixteen hex digits nobody has used."""
    return secrets.token_hex(8)


def new_incident() -> str:
    """Eight hex digits to find a failure by, in the chat and in the log."""
    return secrets.token_hex(4)


def keyring_of(settings: Settings) -> Keyring:
    """The key ring given, or the one in the data folder. Raises BadKeyring or OSError."""
    if settings.master_keys is not None:
        return Keyring.parse(settings.master_keys.get_secret_value())
    return load_or_create(settings.data_dir / "keyring")


class Soar:
    """The running bot."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        """Build all parts; nothing is contacted yet. Raises BadKeyring, BadSettings, OSError or StorageError."""
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._clock = clock
        keyring = keyring_of(settings)
        upgrade(settings.storage_url)
        self.database = Database(settings.storage_url)
        token = settings.telegram_token.get_secret_value().strip()
        self.telegram = Telegram(token, settings.telegram_api_url, gate=Gate())
        self.http = open_http(transport=Transport(CONNECTIONS))
        self.tickets = Tickets(keyring, self.database, clock=clock, fresh_id=fresh_id)
        self._memory = AnchorMemory(self.database)
        self.anchors = Anchors(self.telegram, self._memory, PAGES, clock=clock)
        conversation = Conversation(clock=clock, fresh_id=fresh_id)
        self.stage = Stage(self.database, conversation, self.telegram, self.anchors)
        self._checker = KeyChecker(settings.alpaca_paper_url, settings.alpaca_live_url)
        self._shop = self._workshop(settings, keyring)
        self._board = Board(self.anchors, self.stage.look, {"deploy": STEPS, "rotate": ROTATION}, clock=clock)
        ends = Ends(self.stage, self._board, clock)
        self._runner = EmbeddedRunner(
            StoredOperations(self.database),
            self._handlers(),
            on_end=ends.commit,
            on_progress=self._board.reached,
            clock=SystemClock(),
            new_incident=new_incident,
            limits=Limits(timeouts={"deploy": PATIENCE, "destroy": PATIENCE}),
        )
        self.stage.runs(self._runner)
        self._watchdog = Watchdog(self._runner, ends.commit, new_incident)
        self._deletions = Deletions(self.telegram, self.database, tell=self._tell_undeletable, clock=clock)
        self.dispatcher = Dispatcher(
            telegram=self.telegram,
            database=self.database,
            stage=self.stage,
            sealer=self.tickets,
            deletions=self._deletions,
            clock=clock,
            new_incident=new_incident,
            allowed=settings.allowed,
        )

    def _workshop(self, settings: Settings, keyring: Keyring) -> Workshop:
        return Workshop(
            database=self.database,
            tickets=self.tickets,
            keyring=keyring,
            checker=self._checker,
            cloudflare=Cloudflare(self.http, settings.cloudflare_api_url),
            template=read_template(),
            places=Places(
                alpaca={"paper": settings.alpaca_paper_url, "live": settings.alpaca_live_url},
                alpaca_data=settings.alpaca_data_url,
                cloudflare_api=settings.cloudflare_api_url,
                worker=settings.worker_url_template,
            ),
            clock=self._clock,
        )

    def _handlers(self) -> Mapping[str, Handler]:
        kinds: dict[str, Callable[..., object]] = {
            "connect": connect_account,
            "deploy": deploy_worker,
            "undo": undo,
            "rotate": rotate,
            "destroy": destroy,
            "status": tend,
            "pause": tend,
            "resume": tend,
        }
        return {kind: partial(handler, self._shop) for kind, handler in kinds.items()}  # type: ignore[misc]

    async def _tell_undeletable(self, chat_id: int) -> None:
        await self.dispatcher.tell_undeletable(chat_id)

    async def run(self) -> None:
        """Run until cancelled; what has begun is finished or left for the next start. Raises InvalidToken."""
        expired = await patiently(self._tidy_up)
        name = await self._open()
        log.info("soar is running", extra={"bot": name})
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._deletions.run())
                group.create_task(self._memory.run())
                group.create_task(self._board.run())
                group.create_task(self._sweep(expired))
                group.create_task(Housekeeping(self.database, clock=self._clock).run())
                group.create_task(self._go_on())
                group.create_task(self._watchdog.run())
                group.create_task(self._receiver().run())
        finally:
            await self._close()
            log.info("soar has stopped")

    async def _open(self) -> str:
        pause = 0.5
        while True:
            try:
                return await self.telegram.open()
            except NetworkError:
                log.warning("telegram does not answer yet")
            await asyncio.sleep(pause)
            pause = min(30.0, pause * 2)

    def _receiver(self) -> Receiver:
        absence = Absence(self.database, self.stage, clock=self._clock)
        return Receiver(
            self.telegram, self.dispatcher.handle, self.dispatcher.park, skim=self.dispatcher.skim, heard=absence.heard
        )

    async def _tidy_up(self) -> set[int]:
        """First thing: shred what expired while nobody was here; returns the chats it belonged to."""
        expired = await self.tickets.sweep()
        await self.database.shred()
        return expired

    async def _go_on(self) -> None:
        """Take up what a stop or crash has interrupted: screens not shown, operations not ended."""
        for chat_id in await patiently(self._memory.unshown):
            await patiently(partial(self.stage.show, chat_id))
        await patiently(self._runner.recover)
        await asyncio.to_thread(self._checker.warm_up)
        gc.freeze()  # what is loaded by now stays: looking through it again and again would take 100 ms each time
        await self.telegram.introduce(COMMANDS, DESCRIPTION, SHORT_DESCRIPTION)

    async def _sweep(self, expired: set[int]) -> None:
        """Show chats whose tickets have expired what to do now, and let go of further ones."""
        while True:
            for chat_id in expired:
                await patiently(partial(self.stage.take, Occasion(chat_id, chat_id, Elapsed())))
            await asyncio.sleep(SWEEP_SECONDS)
            expired = await patiently(self.tickets.sweep)

    async def _close(self) -> None:
        await self._runner.close(grace=STOP_GRACE)
        await self.stage.settle()
        self.anchors.close()
        await self._memory.flush()
        await self.telegram.close()
        await self.http.aclose()
        self._checker.close()
        await self.database.close()


def start(settings: Settings) -> None:
    """Run the bot in this process until it is told to stop. Raises CannotStart."""
    set_up(settings.log_level)
    harden()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        soar = Soar(settings)
    except (BadSettings, BadKeyring, StorageError, OSError) as error:
        raise CannotStart(str(error)) from None
    with contextlib.suppress(ImportError):
        import uvloop  # noqa: PLC0415  (not there on every system)

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    try:
        asyncio.run(_until_stopped(soar))
    except* InvalidToken:
        raise CannotStart("Telegram does not know this token; look at SOAR_TELEGRAM_TOKEN") from None


async def _until_stopped(soar: Soar) -> None:
    loop = asyncio.get_running_loop()
    work = asyncio.create_task(soar.run())
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, work.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await work
