from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.runner.port import Outcome
from bot.runner.procrastinate.runner import Pace
from tests.postgres import fresh_database
from tests.runner import child

ROOT = Path(__file__).parents[2]


@contextmanager
def hanging(folder: Path, step: str, url: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that hangs in the middle of a step."""
    command = [sys.executable, "-m", "tests.runner.child", str(folder), step, url]
    with subprocess.Popen(command, cwd=ROOT) as process:  # noqa: S603
        deadline = time.monotonic() + 30
        try:
            while not (folder / "hanging").exists():
                assert process.poll() is None, "the child ended by itself"
                assert time.monotonic() < deadline, "the child did not get to its step"
                time.sleep(0.01)
            (folder / "hanging").unlink()
            yield process
        finally:
            process.kill()


def run_until_it_hangs_and_kill(folder: Path, step: str, url: str) -> None:
    with hanging(folder, step, url) as process:
        process.kill()
    assert process.returncode == -9


def starts(folder: Path) -> list[str]:
    return (folder / "starts").read_text().split()


@pytest.mark.asyncio
@pytest.mark.parametrize("kills", [("script",), ("account", "schedule")])
async def test_a_killed_operation_is_finished_by_the_next_process(
    tmp_path: Path, url: str, kills: tuple[str, ...]
) -> None:
    assert url.endswith("soar.db")
    for step in kills:
        run_until_it_hangs_and_kill(tmp_path, step, url)
        assert (tmp_path / step).read_text() == "half"
    runner = child.deployment(tmp_path, None, url)
    try:
        assert await runner.recover() == 1
        assert await runner.wait("o1") == Outcome("done", data={"steps": 3})
        assert [(tmp_path / step).read_text() for step in child.STEPS] == ["whole"] * 3
        assert starts(tmp_path) == [str(number + 1) for number in range(len(kills) + 1)]
        assert await runner.recover() == 0
    finally:
        await runner.close(1)


@pytest.mark.asyncio
async def test_another_replica_goes_on_with_what_a_killed_one_has_left(tmp_path: Path) -> None:
    """Nobody starts the dead one again, and nobody asks for what it left: the sweep of one that lives finds it."""
    url = fresh_database()
    runner = child.deployment(tmp_path, None, url)
    with hanging(tmp_path, "script", url) as process:
        living = asyncio.ensure_future(runner.run())
        await asyncio.sleep(2 * child.QUICK.stalled)
        assert starts(tmp_path) == ["1"], "one that is alive keeps what it does"
        process.kill()
        began = time.monotonic()
        async with asyncio.timeout(20):
            assert await runner.wait("o1") == Outcome("done", data={"steps": 3})
        quick = child.QUICK
        slack = 5.0  # for a busy machine
        assert time.monotonic() - began < quick.stalled + quick.sweep + quick.poll + slack
    assert starts(tmp_path) == ["1", "2"]
    await runner.close(1)
    await living


@pytest.mark.asyncio
async def test_a_replica_that_was_taken_for_dead_leaves_its_work_to_the_other(tmp_path: Path) -> None:
    """It is frozen rather than killed, and wakes up when somebody else has long ended its operation."""
    url = fresh_database()
    runner = child.deployment(tmp_path, None, url)
    with hanging(tmp_path, "script", url) as process:
        living = asyncio.ensure_future(runner.run())
        process.send_signal(signal.SIGSTOP)
        async with asyncio.timeout(20):
            assert await runner.wait("o1") == Outcome("done", data={"steps": 3})
        process.send_signal(signal.SIGCONT)
        # Its own wait for the operation comes to an end too, since the row has ended.
        assert await asyncio.to_thread(process.wait, 20) is not None
    assert [(tmp_path / step).read_text() for step in child.STEPS] == ["whole"] * 3
    assert starts(tmp_path) == ["1", "2"]
    await runner.close(1)
    await living


def test_a_dead_replicas_work_goes_on_within_a_minute() -> None:
    pace = Pace()
    assert (pace.stalled, pace.sweep) == (15.0, 15.0)
    assert pace.heartbeat * 2 < pace.stalled, "one missed heartbeat is no death"
    assert pace.stalled + pace.sweep + pace.poll < 60
