"""Puts the parts together; `bot.life` runs them, `bot.process` is the process around."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from bot.anchor_memory import AnchorMemory
from bot.board import Board
from bot.conversation import Conversation
from bot.engines import enlist_of, keyring_of, runner_of, ticket_keys_of
from bot.illustrator import Illustrator
from bot.keycheck import KeyChecker
from bot.lookout.pace import Pace
from bot.lookout.rounds import Rounds
from bot.lookout.sight import looks
from bot.lookout.summaries import Summaries, briefs
from bot.menus import Menus
from bot.metered import Metered
from bot.metrics import Metrics
from bot.oauth.client import Registration
from bot.oauth.door import Door
from bot.oauth.pages import Pages
from bot.opener import opener
from bot.operations.adopting import ADOPTION, CLEARING, adopt_worker, clear_leftover
from bot.operations.arriving import arrive
from bot.operations.books import Books
from bot.operations.connect import connect_account
from bot.operations.deploying import STEPS, deploy_worker, undo
from bot.operations.ends import Ends
from bot.operations.forms import OPENING, PREPARING, await_keys, close_form, open_form, prepare
from bot.operations.grace import GRACE, Grace
from bot.operations.keeping import GIVING, TAKING, give, take
from bot.operations.rotating import ROTATION, rotate
from bot.operations.tending import destroy, tend
from bot.operations.trading import TRADING, trade
from bot.operations.verifying import READING, UPDATE, update, verify
from bot.operations.waking import wake
from bot.operations.widening import WIDENING, widen
from bot.operations.workshop import Places, Workshop
from bot.outbox import Outbox
from bot.pages import PAGES
from bot.runner.execution import Limits
from bot.runner.port import Handler
from bot.settings import Settings
from bot.stage import Stage
from bot.storage.database import Database
from bot.telegram.anchors import Anchors
from bot.telegram.client import Telegram
from bot.telegram.deletions import Deletions
from bot.telegram.dispatcher import Dispatcher
from bot.telegram.gate import Gate
from bot.telegram.rush import Rush
from bot.tickets import SealingKeys, Tickets
from bot.transport import Transport
from bot.upgrading import upgrade_all
from bot.watchdog import Watchdog
from deploy.clock import SystemClock
from deploy.cloudflare import Cloudflare
from deploy.template import read_template
from deploy.wire import open_http

CONNECTIONS = 128  # to Cloudflare and to Workers, for all chats together
HOURS_EVERY = 20.0  # seconds between two looks whose hour for a summary has come
LONG = ("deploy", "prepare", "destroy", "grace", "arrive")
FORM_PATIENCE = 900.0  # a form is open for ten minutes
PATIENCE = 420.0  # a new address may take four minutes to answer, a Worker five to be gone
# The steps of each kind of work that are worth showing.
SHOWN: Mapping[str, Sequence[str]] = {
    "deploy": STEPS,
    "rotate": ROTATION,
    "verify": READING,
    "update": UPDATE,
    "widen": WIDENING,
    "give_token": GIVING,
    "take_token": TAKING,
    "adopt": ADOPTION,
    "clear": CLEARING,
    "grace": GRACE,
    "prepare": PREPARING,
    "form": OPENING,
    **dict.fromkeys(("connect", "destroy", "status", "describe", "pause", "resume", "wake"), ()),
    **dict.fromkeys(("chart", "export", *TRADING), ()),
}


def fresh_id() -> str:
    """Sixteen hex digits nobody has used."""
    return secrets.token_hex(8)


def new_incident() -> str:
    """Eight hex digits to find a failure by, in the chat and in the log."""
    return secrets.token_hex(4)


class Soar:
    """The parts of the bot."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        """Build all parts; nothing is contacted yet. Raises BadKeyring, BadSettings, OSError or StorageError."""
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.settings = settings
        self.clock = clock
        self.metrics = Metrics()
        keyring = keyring_of(settings)
        upgrade_all(settings.storage_url)
        self.database = Database(settings.storage_url)
        token = settings.telegram_token.get_secret_value().strip()
        self.telegram = Telegram(
            token, settings.telegram_api_url, gate=Gate(limits=settings.pace), told=self.metrics.telegram
        )
        self.rush = Rush()
        self.http = open_http(
            transport=Metered(
                Transport(CONNECTIONS),
                {"cloudflare": settings.cloudflare_api_url},
                other="worker",
                told=self.metrics.called,
                courtesy=self.rush.passed,
            )
        )
        sealing = ticket_keys_of(settings, keyring, clock)
        self.tickets = Tickets(sealing, self.database, clock=clock, fresh_id=fresh_id)
        self.door = self._door(settings.oauth, links=keyring, sealing=sealing)
        self.pages = Pages(self.door, bot=lambda: str(self.telegram.bot.username)) if self.door else None
        self.memory = AnchorMemory(self.database)
        connect = self.door.link if self.door else None
        self.anchors = Anchors(self.telegram, self.memory, PAGES, clock=clock, connect=connect)
        conversation = Conversation(clock=clock, fresh_id=fresh_id, enlist=enlist_of(settings), opener=opener(keyring))
        self.outbox = Outbox(self.database, self.telegram, clock=clock, alone=not self.database.shared)
        self.menus = Menus(self.database, self.telegram, clock=clock)
        self.stage = Stage(
            self.database,
            conversation,
            self.telegram,
            self.anchors,
            told=self.outbox.added,
            illustrate=Illustrator(self.database, self.telegram).show,
            offer=self.menus.see,
        )
        self.checker = KeyChecker(
            settings.alpaca_paper_url, settings.alpaca_live_url, told=partial(self.metrics.called, "alpaca")
        )
        self._undo_seconds = settings.undo_seconds
        self._shop = self._workshop(settings, keyring)
        self.board = Board(self.anchors, self.stage.look, SHOWN, clock=clock)
        ends = Ends(self.stage, self.board, clock, new_incident)
        self.runner = runner_of(
            settings,
            self.database,
            self._handlers(),
            on_end=self.metrics.ends(ends.commit),
            on_progress=self.metrics.steps(self.board.reached),
            clock=SystemClock(),
            new_incident=new_incident,
            limits=Limits(timeouts=dict.fromkeys(LONG, PATIENCE) | {"keys": FORM_PATIENCE}),
        )
        if self.door is not None:
            self.stage.lends(self.door.give_back)
        self.stage.runs(self.runner, enlisted=self.database.shared)
        self.watchdog = Watchdog(self.runner, self.metrics.ends(ends.commit), new_incident)
        self.rounds, self.summaries = self._lookout(Pace.of(os.environ))
        self.deletions = Deletions(self.telegram, self.database, tell=self._tell_undeletable, clock=clock)
        self.dispatcher = Dispatcher(
            telegram=self.telegram,
            database=self.database,
            stage=self.stage,
            sealer=self.tickets,
            deletions=self.deletions,
            clock=clock,
            new_incident=new_incident,
            allowed=settings.allowed,
            watch=self.metrics,
            enter=self.door.enter if self.door else None,
            rush=self.rush,
        )

    def _workshop(self, settings: Settings, keyring: SealingKeys) -> Workshop:
        return Workshop(
            database=self.database,
            tickets=self.tickets,
            keyring=keyring,
            checker=self.checker,
            cloudflare=Cloudflare(self.http, settings.cloudflare_api_url),
            template=read_template(),
            places=Places(
                alpaca={"paper": settings.alpaca_paper_url, "live": settings.alpaca_live_url},
                alpaca_data=settings.alpaca_data_url,
                cloudflare_api=settings.cloudflare_api_url,
                worker=settings.worker_url_template,
                bot=settings.bot_id,
                webapp_key=settings.telegram_webapp_key,
            ),
            clock=self.clock,
        )

    def _door(self, registration: Registration | None, *, links: SealingKeys, sealing: SealingKeys) -> Door | None:
        if registration is None:
            return None
        return Door(
            registration,
            self.http,
            self.database,
            links=links,
            sealing=sealing,
            standing=lambda chat_id: self.stage.standing(chat_id),  # noqa: PLW0108  (there is no stage yet)
            clock=self.clock,
        )

    def _lookout(self, pace: Pace) -> tuple[Rounds, Summaries]:
        told, look, ask = self.outbox.added, looks(self._shop, patience=pace.patience), briefs(self._shop)
        rounds = Rounds(self.database, look, pace=pace, clock=self.clock, fresh_id=fresh_id, told=told)
        every = min(pace.every, HOURS_EVERY)
        return rounds, Summaries(self.database, ask, clock=self.clock, fresh_id=fresh_id, told=told, every=every)

    def _handlers(self) -> Mapping[str, Handler]:
        books = Books(self.telegram)
        kinds: dict[str, Callable[..., object]] = {
            "connect": connect_account,
            "deploy": deploy_worker,
            "arrive": arrive,
            "prepare": prepare,
            "form": open_form,
            "close_form": close_form,
            "keys": await_keys,
            "undo": undo,
            "verify": verify,
            "update": update,
            "widen": widen,
            "give_token": give,
            "take_token": take,
            "adopt": adopt_worker,
            "clear": clear_leftover,
            "rotate": rotate,
            "grace": Grace(self._undo_seconds).wait,
            "destroy": destroy,
            "status": tend,
            "describe": tend,
            "pause": tend,
            "resume": tend,
            "wake": wake,
            **dict.fromkeys(TRADING, trade),
            "chart": books.chart,
            "export": books.export,
        }
        return {kind: partial(handler, self._shop) for kind, handler in kinds.items()}  # type: ignore[misc]

    async def _tell_undeletable(self, chat_id: int) -> None:
        await self.dispatcher.tell_undeletable(chat_id)
