"""The watch on a real database: what is seen, told and remembered is stored together, whoever dies in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count

import pytest
import pytest_asyncio

from bot import speech
from bot.lookout.pace import Pace
from bot.lookout.rounds import LEASE, Rounds
from bot.lookout.sight import Seen, Sight, Unseen
from bot.outbox import wording
from bot.storage import lookouts, notices, outbox, workers
from bot.storage.forgetting import forget_chat
from bot.storage.notices import Wishes
from bot.storage.workers import Worker
from deploy.reports import Event
from flows.languages import Language
from tests.bot.inside import NOW, Inside, inside
from tests.storage.rows import worker

PACE = Pace(per_second=10_000)
GERMAN = Language.GERMAN


@dataclass
class Cloud:
    """Workers as they answer: what each has to tell, and which do not answer."""

    events: dict[str, list[Event]] = field(default_factory=dict)
    gone: dict[str, Sight] = field(default_factory=dict)
    run: float = NOW
    paused: str = ""
    asked: list[str] = field(default_factory=list)
    called: asyncio.Event = field(default_factory=asyncio.Event)
    going: asyncio.Event = field(default_factory=asyncio.Event)

    def tells(self, kind: str, text: str, *, of: str = "w1") -> None:
        known = self.events.setdefault(of, [])
        known.append(Event(len(known) + 1, "", kind, text, {}))

    async def look(self, worker: Worker) -> Sight:
        self.asked.append(worker.id)
        self.called.set()
        await self.going.wait()
        if worker.id in self.gone:
            return self.gone[worker.id]
        new = tuple(each for each in self.events.get(worker.id, []) if each.id > worker.last_event)
        return Seen(new, new[-1].id if new else worker.last_event, self.run, self.paused)


@dataclass
class Tower:
    """A lookout over a cloud."""

    bot: Inside
    cloud: Cloud
    rounds: Rounds
    ids: count[int]

    def another(self) -> Rounds:
        told = self.bot.outbox.added
        fresh = lambda: f"{next(self.ids):016x}"  # noqa: E731
        return Rounds(self.bot.database, self.cloud.look, pace=PACE, clock=self.bot.time, fresh_id=fresh, told=told)

    async def has(self, row: Worker) -> None:
        await self.bot.database.write(partial(workers.save, worker=row))

    async def round(self) -> list[str]:
        """Go round once when everybody's turn has come; give what is told afterwards."""
        self.bot.time.at += PACE.every
        self.cloud.run = self.bot.time.at
        await self.rounds.round()
        return await self.told()

    async def begins(self) -> asyncio.Task[float]:
        """Something has happened, and its Worker is asked but has not answered yet."""
        self.cloud.tells("trade", "Order placed.")
        self.bot.time.at += PACE.every
        self.cloud.going.clear()
        self.cloud.called.clear()
        looking = asyncio.create_task(self.rounds.round())
        await self.cloud.called.wait()
        return looking

    async def told(self) -> list[str]:
        due = await self.bot.database.read(partial(outbox.due, now=self.bot.time.at))
        await self.bot.database.write(partial(outbox.done, message_ids=[each.id for each in due]))
        return [wording(each, Language.ENGLISH) for each in due]

    async def wishes(self, **changes: object) -> None:
        usual = Wishes(1, "", "UTC", None, None, None, None)
        await self.bot.database.write(partial(notices.put, wishes=replace(usual, **changes)))  # type: ignore[arg-type]


@pytest_asyncio.fixture
async def tower() -> AsyncIterator[Tower]:
    async with inside() as bot:
        cloud = Cloud()
        cloud.going.set()
        made = Tower(bot, cloud, None, count(1))  # type: ignore[arg-type]
        made.rounds = made.another()
        await made.has(replace(worker("w1"), created_at=NOW, state="running"))
        await made.rounds.round()  # takes it in
        yield made


@pytest.mark.asyncio
async def test_news_is_told_once_in_one_message(tower: Tower) -> None:
    assert await tower.round() == []
    tower.cloud.tells("trade", "Order placed: buy $10.00 of VTI.")
    tower.cloud.tells("filled", "Bought $10.00 of VTI: 0.05 shares at $200.00 each.")
    (message,) = await tower.round()
    assert message.splitlines() == [
        "📝 PAPER (practice money) · <code>soar-paper-ab12cd34</code>",
        "• Order placed: buy $10.00 of VTI.",
        "• Bought $10.00 of VTI: 0.05 shares at $200.00 each.",
    ]
    assert await tower.round() == []


