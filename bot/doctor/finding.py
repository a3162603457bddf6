"""What an examination finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it is, and what to do about it."""

    about: str
    level: Level
    words: str
    do: str = ""

    def __str__(self) -> str:
        """Write it for a terminal."""
        line = f"{self.level:<4}  {self.about:<12}  {self.words}"
        return f"{line}\n{'':20}→ {self.do}" if self.do else line


def ok(about: str, words: str) -> Finding:
    """All is well."""
    return Finding(about, Level.OK, words)


def warn(about: str, words: str, do: str) -> Finding:
    """It runs, but not as it should."""
    return Finding(about, Level.WARN, words, do)


def fail(about: str, words: str, do: str) -> Finding:
    """It will not run, or not safely."""
    return Finding(about, Level.FAIL, words, do)
