"""Tickets outside of what can be shredded: after two days at the latest no copy of the database opens them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bot.vault.daykeys import AFTER, DAY, DayKeys
from bot.vault.keyring import CannotOpen, Context, Keyring
from deploy.secret import Secret

CONTEXT = Context("secret", 7, "t1")


class Time:
    def __init__(self, at: float = 20_000 * DAY + 1000.0) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "ticket-keys"


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_replica_opens_what_another_has_sealed(folder: Path, time: Time) -> None:
    one, other = DayKeys(folder, clock=time), DayKeys(folder, clock=time)
    assert other.open(one.seal(Secret("s3cret"), CONTEXT), CONTEXT).reveal() == "s3cret"
    assert one.newest == other.newest
    time.at += DAY
    assert one.open(other.seal(Secret("s3cret"), CONTEXT), CONTEXT).reveal() == "s3cret"


def test_a_day_has_a_key_of_its_own(folder: Path, time: Time) -> None:
    keys = DayKeys(folder, clock=time)
    first = keys.newest
    sealed = keys.seal(Secret("s3cret"), CONTEXT)
    time.at += DAY
    assert keys.newest != first
    assert files(folder) == ["day-20000", "day-20001"]
    assert keys.open(sealed, CONTEXT).reveal() == "s3cret"  # sealed before midnight, it lives on for its minutes


def test_after_its_time_a_key_is_gone_and_opens_nothing(folder: Path, time: Time) -> None:
    keys = DayKeys(folder, clock=time)
    sealed = keys.seal(Secret("s3cret"), CONTEXT)
    stolen = (folder / "day-20000").read_bytes()
    time.at = 20_001 * DAY + AFTER - 1.0
    assert keys.tidy() == 0
    time.at += 2.0
    assert keys.tidy() == 1
    assert stolen not in b"".join(path.read_bytes() for path in folder.iterdir())
    with pytest.raises(CannotOpen):
        keys.open(sealed, CONTEXT)
    with pytest.raises(CannotOpen):
        DayKeys(folder, clock=time).open(sealed, CONTEXT)


def test_a_start_removes_what_was_left(folder: Path, time: Time) -> None:
    DayKeys(folder, clock=time)
    time.at += 10 * DAY
    DayKeys(folder, clock=time)
    assert files(folder) == ["day-20010"]


def test_a_clock_put_back_leaves_no_key_for_ever(folder: Path, time: Time) -> None:
    time.at += 30 * DAY
    keys = DayKeys(folder, clock=time)
    sealed = keys.seal(Secret("s3cret"), CONTEXT)
    time.at -= 30 * DAY
    keys.tidy()
    assert "day-20030" not in files(folder)
    with pytest.raises(CannotOpen):
        keys.open(sealed, CONTEXT)


def test_only_its_owner_may_look(folder: Path, time: Time) -> None:
    DayKeys(folder, clock=time)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600]


def test_what_the_master_ring_sealed_is_not_its_business(folder: Path, time: Time) -> None:
    keys = DayKeys(folder, clock=time)
    with pytest.raises(CannotOpen):
        keys.open(Keyring.generate().seal(Secret("s3cret"), CONTEXT), CONTEXT)
    with pytest.raises(CannotOpen):
        keys.open(b"", CONTEXT)


def test_replicas_without_a_common_folder_have_keys_of_different_names(tmp_path: Path, time: Time) -> None:
    one, other = DayKeys(tmp_path / "a", clock=time), DayKeys(tmp_path / "b", clock=time)
    assert one.newest != other.newest
    with pytest.raises(CannotOpen):
        other.open(one.seal(Secret("s3cret"), CONTEXT), CONTEXT)