@pytest.mark.asyncio
async def test_what_one_bot_tells_never_ends_the_watch_over_the_others(
    tower: Tower, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tower.has(replace(worker("w2"), chat_id=2, created_at=NOW, state="running"))
    monkeypatch.setattr(speech, "spoken_in", lambda _connection, chat_id: [GERMAN, Language.ENGLISH][chat_id - 1])
    tower.rounds = tower.another()
    await tower.rounds.round()
    tower.cloud.tells("trade", f"Watching only. The account is worth ${'9' * 30}.00, with 3 holdings.")
    (message,) = await tower.round()
    assert f"${'9' * 30}.00" in message
    tower.cloud.gone["w1"] = Seen(({},), 9, NOW, "")  # type: ignore[arg-type]
    tower.cloud.tells("trade", "Order placed.", of="w2")
    (message,) = await tower.round()
    assert "Order placed" in message


@pytest.mark.asyncio
async def test_a_silenced_kind_is_passed_over_for_good(tower: Tower) -> None:
    await tower.wishes(silenced="trade,health")
    tower.cloud.tells("trade", "Order placed.")
    assert await tower.round() == []
    tower.cloud.tells("trade", "Order placed.")
    tower.cloud.tells("refused", "Alpaca refused it.")
    (message,) = await tower.round()
    assert "Order placed" not in message
    await tower.wishes()
    assert await tower.round() == []


@pytest.mark.asyncio
async def test_news_waits_for_the_end_of_quiet_hours_but_a_latch_does_not(tower: Tower) -> None:
    await tower.wishes(quiet_from=7, quiet_to=10)  # it is 8 o'clock
    tower.cloud.tells("trade", "Order placed.")
    assert await tower.round() == []
    tower.cloud.tells("latched", "Trading is paused. It lost too much.")
    (message,) = await tower.round()
    assert "Trading is paused" in message
    tower.bot.time.at = NOW + 7199
    assert await tower.told() == []
    tower.bot.time.at = NOW + 7200
    (message,) = await tower.told()
    assert "Order placed." in message


@pytest.mark.asyncio
async def test_a_look_that_cannot_be_kept_tells_nothing_and_is_made_again(tower: Tower) -> None:
    looking = await tower.begins()
    tower.bot.database.refusals = 1
    tower.cloud.going.set()
    await looking
    assert await tower.told() == []
    row = await tower.bot.database.read(partial(workers.get, worker_id="w1"))
    assert row is not None
    assert row.last_event == 0, "the cursor moved though nothing was told"
    tower.bot.time.at += LEASE
    await tower.rounds.round()
    assert len(await tower.told()) == 1


@pytest.mark.asyncio
async def test_who_dies_while_looking_leaves_the_look_to_another(tower: Tower) -> None:
    looking = await tower.begins()
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    tower.cloud.going.set()
    tower.bot.time.at += LEASE
    await tower.another().round()
    assert len(await tower.told()) == 1


@pytest.mark.asyncio
async def test_two_lookouts_share_the_work_and_tell_once(tower: Tower) -> None:
    for number in range(2, 60):
        await tower.has(replace(worker(f"w{number}"), created_at=NOW, state="running"))
    tower.bot.time.at += 61
    await tower.rounds.round()
    for number in range(1, 60):
        tower.cloud.tells("trade", "Order placed.", of=f"w{number}")
    tower.bot.time.at += PACE.every
    tower.cloud.asked.clear()
    await asyncio.gather(tower.rounds.round(), tower.another().round())
    assert sorted(tower.cloud.asked) == sorted(f"w{number}" for number in range(1, 60))
    assert len(await tower.told()) == 59


@pytest.mark.asyncio
async def test_whoever_is_forgotten_while_it_looks_is_told_nothing(tower: Tower) -> None:
    looking = await tower.begins()
    await tower.bot.database.write(partial(forget_chat, chat_id=1))
    tower.cloud.going.set()
    await looking
    assert await tower.told() == []
    assert await tower.bot.database.read(lookouts.count) == 0
    await tower.rounds.round()
    assert await tower.bot.database.read(lookouts.count) == 0


@pytest.mark.asyncio
async def test_the_chat_learns_that_a_worker_paused_itself(tower: Tower) -> None:
    tower.cloud.paused = "keys"
    tower.cloud.tells("latched", "Trading is paused. Alpaca no longer accepts the keys.")
    (message,) = await tower.round()
    assert "/rotate" in message
    row = await tower.bot.database.read(partial(workers.get, worker_id="w1"))
    assert row is not None
    assert row.state == "paused"
    tower.cloud.paused = ""
    await tower.round()
    row = await tower.bot.database.read(partial(workers.get, worker_id="w1"))
    assert row is not None
    assert row.state == "running"


@pytest.mark.asyncio
async def test_nobody_is_alarmed_while_all_are_out_of_reach(tower: Tower) -> None:
    for number in range(2, 5):
        await tower.has(replace(worker(f"w{number}"), created_at=NOW, state="running"))
    tower.bot.time.at += 61
    await tower.round()
    tower.cloud.gone = {f"w{number}": Unseen("unreachable") for number in range(1, 5)}
    for _ in range(10):
        assert await tower.round() == []
    tower.cloud.gone = {"w1": Unseen("unreachable")}
    told = [message for _ in range(10) for message in await tower.round()]
    assert len(told) == 1
    assert "has not answered me for a while" in told[0]


@pytest.mark.asyncio
async def test_a_thousand_workers_are_spread_over_the_round(tower: Tower) -> None:
    def add(connection: object) -> None:
        for number in range(2, 1001):
            workers.save(connection, replace(worker(f"w{number}"), created_at=NOW, state="running"))  # type: ignore[arg-type]

    await tower.bot.database.write(add)
    tower.cloud.asked.clear()
    tower.bot.time.at += 61
    busiest = 0
    for _ in range(int(PACE.every / 5)):
        before = len(tower.cloud.asked)
        while await tower.rounds.round() == 0:
            pass
        busiest = max(busiest, len(tower.cloud.asked) - before)
        tower.bot.time.at += 5
    tower.cloud.run = tower.bot.time.at
    assert 950 <= len(set(tower.cloud.asked)) <= 1000
    assert busiest < 50, "of a thousand in 360 seconds, 14 are due in 5 seconds on average"


@pytest.mark.asyncio
async def test_a_clock_put_back_does_not_end_the_watch(tower: Tower) -> None:
    await tower.round()
    tower.bot.time.at -= 30 * 86_400
    tower.cloud.asked.clear()
    await tower.rounds.round()
    assert tower.cloud.asked == ["w1"]
