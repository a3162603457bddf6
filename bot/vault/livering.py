"""A key ring in a file that may be replaced while it is in use: a change of keys needs no stop."""

from __future__ import annotations

import threading
from pathlib import Path

from bot.vault import keyfile
from bot.vault.keyring import Context, Keyring
from deploy.secret import Secret


class LiveRing:
    """Looks before each use whether the file is another one by now."""

    def __init__(self, path: Path) -> None:
        """Use the ring at `path`, made if there is none. Raises BadKeyring or OSError."""
        self._path = path
        self._turn = threading.Lock()
        self._ring = keyfile.load_or_create(path)
        self._seen = self._look()

    @property
    def newest(self) -> str:
        """The name of the key that seals now."""
        return self._now().newest

    def seal(self, secret: Secret, context: Context) -> bytes:
        """Encrypt with the newest key."""
        return self._now().seal(secret, context)

    def open(self, blob: bytes, context: Context) -> Secret:
        """Decrypt what was sealed for exactly this context; raises CannotOpen."""
        return self._now().open(blob, context)

    def _now(self) -> Keyring:
        with self._turn:
            try:
                found = self._look()
                if found != self._seen:
                    self._ring = keyfile.load(self._path)
                    self._seen = found
            except (OSError, ValueError):
                pass  # a folder out of reach for a moment: the ring in memory is as good as it was
            return self._ring

    def _look(self) -> tuple[int, int, int]:
        found = self._path.stat()
        return found.st_ino, found.st_mtime_ns, found.st_size
