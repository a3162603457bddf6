"""Whatever dies, and whenever: each event is told, and once more at most for each time that telling it was cut off."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.lookout.pace import Pace
from bot.lookout.rounds import LEASE, Rounds
from bot.outbox import Outbox
from bot.storage import outbox, workers
from bot.telegram.client import Sent
from tests.bot.inside import NOW, Inside, inside
from tests.bot.test_outbox import Line
from tests.lookout.test_rounds import Cloud
from tests.storage.rows import worker

PACE = Pace(per_second=10_000)
ACTIONS = st.lists(
    st.sampled_from(
        ["happens", "look", "look not kept", "dies looking", "send", "send fails", "dies sending", "dies first"]
    ),
    max_size=25,  # as many events as one message holds
)


class Life:
    """One process after another over one database."""

    def __init__(self, bot: Inside) -> None:
        self.bot, self.cloud, self.line = bot, Cloud(), Line()
        self.cloud.going.set()
        self.ids, self.happened, self.cut = count(1), 0, 0
        self.starts_anew()

    def starts_anew(self) -> None:
        fresh = lambda: f"{next(self.ids):016x}"  # noqa: E731
        parts = {"pace": PACE, "clock": self.bot.time, "fresh_id": fresh, "told": self.bot.outbox.added}
        self.rounds = Rounds(self.bot.database, self.cloud.look, **parts)  # type: ignore[arg-type]
        self.outbox = Outbox(self.bot.database, self.line, clock=self.bot.time)

    async def does(self, action: str) -> None:
        match action:
            case "happens":
                self.happened += 1
                self.cloud.tells("trade", f"Order number {self.happened}.")
            case "look":
                await self.looks()
            case "look not kept":
                await self.is_caught_looking(dies=False)
            case "dies looking":
                await self.is_caught_looking(dies=True)
            case "send":
                await self.outbox.flush()
            case "send fails":
                self.line.answers = [Sent(None)]
                await self.outbox.flush()
                self.line.answers = []
                self.bot.time.at += 901
            case "dies sending":
                await self.dies_sending(self.line.going)
            case "dies first":
                await self.dies_sending(self.line.open)

    async def looks(self) -> None:
        self.bot.time.at += PACE.every
        self.cloud.run = self.bot.time.at
        await self.rounds.round()

    async def is_caught_looking(self, *, dies: bool) -> None:
        self.bot.time.at += PACE.every
        self.cloud.run = self.bot.time.at
        self.cloud.going.clear()
        self.cloud.called.clear()
        looking = asyncio.create_task(self.rounds.round())
        calling = asyncio.create_task(self.cloud.called.wait())
        await asyncio.wait([looking, calling], return_when=asyncio.FIRST_COMPLETED)  # it may not be anybody's turn
        calling.cancel()
        if dies:
            looking.cancel()
        self.bot.database.refusals = 0 if dies else 1
        self.cloud.going.set()
        await asyncio.gather(looking, return_exceptions=True)
        self.bot.database.refusals = 0
        if dies:
            self.starts_anew()
        self.bot.time.at += LEASE

    async def dies_sending(self, way: asyncio.Event) -> None:
        before = len(self.line.told)
        way.clear()
        await self.outbox.look()
        for _ in range(20):
            await asyncio.sleep(0)
        await self.outbox.close(0)
        self.cut += len(self.line.told) > before
        way.set()
        self.starts_anew()
        await self.bot.database.write(partial(outbox.release, now=self.bot.time.at))  # as `run` does first

    def times(self, number: int) -> int:
        return sum(f"• Order number {number}." in text.splitlines() for _, text in self.line.told)


async def lives(actions: list[str]) -> None:
    async with inside() as bot:
        row = replace(worker("w1"), created_at=NOW, state="running")
        await bot.database.write(partial(workers.save, worker=row))
        life = Life(bot)
        await life.rounds.round()
        for action in actions:
            await life.does(action)
        for _ in range(3):
            bot.time.at += LEASE
            await life.looks()
            await life.outbox.flush()
        told = [life.times(number) for number in range(1, life.happened + 1)]
        assert all(told), "an event was lost"
        assert all(times <= 1 + life.cut for times in told), "an event was told too often"
        assert await bot.database.read(outbox.count) == 0


@settings(max_examples=40)
@given(ACTIONS)
def test_no_event_is_lost_or_told_too_often(actions: list[str]) -> None:
    asyncio.run(lives(actions))
