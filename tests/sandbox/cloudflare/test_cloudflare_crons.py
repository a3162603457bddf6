"""Cron expressions as Cloudflare reads them, and the clock that fires them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.cloudflare.control import open_account
from sandbox.cloudflare.crons import Cron, CronClock, Due, InvalidCronError
from sandbox.cloudflare.firing import fire_due, listed
from sandbox.cloudflare.state import Cloud, Run, Schedule, Script

MONDAY = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment", "fires"),
    [
        ("* * * * *", MONDAY, True),
        ("*/15 * * * *", MONDAY, True),
        ("*/15 * * * *", MONDAY + timedelta(minutes=1), False),
        ("30 14 * * MON-FRI", MONDAY, True),
        ("30 14 * * mon", MONDAY, True),
        ("30 14 * * 2", MONDAY, True),
        ("30 14 * * 1", MONDAY, False),
        ("30 14 * * 1", MONDAY - timedelta(days=1), True),
        ("0,30 13-15 * NOV *", MONDAY, True),
        ("30 14 1 * *", MONDAY, False),
        ("30 14 1 * MON", MONDAY, True),
        ("5/25 * * * *", MONDAY, True),
        ("10-40/10 * * * *", MONDAY, True),
        ("10-40/15 * * * *", MONDAY, False),
    ],
)
def test_when_an_expression_fires(text: str, moment: datetime, fires: bool) -> None:  # noqa: FBT001
    assert Cron.parse(text).matches(moment) is fires


@pytest.mark.parametrize(
    "text",
    ["", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * * 0", "* * * * 8", "*/0 * * * *",
     "*/ * * * *", "30-10 * * * *", "a * * * *", "* * * * MONDAY", "1,,2 * * * *"],
)  # fmt: skip
def test_what_is_no_expression(text: str) -> None:
    with pytest.raises(InvalidCronError):
        Cron.parse(text)


def test_a_change_counts_after_the_delay_and_only_while_the_clock_runs() -> None:
    clock = CronClock(now=lambda: MONDAY, delay=timedelta(minutes=10), running=True)
    early = Due("a", "early", "* * * * *", MONDAY - timedelta(minutes=9))
    late = Due("a", "late", "* * * * *", MONDAY - timedelta(minutes=10))
    other = Due("a", "other", "0 * * * *", MONDAY - timedelta(days=1))

    assert clock.due([early, late, other], MONDAY - timedelta(minutes=1), MONDAY) == [late]
    assert clock.due([late], MONDAY, MONDAY) == []
    clock.running = False
    assert clock.due([late], MONDAY - timedelta(minutes=1), MONDAY) == []


@pytest.mark.asyncio
async def test_the_clock_fires_at_the_minute() -> None:
    moments = iter(
        [MONDAY + timedelta(seconds=59.99), MONDAY + timedelta(seconds=59.99), MONDAY + timedelta(minutes=1)]
    )
    last = MONDAY + timedelta(minutes=1)
    clock = CronClock(now=lambda: next(moments, last), delay=timedelta(), running=True)
    fired: asyncio.Queue[tuple[str, datetime]] = asyncio.Queue()

    async def fire(due: Due, moment: datetime) -> None:
        await fired.put((due.script, moment))

    keeping = asyncio.create_task(clock.keep(lambda: [Due("a", "one", "31 * * * *", MONDAY)], fire))
    try:
        assert await asyncio.wait_for(fired.get(), 5) == ("one", last)
    finally:
        keeping.cancel()


@pytest.mark.asyncio
async def test_what_is_due_is_fired_and_kept_in_the_record() -> None:
    cloud = Cloud(lambda: MONDAY, iter(["0" * 32, "1" * 32]).__next__)
    account = open_account(cloud, {})
    script = Script("id", "ticks", MONDAY, MONDAY, [], schedules=[Schedule("*/15 * * * *", MONDAY)])
    account.scripts["ticks"] = script

    [due] = listed(cloud)
    await fire_due(cloud, None, due, MONDAY)
    del account.scripts["ticks"]
    await fire_due(cloud, None, due, MONDAY)

    assert script.runs == [Run("*/15 * * * *", int(MONDAY.timestamp() * 1000), "ok")]
