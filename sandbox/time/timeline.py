"""A time that everything in one sandbox shares, whichever process it lives in: it may be ahead, or pass slowly."""

from __future__ import annotations

import mmap
import struct
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

_COURSE: Final = struct.Struct("=dd")


@dataclass(frozen=True, slots=True)
class Course:
    """How a time follows the real one: `rate` times as fast, and `shift` seconds ahead."""

    rate: float = 1.0
    shift: float = 0.0

    def at(self, real: float) -> float:
        """Say what time it is at that Unix time."""
        return real * self.rate + self.shift


REAL: Final = Course()


class Timeline:
    """Tells a sandbox's time; its course lies in a file of a few bytes, which other processes map and read."""

    def __init__(self, file: Path) -> None:
        """Open the course in `file`; a new one is the real time's."""
        self.file = file
        self._real = time.time  # whoever makes the machine's own clock follow this one replaces it
        if not file.exists():
            file.write_bytes(_COURSE.pack(REAL.rate, REAL.shift))
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), _COURSE.size)

    @classmethod
    def slow(cls, file: Path, begins: datetime, rate: float = 0.001) -> Timeline:
        """Make a time that begins at a moment and hardly moves on, so that what is shown is always the same."""
        file.write_bytes(_COURSE.pack(rate, begins.timestamp() - time.time() * rate))
        return cls(file)

    @property
    def course(self) -> Course:
        """How it runs now."""
        return Course(*_COURSE.unpack_from(self._shared))

    @property
    def shift(self) -> float:
        """How many seconds it is ahead of the world, at the world's pace."""
        return self.course.shift

    def now(self) -> float:
        """Unix time in seconds."""
        return self.course.at(self._real())

    def moment(self) -> datetime:
        """The same in UTC."""
        return datetime.fromtimestamp(self.now(), UTC)

    def jump(self, seconds: float) -> None:
        """Be that much further ahead from now on. Raises ValueError for a jump back, which no clock here survives."""
        if seconds < 0:
            raise ValueError("time goes forward only")
        course = self.course
        _COURSE.pack_into(self._shared, 0, course.rate, course.shift + seconds)
