from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from bot.vault import keyfile
from bot.vault.keyring import BadKeyring, Context, Keyring
from deploy.secret import Secret

HERE = Context("command_key", 1, "w1")


def files(folder: Path) -> list[str]:
    return [found.name for found in folder.iterdir()]


def opens(ring: Keyring, blob: bytes) -> bool:
    return ring.open(blob, HERE).reveal() == "x"


def test_the_first_start_makes_a_ring_and_the_second_finds_it(tmp_path: Path) -> None:
    path = tmp_path / "data" / "keys"
    blob = keyfile.load_or_create(path).seal(Secret("x"), HERE)
    assert opens(keyfile.load_or_create(path), blob)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert files(path.parent) == ["keys"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o777])
def test_a_file_open_to_others_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys"
    keyfile.load_or_create(path)
    path.chmod(mode)
    with pytest.raises(BadKeyring, match=f"chmod 600 {path}"):
        keyfile.load_or_create(path)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_private_file_is_accepted(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys"
    keyfile.load_or_create(path)
    path.chmod(mode)
    assert keyfile.load(path).names == ("k1",)


def test_an_empty_file_is_not_silently_replaced(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.touch(mode=0o600)
    with pytest.raises(BadKeyring, match="empty"):
        keyfile.load_or_create(path)
    assert path.read_text() == ""


def test_a_missing_file_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        keyfile.load(tmp_path / "keys")


def test_replacing_keeps_the_file_private_and_the_old_key_usable(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    first = keyfile.load_or_create(path)
    blob = first.seal(Secret("x"), HERE)
    keyfile.replace(path, first.rotated())
    again = keyfile.load(path)
    assert again.names == ("k2", "k1")
    assert opens(again, blob)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert files(tmp_path) == ["keys"]


def test_two_first_starts_at_once_agree_on_one_ring(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    together = Barrier(8)

    def start(_: int) -> Keyring:
        together.wait()
        return keyfile.load_or_create(path)

    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(start, range(8)))
    blob = rings[0].seal(Secret("x"), HERE)
    assert all(opens(ring, blob) for ring in rings)
    assert files(tmp_path) == ["keys"]
