"""The watch: Workers are looked at in turn, a few at once; what is seen, told and remembered is stored together."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy import Connection

from bot import speech, wishes
from bot.lookout.judgement import Verdict, judge
from bot.lookout.letter import letter
from bot.lookout.pace import Pace
from bot.lookout.sight import Look, Seen, Sight
from bot.storage import lookouts, outbox, workers
from bot.storage.database import Database
from bot.storage.errors import StorageError
from bot.storage.lookouts import Lookout
from bot.storage.workers import Worker
from flows.codec import dump_texts
from flows.notices import URGENT, may_tell_at

log = logging.getLogger(__name__)
LEASE: Final = 120.0  # seconds for which a turn is one process's
BATCH: Final = 200
ENLIST: Final = 500  # new Workers taken in at a time
POLL: Final = 5.0


@dataclass(frozen=True, slots=True)
class Found:
    """A look that has been weighed, ready to be stored."""

    worker: Worker
    sight: Sight
    verdict: Verdict


class Rounds:
    """Goes round; any number of processes may do so on one database."""

    def __init__(
        self,
        database: Database,
        look: Look,
        *,
        pace: Pace,
        clock: Callable[[], float],
        fresh_id: Callable[[], str],
        told: Callable[[], None],
    ) -> None:
        """`look` asks one Worker and never raises; `told` is called when something waits to be told."""
        self._database = database
        self._look = look
        self._pace = pace
        self._clock = clock
        self._fresh_id = fresh_id
        self._told = told
        self._places = asyncio.Semaphore(pace.at_once)
        self._answered: dict[str, float] = {}  # the last two Workers that did, so that one can vouch for another
        self._alone = False
        self._enlist_at = 0.0

    async def run(self) -> None:
        """Go round until cancelled."""
        while True:
            try:
                pause = await self.round()
            except StorageError as error:
                log.warning("lookout cannot see", extra={"why": error.code})
                pause = POLL
            await asyncio.sleep(pause)

    async def round(self) -> float:
        """Look at those whose turn it is; returns for how many seconds to wait. Raises StorageError."""
        now = self._clock()
        if not 0 <= self._enlist_at - now <= self._pace.every:
            await self._enlist(now)
        latest = now + self._pace.rest + self._pace.every
        due = await self._database.read(partial(lookouts.due, now=now, latest=latest, limit=BATCH))
        mine = await self._database.write(partial(lookouts.claim, found=due, until=now + LEASE)) if due else []
        async with asyncio.TaskGroup() as looks:
            for turn in mine:
                await self._places.acquire()
                looks.create_task(self._take(turn))
                await asyncio.sleep(1 / self._pace.per_second)
        return 0.0 if len(due) == BATCH else min(POLL, self._pace.every / 4)

    async def _enlist(self, now: float) -> None:
        """Take in new Workers, spread out over one round; who has just been set up needs no looking after yet."""
        spread = [now + random.uniform(0.5, 1.0) * self._pace.every for _ in range(ENLIST)]  # noqa: S311  (no secret)
        if await self._database.write(partial(lookouts.enlist, first_due=spread)) < ENLIST:
            self._enlist_at = now + min(60.0, self._pace.every / 4)
        self._alone = await self._database.read(lookouts.count) <= 1

    async def _take(self, turn: Lookout) -> None:
        try:
            await self._look_at(turn)
        except StorageError as error:
            log.warning("look not kept", extra={"why": error.code})  # its turn comes again when the lease ends
        except Exception as error:  # noqa: BLE001  (what one odd Worker tells must not end the watch over all others)
            about = {"worker": turn.worker_id, "why": type(error).__name__}
            log.error("look not weighed", extra=about)  # noqa: TRY400  (a traceback might quote what it told)
        finally:
            self._places.release()

    async def _look_at(self, turn: Lookout) -> None:
        worker = await self._database.read(partial(workers.get, worker_id=turn.worker_id))
        if worker is None or worker.chat_id != turn.chat_id:
            await self._database.write(partial(lookouts.remove, worker_id=turn.worker_id))
            return
        sight = await self._look(worker)
        now = self._clock()
        if isinstance(sight, Seen):
            self._note_answer(worker.id, now)
        verdict = judge(turn, worker, sight, self._pace, now, credible=self._credible(turn, now))
        found = Found(worker, sight, verdict)
        if await self._database.write(partial(keep, found=found, now=now, message_id=f"news-{self._fresh_id()}")):
            self._told()

    def _note_answer(self, worker_id: str, now: float) -> None:
        self._answered.pop(worker_id, None)
        self._answered[worker_id] = now
        while len(self._answered) > 2:  # noqa: PLR2004
            self._answered.pop(next(iter(self._answered)))

    def _credible(self, turn: Lookout, now: float) -> bool:
        """Tell whether somebody else has answered since this one failed; else the fault may be on our side."""
        since = now if turn.failing_since is None else turn.failing_since
        others = [at for worker, at in self._answered.items() if worker != turn.worker_id]
        return self._alone or any(at >= since for at in others)


def keep(connection: Connection, *, found: Found, now: float, message_id: str) -> bool:
    """Store a look: cursor, what its owner knows, and the message to be sent, all or none; True when there is one."""
    worker, sight, verdict = found.worker, found.sight, found.verdict
    row = workers.get(connection, worker.id)
    if row is None or row.chat_id != worker.chat_id:  # removed or forgotten while we looked
        lookouts.remove(connection, worker.id)
        return False
    news = verdict.news
    if isinstance(sight, Seen):
        if sight.next > worker.last_event and not workers.advance_events(connection, worker.id, sight.next):
            news = ()  # somebody else has told it
        _note_pause(connection, row, paused=bool(sight.paused))
    lookouts.settle(connection, verdict.after)
    chosen = wishes.read(connection, worker.chat_id)
    wanted = [each for each in news if chosen.wants(each.kind)]
    if not wanted:
        return False
    due = may_tell_at(chosen, now, urgent=any(each.kind in URGENT for each in wanted))
    lines = dump_texts(letter(worker, wanted, speech.spoken_in(connection, worker.chat_id)))
    return outbox.put(connection, outbox.Message(message_id, worker.chat_id, "notice", lines, now, due))


def _note_pause(connection: Connection, row: Worker, *, paused: bool) -> None:
    state = "paused" if paused else "running"
    if row.state in {"paused", "running", "arriving"} and row.state != state:
        workers.change(connection, row.id, state=state)
