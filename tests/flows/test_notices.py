"""When news is told: quiet hours and the hour of the summary, on any clock and through any change of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.notices import KINDS, ZONES, Notices, may_tell_at, next_summary, offset_words, zone_of

MOMENTS = st.integers(1_700_000_000, 2_000_000_000)
HOURS = st.integers(0, 23)


def at(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@given(st.sampled_from(ZONES), HOURS, HOURS, MOMENTS)
def test_news_waits_for_the_end_of_quiet_hours_and_no_longer(zone: str, start: int, end: int, now: int) -> None:
    wishes = Notices(zone=zone, quiet_from=start, quiet_to=end)
    told = may_tell_at(wishes, now)
    assert now <= told <= now + 25 * 3600
    assert may_tell_at(wishes, now, urgent=True) == now
    if told > now:
        assert may_tell_at(wishes, told) == told, "quiet again at once"
    else:
        hour = datetime.fromtimestamp(now, ZoneInfo(zone)).hour
        assert start == end or not (start <= hour < end if start < end else hour >= start or hour < end)


@given(st.sampled_from(ZONES), HOURS, MOMENTS)
def test_there_is_one_summary_on_each_day_of_the_calendar(zone: str, hour: int, now: int) -> None:
    wishes = Notices(zone=zone, summary=hour)
    days, moment = [], float(now)
    for _ in range(400):  # all changes of the clock that a year has
        moment = next_summary(wishes, moment) or 0
        here = datetime.fromtimestamp(moment, ZoneInfo(zone))
        assert here.hour in {hour, (hour + 1) % 24}
        assert here.minute in {0, 30}
        days.append(here.date())
    assert days == [days[0] + timedelta(number) for number in range(400)]


@pytest.mark.parametrize(
    ("wishes", "now", "then"),
    [
        (Notices(zone="Europe/Berlin", summary=18), at("2026-11-24T16:59"), at("2026-11-24T17:00")),
        (Notices(zone="Europe/Berlin", summary=18), at("2026-11-24T17:00"), at("2026-11-25T17:00")),
        (Notices(zone="America/New_York", summary=2), at("2027-03-14T06:00"), at("2027-03-14T07:00")),  # left out
        (Notices(zone="America/New_York", summary=1), at("2026-11-01T05:00"), at("2026-11-02T06:00")),  # came twice
        (Notices(zone="Nowhere/At_All", summary=8), at("2026-11-24T07:00"), at("2026-11-24T08:00")),
        (Notices(zone="Asia/Kolkata"), at("2026-11-24T07:00"), None),
    ],
)
def test_the_hour_is_the_users(wishes: Notices, now: float, then: float | None) -> None:
    assert next_summary(wishes, now) == then


def test_every_zone_on_offer_is_known_and_shown_with_its_offset() -> None:
    now = at("2026-11-24T12:00")
    assert [zone for zone in ZONES if zone_of(zone).key != zone] == []
    offsets = [datetime.fromtimestamp(now, ZoneInfo(zone)).utcoffset() for zone in ZONES]
    assert len(set(offsets)) > 15
    assert offset_words("Asia/Kolkata", now) == "UTC+5:30"
    assert offset_words("America/New_York", now) == "UTC-5"
    assert offset_words("UTC", now) == "UTC+0"
    assert zone_of("../etc/passwd") == ZoneInfo("UTC")
    assert datetime.fromtimestamp(now, UTC).hour == 12


def test_kinds_are_silenced_one_by_one() -> None:
    wishes = Notices().flipped("trade").flipped("health")
    assert [kind for kind in KINDS if wishes.wants(kind)] == ["refusal", "latch", "recovery"]
    assert wishes.flipped("trade").flipped("health") == Notices()
