"""What a chat wants to be told and when: kinds silenced, quiet hours, the hour of its summary. Pure; time comes in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

KINDS: Final = ("trade", "refusal", "latch", "recovery", "health")
URGENT: Final = frozenset({"latch"})  # told in quiet hours, too
UTC: Final = "UTC"
ZONES: Final = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Toronto",
    "America/Mexico_City", "America/Bogota", "America/Sao_Paulo", "America/Argentina/Buenos_Aires", "UTC",
    "Europe/London", "Europe/Lisbon", "Europe/Madrid", "Europe/Paris", "Europe/Berlin", "Europe/Rome", "Europe/Warsaw",
    "Europe/Athens", "Europe/Istanbul", "Europe/Kyiv", "Europe/Moscow", "Africa/Lagos", "Africa/Cairo",
    "Africa/Johannesburg", "Asia/Jerusalem", "Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Dhaka",
    "Asia/Bangkok", "Asia/Jakarta", "Asia/Shanghai", "Asia/Singapore", "Asia/Manila", "Asia/Tokyo", "Asia/Seoul",
    "Australia/Perth", "Australia/Sydney", "Pacific/Auckland", "Pacific/Honolulu",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Notices:
    """One chat's wishes; `zone` is an IANA name, the hours are full hours there (0 to 23)."""

    silenced: tuple[str, ...] = ()
    zone: str = UTC
    summary: int | None = None
    quiet_from: int | None = None
    quiet_to: int | None = None

    def wants(self, kind: str) -> bool:
        """Tell whether news of that kind is to be told at all."""
        return kind not in self.silenced

    def flipped(self, kind: str) -> Notices:
        """Silence a kind, or let it speak again."""
        others = tuple(each for each in self.silenced if each != kind)
        return replace(self, silenced=others if kind in self.silenced else (*others, kind))


USUAL: Final = Notices()


def zone_of(name: str) -> ZoneInfo:
    """Find a time zone; UTC for a name that this system does not know."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError; a folder's name is an OSError
        return ZoneInfo(UTC)


def offset_words(name: str, now: float) -> str:
    """Say how far a zone is from UTC now, as UTC+5:30."""
    offset = datetime.fromtimestamp(now, zone_of(name)).utcoffset() or timedelta()
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def may_tell_at(notices: Notices, now: float, *, urgent: bool = False) -> float:
    """Give the moment from which news may be told: now, or the end of the quiet hours."""
    start, end = notices.quiet_from, notices.quiet_to
    if urgent or start is None or end is None or start == end:
        return now
    here = datetime.fromtimestamp(now, zone_of(notices.zone))
    quiet = start <= here.hour < end if start < end else here.hour >= start or here.hour < end
    return max(now, _following(notices.zone, end, now)) if quiet else now


def next_summary(notices: Notices, after: float) -> float | None:
    """Give the next moment of the daily summary that is later than `after`; None when none is wanted."""
    return None if notices.summary is None else _following(notices.zone, notices.summary, after)


def _following(name: str, hour: int, after: float) -> float:
    """Find when a full hour next strikes in a zone. One that a change of clocks leaves out strikes an hour later."""
    zone = zone_of(name)
    today = datetime.fromtimestamp(after, zone).date()
    strikes = (datetime.combine(today + timedelta(days), time(hour), zone).timestamp() for days in range(4))
    return next(moment for moment in strikes if moment > after)
