"""Real time plus a shift that everything in one sandbox shares, whichever process it lives in."""

from __future__ import annotations

import mmap
import struct
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

_SHIFT: Final = struct.Struct("=d")


class Timeline:
    """Tells a sandbox's time; the shift lies in a file of eight bytes, which other processes map and read."""

    def __init__(self, file: Path) -> None:
        """Open the shift in `file`; a new one begins at the real time."""
        self.file = file
        if not file.exists():
            file.write_bytes(_SHIFT.pack(0.0))
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), _SHIFT.size)
        self._real = time.time  # whoever makes the machine's own clock follow this one replaces it

    @property
    def shift(self) -> float:
        """How many seconds it is ahead of the world."""
        return float(_SHIFT.unpack_from(self._shared)[0])

    def now(self) -> float:
        """Unix time in seconds, shifted."""
        return self._real() + self.shift

    def moment(self) -> datetime:
        """The same in UTC."""
        return datetime.fromtimestamp(self._real(), UTC) + timedelta(seconds=self.shift)

    def jump(self, seconds: float) -> None:
        """Be that much further ahead from now on. Raises ValueError for a jump back, which no clock here survives."""
        if seconds < 0:
            raise ValueError("time goes forward only")
        _SHIFT.pack_into(self._shared, 0, self.shift + seconds)
