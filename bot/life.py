"""The bot's life from start to stop: what is put in order first, what runs side by side, what is closed last."""

from __future__ import annotations

import asyncio
import gc
import logging
from contextlib import suppress
from functools import partial

from telegram.error import NetworkError

from bot.absence import Absence
from bot.app import Soar, fresh_id
from bot.conversation import Occasion
from bot.delivery import Delivery, Ears, delivery
from bot.health import Health
from bot.housekeeping import Housekeeping
from bot.patience import patiently
from bot.solo import FETCHING, Solo
from bot.storage.errors import StorageError
from bot.storage.turns import Turn
from bot.strays import Strays
from bot.telegram.introduction import Introduction
from bot.telegram.suspicion import suspect
from bot.texts import catalogue, formats
from bot.web import Listener
from flows.events import Elapsed

log = logging.getLogger(__name__)
SWEEP_SECONDS = 30.0
STOP_GRACE = 3.0  # seconds for work to end by itself; what is cut off goes on after the next start


class Life:
    """Runs the parts that `Soar` has put together."""

    def __init__(self, soar: Soar) -> None:
        """Nothing is contacted yet. Raises BadSettings, or OSError when an address to listen on cannot be had."""
        self._soar = soar
        absence = Absence(soar.database, soar.stage, clock=soar.clock)
        metrics = soar.metrics
        ears = Ears(
            heard=absence.heard,
            suspect=self._suspect,
            waiting=partial(metrics.gauge, "updates_at_telegram"),
            watch=metrics,
            rush=soar.rush,
        )
        self._delivery = self._receiving(ears)
        self._strays = Strays(soar.database, soar.stage.show, clock=soar.clock, name=fresh_id())
        self._health = Health(soar.database, metrics, receiving=lambda: self._delivery.receiving)
        address = soar.settings.metrics_address
        self._listeners = [Listener(self._health.app(), address, grace=1)] if address else []
        if soar.pages is not None and soar.settings.inlet is None:  # else the webhook's address serves them, too
            self._listeners.append(Listener(soar.pages.app(), soar.settings.listens, grace=1))

    async def run(self) -> None:
        """Run until cancelled; what has begun is finished or left for the next start.

        Raises InvalidToken or BadWebhook.
        """
        listening = [asyncio.create_task(each.run()) for each in self._listeners]
        try:
            await self._live()
        finally:
            for each in listening:
                each.cancel()
            if listening:
                await asyncio.wait(listening)

    async def _live(self) -> None:
        soar = self._soar
        expired = await patiently(self._tidy_up)
        ready = asyncio.create_task(asyncio.to_thread(catalogue.prepare))
        name = await self._open()
        await ready
        log.info("soar is running", extra={"bot": name})
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(soar.deletions.run())
                group.create_task(soar.runner.run())
                group.create_task(soar.memory.run(soar.stage.show))
                group.create_task(soar.outbox.run())
                group.create_task(soar.rounds.run())
                group.create_task(soar.summaries.run())
                group.create_task(soar.board.run())
                group.create_task(self._sweep(expired))
                group.create_task(Housekeeping(soar.database, clock=soar.clock).run())
                group.create_task(self._go_on())
                if soar.database.shared:
                    group.create_task(self._strays.run())
                group.create_task(soar.watchdog.run())
                group.create_task(soar.metrics.watch_lag(asyncio.sleep))
                group.create_task(self._delivery.run())
        finally:
            self._health.stopping = True
            await self._close()
            log.info("soar has stopped")

    def _receiving(self, ears: Ears) -> Delivery:
        soar = self._soar
        beside = [soar.pages.route()] if soar.pages else []
        make = partial(delivery, soar.settings.inlet, soar.telegram, soar.dispatcher, ears, beside)
        if soar.database.shared and soar.settings.inlet is None:  # Telegram lets one alone fetch
            return Solo(Turn(soar.settings.storage_url, FETCHING), make)
        return make()

    def _suspect(self, sign: str) -> None:
        suspect(sign)
        self._soar.metrics.suspected(sign)

    async def _open(self) -> str:
        pause = 0.5
        while True:
            try:
                return await self._soar.telegram.open()
            except NetworkError:
                log.warning("telegram does not answer yet")
            await asyncio.sleep(pause)
            pause = min(30.0, pause * 2)

    async def _tidy_up(self) -> set[int]:
        """First thing: shred what expired while nobody was here; returns the chats it belonged to."""
        expired = await self._soar.tickets.sweep()
        await self._soar.database.shred()
        return expired

    async def _go_on(self) -> None:
        """Take up what a stop or crash has interrupted: screens not shown, operations not ended."""
        soar = self._soar
        # With replicas the screens not shown may be those that another one is just showing; strays come later.
        for chat_id in [] if soar.database.shared else await patiently(soar.memory.unshown):
            await patiently(partial(soar.stage.show, chat_id))
        await patiently(soar.runner.recover)
        await patiently(partial(soar.menus.recover, soar.stage.look))
        gc.freeze()  # what is loaded by now stays: looking through it again and again would take 100 ms each time
        await asyncio.to_thread(formats.prepare)
        await Introduction(soar.telegram).run()

    async def _sweep(self, expired: set[int]) -> None:
        """Show chats whose tickets have expired what to do now, and let go of further ones."""
        while True:
            for chat_id in expired:
                await patiently(partial(self._soar.stage.take, Occasion(chat_id, chat_id, Elapsed())))
            await asyncio.sleep(SWEEP_SECONDS)
            expired = await patiently(self._soar.tickets.sweep)

    async def _close(self) -> None:
        soar = self._soar
        await soar.runner.close(grace=STOP_GRACE)
        await soar.stage.settle()
        await soar.outbox.close(STOP_GRACE)
        soar.anchors.close()
        soar.menus.close()
        await soar.memory.flush()
        if soar.database.shared:
            with suppress(StorageError):
                await self._strays.leave()
        await soar.telegram.close()
        await soar.http.aclose()
        soar.checker.close()
        await soar.database.close()
