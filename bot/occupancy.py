"""Who uses the data folder: a running bot shares it, a restore must have it alone. A crash lets go of it too."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

NAME = "occupied"


class Occupied(Exception):  # noqa: N818  (says what it is)
    """Somebody else is at work in the data folder."""


class Occupancy:
    """A hold on the data folder, until it is let go or the process ends."""

    def __init__(self, folder: Path, *, alone: bool) -> None:
        """Take hold at once. Raises Occupied, or OSError."""
        self._handle = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._handle)
            raise Occupied(folder) from None

    def end(self) -> None:
        """Let go."""
        os.close(self._handle)
