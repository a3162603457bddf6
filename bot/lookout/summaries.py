"""The daily summary: at the hour a chat has chosen, once a day, whatever restarts or changes of the clock there are."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, TypeAlias

from sqlalchemy import Connection

from bot import wishes
from bot.lookout.brief import Brief, lines
from bot.lookout.letter import heading
from bot.operations.workshop import Workshop
from bot.storage import notices, outbox, workers
from bot.storage.database import Database
from bot.storage.errors import StorageError
from bot.storage.notices import Wishes
from bot.storage.outbox import Message
from bot.storage.workers import Worker
from bot.vault.keyring import CannotOpen
from deploy.commands import WorkerClient
from deploy.errors import DeployError
from flows.codec import dump_texts
from flows.notices import next_summary
from flows.words import Text, say

log = logging.getLogger(__name__)
AT_ONCE: Final = 16
MOST_WORKERS: Final = 5  # in one message
PATIENCE: Final = 10.0
Ask: TypeAlias = "Callable[[Worker], Awaitable[Brief | None]]"


def briefs(shop: Workshop) -> Ask:
    """Prepare asking Workers how they stand; None comes from one that does not answer."""

    async def ask(worker: Worker) -> Brief | None:
        try:
            return await _brief(replace(shop.client(worker), seconds=PATIENCE))
        except (DeployError, CannotOpen):
            return None
        except Exception as error:  # noqa: BLE001  (one odd Worker must not end the summaries of all others)
            about = {"worker": worker.id, "why": type(error).__name__}
            log.error("summary not asked for", extra=about)  # noqa: TRY400  (a traceback might quote what was sent)
            return None

    return ask


async def _brief(client: WorkerClient) -> Brief:
    status = await client.status()
    try:
        return Brief(status, await client.history(days=2))
    except DeployError:  # one from before there was a history
        return Brief(status)


class Summaries:
    """Looks every few seconds whose hour has come."""

    def __init__(
        self,
        database: Database,
        ask: Ask,
        *,
        clock: Callable[[], float],
        fresh_id: Callable[[], str],
        told: Callable[[], None],
        every: float,
    ) -> None:
        """`ask` asks one Worker and never raises; `told` is called when something waits to be told."""
        self._database = database
        self._ask = ask
        self._clock = clock
        self._fresh_id = fresh_id
        self._told = told
        self._every = every
        self._places = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Send summaries until cancelled."""
        while True:
            try:
                await self.look()
            except StorageError as error:
                log.warning("summaries cannot see", extra={"why": error.code})
            await asyncio.sleep(self._every)

    async def look(self) -> None:
        """Prepare every summary that is due. Raises StorageError."""
        due = await self._database.read(partial(notices.due, now=self._clock()))
        await asyncio.gather(*(self._prepare(each) for each in due))

    async def _prepare(self, wanted: Wishes) -> None:
        async with self._places:
            rows = await self._database.read(partial(workers.for_chat, chat_id=wanted.chat_id))
            come = wanted.summary_at is not None and wanted.summary_at <= self._clock()
            known = [row for row in rows if row.state != "deploying"] if come else []
            told = await asyncio.gather(*(self._ask(row) for row in known[:MOST_WORKERS]))
            texts = summary(known, told, wanted.zone)
            now = self._clock()
            message = Message(f"day-{self._fresh_id()}", wanted.chat_id, "notice", dump_texts(texts), now, now)
            if await self._database.write(partial(_keep, wanted=wanted, now=now, message=message if known else None)):
                self._told()


def summary(known: Sequence[Worker], told: Sequence[Brief | None], zone: str) -> tuple[Text, ...]:
    """Give the lines of one chat's summary."""
    texts = [say("summary.title")]
    for row, brief in zip(known, told, strict=False):
        texts += [say("summary.gap"), heading(row)]
        texts += _lines(row, brief, zone)
    if len(known) > len(told):
        texts.append(say("summary.more", count=len(known) - len(told)))
    return tuple(texts)


def _lines(row: Worker, brief: Brief | None, zone: str) -> Sequence[Text]:
    """Give the lines about one Worker; whoever told what makes no sense has not answered."""
    try:
        return lines(brief, zone) if brief is not None else [say("summary.no_answer")]
    except Exception as error:  # noqa: BLE001  (the summaries of all others would end with it)
        about = {"worker": row.id, "why": type(error).__name__}
        log.error("summary not weighed", extra=about)  # noqa: TRY400  (a traceback might quote what it told)
        return [say("summary.no_answer")]


def _keep(connection: Connection, *, wanted: Wishes, now: float, message: Message | None) -> bool:
    """Store the message and the next hour together; False when there is nothing to tell, or another has told it."""
    row = notices.get(connection, wanted.chat_id)
    if row is None or row.summary_at != wanted.summary_at or wanted.summary_at is None:
        return False
    following = next_summary(wishes.chosen(row), now)
    notices.move_summary(connection, row, until=following)
    return message is not None and outbox.put(connection, message)
