"""The bot's own parts around a Telegram that is a plain object: raw updates go in, as Telegram writes them."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, select

from bot.absence import Absence
from bot.anchor_memory import AnchorMemory
from bot.board import Board
from bot.conversation import Conversation, Occasion
from bot.illustrator import Illustrator
from bot.menus import Menus
from bot.operations.deploying import STEPS
from bot.operations.ends import Ends
from bot.operations_store import StoredOperations
from bot.outbox import Outbox
from bot.pages import PAGES
from bot.patience import patiently
from bot.runner.embedded import EmbeddedRunner
from bot.runner.execution import Limits
from bot.runner.port import Handler, Operation, Outcome, Report
from bot.stage import Stage
from bot.storage import workers
from bot.storage.database import Database
from bot.storage.errors import StorageError
from bot.storage.schema import upgrade
from bot.storage.tables import tickets, updates
from bot.telegram import receiver as receiving
from bot.telegram.anchors import Anchors
from bot.telegram.deletions import Deletions
from bot.telegram.dispatcher import Dispatcher
from bot.telegram.receiver import Receiver
from bot.tickets import Tickets
from bot.vault.keyring import Keyring
from bot.watchdog import Watchdog
from flows.events import Elapsed
from tests.bot.line import Line, Raw
from tests.storage.rows import worker

T = TypeVar("T")
NOW: Final = 1_800_000_000.0
MEMORY: Final = Path("/dev/shm")  # noqa: S108  (a private folder is made in it)
KINDS: Final = ("connect", "deploy", "undo", "rotate", "destroy", "status", "pause", "resume", "wake")


class Time:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> float:
        return self.at

    def now(self) -> float:
        return self.at

    async def sleep(self, _seconds: float) -> None:
        await asyncio.sleep(0)


class Frail(Database):
    """A database that refuses its next writes, as one does that is locked or out of room."""

    refusals: int = 0

    async def write(self, work: Callable[[Connection], T]) -> T:
        if self.refusals:
            self.refusals -= 1
            raise StorageError("locked", retryable=True)
        return await super().write(work)


@dataclass(slots=True)
class Inside:
    """Everything between Telegram and the operations, which end as `outcomes` says."""

    line: Line
    time: Time
    database: Frail
    folder: Path
    outcomes: Callable[[Operation], Outcome]
    allowed: frozenset[int] = frozenset()
    stage: Stage = field(init=False)
    outbox: Outbox = field(init=False)
    menus: Menus = field(init=False)
    tickets: Tickets = field(init=False)
    dispatcher: Dispatcher = field(init=False)
    deletions: Deletions = field(init=False)
    runner: EmbeddedRunner = field(init=False)
    watchdog: Watchdog = field(init=False)
    absence: Absence = field(init=False)
    memory: AnchorMemory = field(init=False)
    anchors: Anchors = field(init=False)
    receiver: Receiver = field(init=False)
    going: asyncio.Event = field(default_factory=asyncio.Event)  # while cleared, no operation comes to its end
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Put the parts together as `bot.app` does."""
        self.going.set()
        line: Any = self.line
        fresh = map("{:016x}".format, itertools.count(int.from_bytes(os.urandom(7))))
        self.memory = AnchorMemory(self.database)
        self.anchors = Anchors(line, self.memory, PAGES, clock=self.time, between=0)
        conversation = Conversation(clock=self.time, fresh_id=lambda: next(fresh))
        self.outbox = Outbox(self.database, line, clock=self.time)
        self.menus = Menus(self.database, line, clock=self.time)
        self.stage = Stage(
            self.database,
            conversation,
            line,
            self.anchors,
            told=self.outbox.added,
            illustrate=Illustrator(self.database, line).show,
            offer=self.menus.see,
        )
        self.tickets = Tickets(RING, self.database, clock=self.time, fresh_id=lambda: next(fresh))
        board = Board(self.anchors, self.stage.look, {"deploy": STEPS}, clock=self.time)
        ends = Ends(self.stage, board, self.time, lambda: "0badcafe")
        self.runner = EmbeddedRunner(
            StoredOperations(self.database),
            dict.fromkeys(KINDS, self._handler()),
            on_end=ends.commit,
            on_progress=board.reached,
            clock=self.time,
            new_incident=lambda: "1nc1de47",
            limits=Limits(retry_delays=()),
        )
        self.stage.runs(self.runner)
        self.watchdog = Watchdog(self.runner, ends.commit, lambda: "57ucc57u")
        self.absence = Absence(self.database, self.stage, clock=self.time)
        self.deletions = Deletions(line, self.database, tell=self._tell, clock=self.time)
        self.dispatcher = Dispatcher(
            telegram=line,
            database=self.database,
            stage=self.stage,
            sealer=self.tickets,
            deletions=self.deletions,
            clock=self.time,
            new_incident=lambda: "fa17ed00",
            allowed=self.allowed,
        )
        handing = (self.dispatcher.handle, self.dispatcher.park)
        self.receiver = Receiver(line, *handing, skim=self.dispatcher.skim, heard=self.absence.heard)

    async def _tell(self, chat: int) -> None:
        await self.dispatcher.tell_undeletable(chat)

    def _handler(self) -> Handler:
        async def handle(operation: Operation, report: Report) -> Outcome:
            await report("check_keys")
            await self.going.wait()
            outcome = self.outcomes(operation)
            if outcome.code == "deployed":
                row = worker(str(operation.arguments["worker"]), chat_id=operation.chat_id)
                await self.database.write(partial(workers.save, worker=row))
            return outcome

        return handle

    async def receives(self, *raws: Raw) -> None:
        """Have Telegram bring updates, and wait until all is handled and shown."""
        for raw in raws:
            self.line.brings(raw)
        await self.settles()

    async def settles(self) -> None:
        """Wait until nothing is under way."""
        if not self._tasks:
            self._tasks = [asyncio.create_task(self.receiver.run())]
        waiting = asyncio.create_task(self.line.quiet.wait())
        await asyncio.wait([waiting, *self._tasks], timeout=20, return_when=asyncio.FIRST_COMPLETED)
        assert waiting.done(), "an update was not acknowledged"
        for _ in range(2):
            await self.stage.settle()
            while self.runner._tasks and self.going.is_set():
                await asyncio.wait(set(self.runner._tasks))
            await asyncio.sleep(0 if self.going.is_set() else 0.005)
            await self.stage.settle()
            await self.anchors.settle()
        await self.outbox.flush()
        await self.menus.settle()
        await self.memory.flush()

    async def sweeps(self) -> None:
        """Let go of what has expired, as the bot does twice a minute."""
        for chat in await patiently(self.tickets.sweep):
            await patiently(partial(self.stage.take, Occasion(chat, chat, Elapsed())))
        await self.settles()

    async def ends(self) -> None:
        """Take everything down without a word, as a crash would; the database stays."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await self.runner.close(0)
        self.anchors.close()
        self.menus.close()
        await self.stage.settle()
        await self.outbox.close(0)

    async def tickets_held(self) -> set[tuple[int, str]]:
        """List the tickets stored: whose, and their ids."""
        found = select(tickets.c.chat_id, tickets.c.id)
        return {(row[0], row[1]) for row in await self.database.read(lambda c: c.execute(found).all())}

    async def handled(self) -> dict[int, str | None]:
        """List the updates noted, each with why it was parked."""
        found = select(updates.c.update_id, updates.c.parked)
        return {row[0]: row[1] for row in await self.database.read(lambda c: c.execute(found).all())}


RING: Final = Keyring.generate()


@cache
def _empty_database() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        upgrade(f"sqlite:///{folder}/soar.sqlite3")
        return Path(folder, "soar.sqlite3").read_bytes()


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="soar-inside-", dir=MEMORY if MEMORY.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _impatiently() -> Iterator[None]:
    """Let the receiver try again at once."""
    usual, receiving.RETRY_SECONDS = receiving.RETRY_SECONDS, 0.0
    try:
        yield
    finally:
        receiving.RETRY_SECONDS = usual


@asynccontextmanager
async def inside(
    outcomes: Callable[[Operation], Outcome] = lambda _operation: Outcome("failed", "internal"),
    *,
    allowed: frozenset[int] = frozenset(),
) -> AsyncIterator[Inside]:
    """Build the parts on a database of their own."""
    with _folder() as folder, _impatiently():
        path = folder / "soar.sqlite3"
        path.write_bytes(_empty_database())
        database = Frail(f"sqlite:///{path}", shred_seconds=0.0)
        bot = Inside(Line(), Time(), database, folder, outcomes, allowed)
        try:
            yield bot
        finally:
            await bot.ends()
            await database.close()


async def again(bot: Inside) -> Inside:
    """Start anew on what an earlier process has left."""
    await bot.ends()
    heir = Inside(bot.line, bot.time, bot.database, bot.folder, bot.outcomes, bot.allowed)
    for chat in await heir.memory.unshown():
        await heir.stage.show(chat)
    await heir.runner.recover()
    await heir.menus.recover(heir.stage.look)
    return heir


def message(update: int, chat: int = 7, text: str = "", *, kind: str = "message", **more: Any) -> Raw:
    """Write an update with a message in it."""
    person = {"id": chat, "is_bot": False, "first_name": "Ada"}
    body = {"message_id": update, "date": int(NOW), "chat": {"id": chat, "type": "private"}, "from": person, **more}
    return {"update_id": update, kind: body | ({"text": text} if text else {})}


def tap(update: int, data: str, chat: int = 7, on: int = 1_000_000) -> Raw:
    """Write an update with a tap in it."""
    person = {"id": chat, "is_bot": False, "first_name": "Ada"}
    below = {"message_id": on, "date": int(NOW), "chat": {"id": chat, "type": "private"}}
    query = {"id": f"c{update}", "from": person, "chat_instance": "1", "message": below, "data": data}
    return {"update_id": update, "callback_query": query}
