"""Moments as people write them into a query: RFC 3339, a date, or unix seconds."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sandbox.alpaca.refusals import bad_parameter

_FRACTION = re.compile(r"(\.\d{6})\d+")
_LATEST_UNIX = 4_102_444_800


def moment(words: str) -> datetime | None:
    """The moment in UTC, a bare date being its midnight; None if it is none of these."""
    if words.isdecimal() and int(words) < _LATEST_UNIX and len(words) != len("20261123"):
        return datetime.fromtimestamp(int(words), UTC)
    try:
        # A plus sign that was not escaped in a query arrives as a space.
        read = datetime.fromisoformat(_FRACTION.sub(r"\1", words.strip().replace(" ", "+")))
    except ValueError:
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def read_moment(name: str, words: str) -> datetime:
    """The same, or a 422 that names the parameter."""
    found = moment(words)
    if found is None:
        raise bad_parameter(f"invalid {name}: expected RFC 3339 or YYYY-MM-DD")
    return found
