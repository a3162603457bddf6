"""The daily summary: short, at its hour, once a day."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from bot import wishes
from bot.lookout.brief import Brief
from bot.lookout.summaries import Summaries, briefs, summary
from bot.operations.tending import card
from bot.outbox import wording
from bot.storage import notices, outbox, workers
from bot.storage.notices import Wishes
from bot.storage.workers import Worker
from bot.texts.render import render
from deploy.holding import Keys
from deploy.outcomes import Day
from deploy.reports import Budget, Holding, Status
from flows.languages import Language
from flows.notices import Notices
from tests.bot.inside import NOW, Inside, inside
from tests.storage.rows import worker

ORDER = {"symbol": "VTI", "side": "buy", "notional": "10.00", "status": "filled"}
STATUS = Status.read({
    "now": "2027-01-15T21:00:00.000Z", "plan": {"kind": "recurring"}, "armed": True,
    "next_tick": "2027-01-15T21:15:00Z",
    "budget": {"limit": "520.00", "invested": "30.00", "left": "490.00", "value": "31.50"},
    "account": {"equity": "1031.50", "cash": "1000.00", "currency": "USD"},
    "orders_today": [ORDER],
})  # fmt: skip
DAYS = (
    Day("2027-01-14", "20.90", "20.00", "0.90", "1010.00", "1030.90"),
    Day("2027-01-15", "31.50", "30.00", "1.50", "1000.00", "1031.50"),
)


def reads(*told: Brief | None, zone: str = "Europe/Berlin") -> list[str]:
    rows = [worker(f"w{number}") for number in range(len(told))]
    return [render(each, Language.ENGLISH) for each in summary(rows, told, zone)]


def test_it_says_value_profit_orders_and_the_next_look() -> None:
    assert reads(Brief(STATUS, DAYS)) == [
        "📅 <b>Your daily summary</b>",
        "",
        "📝 PAPER (practice money) · <code>soar-paper-ab12cd34</code>",
        "Its shares are worth $31.50; $490.00 of its budget is left.",
        "Gain or loss since it began: +$1.50, today +$0.60.",
        "Orders today: 1. buy $10.00 of VTI (filled).",
        "It looks again at 22:15.",
    ]


def test_an_order_under_way_is_said_in_words() -> None:
    order = replace(STATUS.orders_today[0], status="pending_new")
    assert "Orders today: 1. buy $10.00 of VTI (on its way)." in reads(
        Brief(replace(STATUS, orders_today=(order,)), DAYS)
    )


def test_it_claims_nothing_that_is_not_known() -> None:
    watching = replace(STATUS, plan={"kind": "watch"}, orders_today=(), next_tick="", armed=False)
    assert reads(Brief(watching))[3:] == [
        "Your account: $1,031.50 in all.", "No orders today.", "A trial so far: it orders nothing yet.",
    ]  # fmt: skip
    assert reads(Brief(replace(watching, account=None, armed=True)))[3] == "It has not looked at your account yet."
    assert reads(None)[3:] == ["It does not answer just now. /status asks it again."]
    weekend = replace(STATUS, now="2027-01-17T21:00:00.000Z")
    assert reads(Brief(weekend, DAYS))[4] == "Gain or loss since it began: +$1.50."
    odd = (*DAYS[:1], replace(DAYS[1], profit="nonsense"))
    assert not [line for line in reads(Brief(STATUS, odd)) if "Gain" in line]
    losing = (*DAYS[:1], replace(DAYS[1], profit="-3.00"))
    assert "Gain or loss since it began: -$3.00, today -$3.90." in reads(Brief(STATUS, losing))


def test_it_stays_short_however_much_there_is() -> None:
    many = replace(STATUS, orders_today=STATUS.orders_today * 40)
    rows = [worker(f"w{number}") for number in range(9)]
    lines = [render(each, Language.ENGLISH) for each in summary(rows, [Brief(many, DAYS)] * 5, "UTC")]
    assert "and 37 more" in lines[5]
    assert lines[-1] == "…and 4 more. /status shows them."
    assert len("\n".join(lines)) < 2000


class Asked:
    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self, _worker: Worker) -> Brief | None:
        self.asked += 1
        await asyncio.sleep(0)
        return Brief(STATUS, DAYS)


def another(bot: Inside, ask: Asked, ids: count[int]) -> Summaries:
    fresh = lambda: str(next(ids))  # noqa: E731
    return Summaries(bot.database, ask, clock=bot.time, fresh_id=fresh, told=bot.outbox.added, every=20)


async def sent(bot: Inside) -> list[str]:
    due = await bot.database.read(partial(outbox.due, now=bot.time.at))
    await bot.database.write(partial(outbox.done, message_ids=[each.id for each in due]))
    return [wording(each, Language.ENGLISH) for each in due]


async def wants(bot: Inside, chosen: Notices) -> None:
    await bot.database.write(partial(workers.save, worker=worker("w1")))
    await bot.database.write(partial(wishes.keep, chat_id=1, wanted=chosen, now=bot.time.at))


@pytest.mark.asyncio
async def test_it_comes_once_a_day_through_restarts_and_changes_of_the_clock() -> None:
    async with inside() as bot:
        ids, ask = count(), Asked()
        await wants(bot, Notices(zone="Europe/Berlin", summary=18))
        came: list[datetime] = []
        while bot.time.at < NOW + 100 * 86_400:  # through the 28th of March 2027
            hours = [another(bot, ask, ids), another(bot, ask, ids)]  # two processes, started anew each time
            await asyncio.gather(*(each.look() for each in hours))
            came += [datetime.fromtimestamp(bot.time.at, ZoneInfo("Europe/Berlin"))] * len(await sent(bot))
            bot.time.at += 1800
        assert [each.hour for each in came] == [18] * 100
        assert len({each.date() for each in came}) == 100


@pytest.mark.parametrize("odd", ["1e999999999", "9" * 40, "-1e-999999999", "sNaN"])
def test_a_sum_beyond_all_bounds_is_shown_as_it_is_told(odd: str) -> None:
    """To write 1e999999999 out takes a gigabyte."""
    budget = Budget("520.00", "30.00", "490.00", odd)
    days = (replace(DAYS[0], profit=odd), replace(DAYS[1], profit=odd))
    assert f"Its shares are worth {odd} USD; $490.00 of its budget is left." in reads(
        Brief(replace(STATUS, budget=budget), days)
    )
    told = card(replace(STATUS, budget=budget, holdings=(Holding("VTI", "1", odd, odd),)), int(NOW))
    assert told["profit"] == ""


@pytest.mark.asyncio
async def test_what_one_bot_tells_never_ends_the_summaries_of_the_others() -> None:
    async def early(row: Worker) -> Brief:
        return Brief(replace(STATUS, now="0001-01-01T00:00:00+00:00") if row.id == "w1" else STATUS, DAYS)

    async with inside() as bot:
        for number in (1, 2):
            for name in (f"w{number}", f"w{number}0"):
                await bot.database.write(partial(workers.save, worker=replace(worker(name), chat_id=number)))
            wanted = partial(wishes.keep, chat_id=number, wanted=Notices(summary=18), now=NOW)
            await bot.database.write(wanted)
        bot.time.at += 86_400
        await Summaries(
            bot.database, early, clock=bot.time, fresh_id=map(str, count()).__next__, told=bot.outbox.added, every=20
        ).look()
        first, second = await sent(bot)
        assert "does not answer" in first
        assert "It looks again at 21:15." in first, "of her other bot"
        assert "It looks again at 21:15." in second


@pytest.mark.asyncio
async def test_whatever_goes_wrong_with_one_bot_it_has_not_answered() -> None:
    class Shop:
        def client(self, _row: Worker) -> None:
            raise RecursionError

    assert await briefs(Shop())(worker("w1")) is None  # type: ignore[arg-type]


@pytest.mark.asyncio
async def test_after_an_absence_of_days_there_is_one_not_many() -> None:
    async with inside() as bot:
        await wants(bot, Notices(summary=18))
        bot.time.at += 5 * 86_400
        hours = another(bot, Asked(), count())
        for _ in range(5):
            await hours.look()
        assert len(await sent(bot)) == 1


@pytest.mark.asyncio
async def test_without_a_worker_there_is_none_and_whoever_changes_the_hour_meanwhile_gets_the_new_one() -> None:
    async with inside() as bot:
        await bot.database.write(partial(wishes.keep, chat_id=1, wanted=Notices(summary=18), now=NOW))
        bot.time.at += 86_400
        ask = Asked()
        await another(bot, ask, count()).look()
        assert (await sent(bot), ask.asked) == ([], 0)
        row = await bot.database.read(partial(notices.get, chat_id=1))
        assert row is not None
        assert row.summary_at == NOW + 86_400 + 10 * 3600

        old = Wishes(1, "", "UTC", 18, None, None, NOW)
        kept = await bot.database.write(partial(notices.move_summary, wishes=old, until=NOW))
        assert not kept


@pytest.mark.asyncio
async def test_a_clock_put_back_takes_no_summary_away() -> None:
    async with inside() as bot:
        bot.time.at += 90 * 86_400
        await wants(bot, Notices(summary=18))
        bot.time.at = NOW
        hours = another(bot, Asked(), count())
        await hours.look()
        assert await sent(bot) == []
        bot.time.at = NOW + 10 * 3600
        await hours.look()
        assert len(await sent(bot)) == 1


def test_a_bot_without_keys_is_named_with_its_one_next_step() -> None:
    keyless = replace(STATUS, keys=Keys(held=False, where="", ending="", account_ending="", mode="paper", since=""))
    assert reads(Brief(keyless, DAYS))[3:] == ["🔑 No keys yet: it does nothing. /start opens its private form."]
