"""The keys of tickets where the database cannot shred: a new one each day, and each is gone two hours after its day.

PostgreSQL keeps deleted rows in its log and in backups. So what it holds is sealed with a key that is never near it: a
file per day in a folder that all replicas share. Once the file is gone, no copy of the database opens those tickets.
"""

from __future__ import annotations

import os
import re
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from bot.vault import keyfile
from bot.vault.keyring import KEY_BYTES, CannotOpen, Context, Keyring, key_name
from deploy.secret import Secret

DAY: Final = 86_400
AFTER: Final = 2 * 3600  # seconds a key outlives its day: longer than any ticket lives
FILE: Final = re.compile(r"day-(\d{1,7})")


class DayKeys:
    """Seals with today's key and opens with those that are left. A day is one of UTC."""

    def __init__(self, folder: Path, *, clock: Callable[[], float]) -> None:
        """Keep the keys in `folder`, which is to be on no backup. Raises BadKeyring or OSError."""
        self._folder = folder
        self._clock = clock
        self._rings: dict[int, Keyring] = {}
        self._turn = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.tidy()
        self._ring(self._today())

    @property
    def newest(self) -> str:
        """The name of the key that seals now."""
        return self._ring(self._today()).newest

    def seal(self, secret: Secret, context: Context) -> bytes:
        """Encrypt with today's key. Raises BadKeyring or OSError at the turn of a day, when its file cannot be made."""
        return self._ring(self._today()).seal(secret, context)

    def open(self, blob: bytes, context: Context) -> Secret:
        """Decrypt what was sealed for exactly this context; raises CannotOpen, also once the day's key is gone."""
        found = re.match(r"d(\d{1,7})-", key_name(blob))
        if found is None or not self._lives(day := int(found[1])):
            raise CannotOpen
        try:
            return self._ring(day, make=False).open(blob, context)
        except FileNotFoundError:
            raise CannotOpen from None

    def tidy(self) -> int:
        """Remove the keys whose time is over; returns how many files went. Raises OSError."""
        self._rings = {day: ring for day, ring in self._rings.items() if self._lives(day)}
        gone = 0
        for path in sorted(self._folder.iterdir()):
            found = FILE.fullmatch(path.name)
            if found is not None and not self._lives(int(found[1])):
                _destroy(path)
                gone += 1
        return gone

    def _today(self) -> int:
        return int(self._clock()) // DAY

    def _lives(self, day: int) -> bool:
        """Whether a day's key is to be kept; one of tomorrow may have been made by a clock that goes ahead."""
        now = self._clock()
        return now < (day + 1) * DAY + AFTER and day <= now // DAY + 1

    def _ring(self, day: int, *, make: bool = True) -> Keyring:
        with self._turn:
            if day not in self._rings:
                path = self._folder / f"day-{day}"
                if make:
                    # The name says by chance which key it is, so that replicas without a common folder are found out.
                    fresh = Keyring({f"d{day}-{secrets.token_hex(4)}": os.urandom(KEY_BYTES)})
                    self._rings[day] = keyfile.load_or_create(path, lambda: fresh)
                else:
                    self._rings[day] = keyfile.load(path)
            return self._rings[day]


def _destroy(path: Path) -> None:
    """Overwrite a key before its file goes, whatever the disk makes of it; another replica may be quicker."""
    with suppress(FileNotFoundError):
        size = path.stat().st_size
        handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(handle, b"0" * size)
            os.fsync(handle)
        finally:
            os.close(handle)
        path.unlink()
