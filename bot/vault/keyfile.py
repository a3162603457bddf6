"""The key ring's file in the data directory, for whoever does not bring keys of their own."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bot.vault.keyring import BadKeyring, Keyring

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def load_or_create(path: Path, make: Callable[[], Keyring] = Keyring.generate) -> Keyring:
    """Read the ring at `path`, or put there what `make` gives, readable by its owner alone.

    Raises BadKeyring when the file is open to others or not understood, OSError when it cannot be read or written.
    """
    try:
        return load(path)
    except FileNotFoundError:
        keyring = make()
    # A link, unlike a rename, fails when another process was quicker; its ring is then the one that counts.
    with suppress(FileExistsError):
        _write(path, keyring, replace=False)
    return load(path)


def load(path: Path) -> Keyring:
    """Read the ring at `path`; raises FileNotFoundError, and otherwise as `load_or_create` does."""
    with path.open(encoding="utf-8") as file:
        found = os.fstat(file.fileno())
        if found.st_mode & OTHERS:
            raise BadKeyring(f"{path} can be read or changed by others; run: chmod 600 {path}")
        text = file.read()
    if not text.strip():
        raise BadKeyring(f"{path} is empty; restore it from your backup, as what it sealed opens with nothing else")
    return Keyring.parse(text)


def replace(path: Path, keyring: Keyring) -> None:
    """Put `keyring` in the place of the ring at `path`; a crash leaves either the old one or the new one."""
    _write(path, keyring, replace=True)


def _write(path: Path, keyring: Keyring, *, replace: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(keyring.text().reveal().replace(",", "\n") + "\n")
            file.flush()
            os.fsync(file.fileno())
        if replace:
            draft.replace(path)
        else:
            path.hardlink_to(draft)
        _sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
